"""What paho keeps private and we use is still there, in the version that we install, and is used in one module only."""

from __future__ import annotations

import re
import threading
from importlib import metadata

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox.mqtt import paho_private
from tests.conftest import ROOT

VERSION = "2.2.0"  # in which the privates below were read
CLIENT_PRIVATES = ("_create_socket", "_msgtime_mutex", "_last_bytes_received")
MESSAGE_PRIVATES = ("_topic",)


def test_the_version_that_was_read_is_pinned_and_installed() -> None:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")

    assert f"\npaho-mqtt=={VERSION}\n" in constraints
    assert metadata.version("paho-mqtt") == VERSION, "read the privates again, then change VERSION"


def test_every_private_is_there_and_is_what_we_take_it_for() -> None:
    client, message = Client(CallbackAPIVersion.VERSION2), MQTTMessage(topic=b"kb/v1/\xff")

    assert [name for name in CLIENT_PRIVATES if not hasattr(client, name)] == []
    assert [name for name in MESSAGE_PRIVATES if not hasattr(message, name)] == []
    assert isinstance(client._msgtime_mutex, type(threading.Lock()))
    assert isinstance(client._last_bytes_received, float)
    assert "_create_socket" in Client.reconnect.__code__.co_names


def test_a_topic_that_is_not_utf_8_is_read_as_it_came() -> None:
    message = MQTTMessage(topic=b"kb/v1/\xff")

    with pytest.raises(UnicodeDecodeError):
        _ = message.topic
    assert paho_private.topic_bytes(message) == b"kb/v1/\xff"


def test_bytes_that_paho_did_not_read_count_as_a_sign_of_life() -> None:
    client = paho_private.SocketClient(CallbackAPIVersion.VERSION2)
    client._last_bytes_received = 0.0

    client.note_bytes_received()

    assert client._last_bytes_received > 0


def test_no_other_module_uses_privates_of_paho() -> None:
    names = "|".join((*CLIENT_PRIVATES, *MESSAGE_PRIVATES))
    foreign = re.compile(rf"\b(?!self\b)\w+\._(?!_)\w+|\b({names})\b")  # anything private of anything but ourselves
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "kiezbox" / "mqtt").glob("*.py"))
        if path.name != "paho_private.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if foreign.search(line)
    ]

    assert found == []
