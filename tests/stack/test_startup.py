from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kiezbox.errors import OperatorError
from stack import data_folder, startup

if TYPE_CHECKING:
    from pathlib import Path

ADDRESSES = {"KIEZBOX_MQTT_PORT": "18831", "KIEZBOX_DATABASE_URL": "postgresql://embedded@/kiezbox?host=/run/x"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """None of the addresses is set; whatever a test sets is gone afterwards."""
    for name in ADDRESSES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_a_command_beside_a_running_up_takes_its_addresses(tmp_path: Path) -> None:
    with data_folder.locked(tmp_path), data_folder.published(tmp_path, ADDRESSES):
        found = startup.begin_beside(tmp_path)

    assert found.mqtt.port == 18831
    assert found.database.url.get_secret_value() == ADDRESSES["KIEZBOX_DATABASE_URL"]


def test_what_the_environment_sets_goes_before_the_addresses_of_an_up(
    tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("KIEZBOX_MQTT_PORT", "1884")

    with data_folder.locked(tmp_path), data_folder.published(tmp_path, ADDRESSES):
        taken = startup.take_addresses(tmp_path)

    assert taken == ADDRESSES
    assert os.environ["KIEZBOX_MQTT_PORT"] == "1884"
    assert os.environ["KIEZBOX_DATABASE_URL"] == ADDRESSES["KIEZBOX_DATABASE_URL"]


@pytest.mark.usefixtures("environment")
def test_without_an_up_nothing_is_taken(tmp_path: Path) -> None:
    assert startup.take_addresses(tmp_path) == {}
    assert not ADDRESSES.keys() & os.environ.keys()


def test_settings_that_make_no_sense_end_the_start_with_the_name_of_the_variable(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("KIEZBOX_MQTT_PORT", "many")

    with pytest.raises(OperatorError, match="KIEZBOX_MQTT_PORT"):
        startup.begin()
