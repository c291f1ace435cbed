"""The files for systemd fit the program: otherwise a setting that nothing reads would be found in a crisis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http.connections import limits
from kiezbox import settings
from tests.conftest import ROOT

if TYPE_CHECKING:
    import pytest

UNITS = ROOT / "deploy" / "systemd"


def environment() -> dict[str, str]:
    """The variables that box.env sets."""
    lines = (UNITS / "box.env").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def test_the_environment_of_a_box_is_read_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)

    found = settings.read()

    assert settings.unknown() == []
    assert (found.role, found.crisis.node) == ("box", "71-01")
    assert str(found.crisis.folder).startswith("/var/lib/kiezbox")


def test_a_box_may_open_as_many_files_as_its_connections_need() -> None:
    unit = (UNITS / "kiezbox-box.service").read_text(encoding="utf-8").splitlines()
    [allowed] = [int(line.partition("=")[2]) for line in unit if line.startswith("LimitNOFILE=")]

    needed = settings.ApiSettings().connections_max + limits.BACKLOG

    assert allowed > needed + 128


def test_the_radio_s_unit_reaches_serial_ports_and_the_folder_of_its_socket() -> None:
    unit = (UNITS / "kiezbox-radio.service").read_text(encoding="utf-8").splitlines()
    box = (UNITS / "kiezbox-box.service").read_text(encoding="utf-8").splitlines()
    shared = ("User=", "Group=", "StateDirectory=", "StateDirectoryMode=", "EnvironmentFile=")

    assert {line for line in unit if line.startswith(shared)} == {line for line in box if line.startswith(shared)}
    assert "SupplementaryGroups=dialout" in unit
    assert {"DeviceAllow=char-ttyUSB rw", "DeviceAllow=char-ttyACM rw"} <= set(unit)
    ordering = [line for line in unit if line.startswith(("Wants=", "After="))]
    assert all("modprobe@usbserial.service modprobe@cdc_acm.service" in line for line in ordering)
    assert len(ordering) == 2
