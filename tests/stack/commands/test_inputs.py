"""`kiezbox inputs`: names of other makes, and who may send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from stack.commands import inputs
from tests.stack.support.command_in_process import Group

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

_NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def command(database: DatabaseSettings) -> Group:
    return Group("inputs", database)


@pytest.mark.slow
def test_a_sender_is_made_listed_and_revoked_and_its_secret_is_shown_once(command: Group) -> None:
    made = command("sender", "new", "airrohr", "--box", "esp8266-1", "--note", "Balkon", "--json").json
    secret = made["address"].rpartition("/")[2]

    listed = command("sender", "list").stdout
    assert made["address"].startswith("http://127.0.0.1:8090/in/airrohr/")
    assert len(secret) == 28
    assert "esp8266-1 " in listed
    assert "Balkon" in listed
    assert "never" in listed
    assert secret not in listed + command("sender", "list", "--json").stdout
    assert command("sender", "revoke", "1").stdout == "sender 1 may send no more\n"
    assert "revoked" in command("sender", "list").stdout
    refused = command("sender", "revoke", "1")
    assert (refused.returncode, "no sender 1" in refused.stderr) == (2, True)


@pytest.mark.slow
def test_a_name_is_mapped_ignored_and_taken_back(command: Group) -> None:
    assert command("list").stdout == "every name that was sent is mapped\n"
    assert command("map", "airrohr", "ABC", "pm10", "--unit", "mg/m3").stdout == "ABC of airrohr is pm10\n"
    assert (
        command("map", "airrohr", "uptime", "--ignore", "--box", "esp8266-1").stdout
        == "uptime of airrohr is not stored\n"
    )
    assert [(each["box"], each["name"], each["quantity"]) for each in command("mappings", "--json").json] == [
        ("*", "ABC", "pm10"),
        ("esp8266-1", "uptime", None),
    ]
    assert "means nothing" in command("unmap", "airrohr", "ABC").stdout
    for wrong, why in (
        (("map", "airrohr", "x", "nothing"), "there is no quantity nothing"),
        (("map", "nothing", "x", "pm10"), "there is no format nothing"),
        (("map", "airrohr", "x"), "give a quantity, or --ignore"),
        (("map", "airrohr", "x", "temperature", "--unit", "hPa"), "values in hPa cannot be told in Cel"),
        (("sender", "new", "tasmota"), "kiezbox bridge"),
        (("unmap", "airrohr", "ABC"), "nothing was said about"),
        (("sender", "new", "airrohr", "--box", "A B"), "is no box id"),
    ):
        refused = command(*wrong)
        assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr


def test_what_a_device_sent_obeys_no_terminal() -> None:
    row = {"format": "f", "box": "b", "source": "s", "name": "a\x1b[2J", "unit": "", "value": 1.0, "count": 2}

    assert "\x1b" not in inputs.names_table([{**row, "last_at": _NOW}])
