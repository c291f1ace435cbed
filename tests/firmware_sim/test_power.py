"""Mains power of simulated boxes: switched by a command, followed by those that run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from firmware_sim import cli, power
from firmware_sim.errors import SimulatorError
from firmware_sim.journal import Journal
from tests.firmware_sim.support.hub import listening
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.settings import RunSettings
    from kiezbox.settings import MqttSettings
    from tests.firmware_sim.conftest import RunningFleet


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["power", *arguments])
    return result.exit_code, result.output


def test_power_is_switched_off_and_on_by_box(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "sim"))

    assert run("off", "71-02", "71-01", *data) == (0, "without mains power: 71-01, 71-02\n")
    assert run("on", "71-02", *data) == (0, "without mains power: 71-01\n")
    assert run("show", *data) == (0, "71-01\n")
    assert run("on", "all", *data) == (0, "without mains power: no box\n")


def test_what_is_no_box_is_refused_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="'Schöneberg!' is no box: write ids such as 71-01"):
        power.switch(tmp_path, ["71-01", "Schöneberg!"], on=False)

    assert power.without(tmp_path) == frozenset()


def test_one_box_cannot_get_power_while_all_have_none(tmp_path: Path) -> None:
    power.switch(tmp_path, ["all"], on=False)

    with pytest.raises(SimulatorError, match="power on all"):
        power.switch(tmp_path, ["71-01"], on=True)


def test_a_file_that_somebody_edited_by_hand_is_read_as_far_as_it_names_boxes(tmp_path: Path) -> None:
    (tmp_path / power.FILE).write_bytes(b"71-01\r\n# gone: \xff\n\n  71-02 71_03")

    assert power.without(tmp_path) >= {"71-01", "71-02"}
    assert "71_03" not in power.without(tmp_path)


async def test_a_running_box_says_at_once_that_it_has_no_power_and_later_that_it_has(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    with listening(broker, name) as hub:
        async with running_fleet(settings, Journal()):
            await until(lambda: len(hub.statuses) >= 1)
            power.switch(settings.data, [name], on=False)
            await until(lambda: json.loads(hub.statuses[-1].payload)["mains"] is False)
            power.switch(settings.data, ["all"], on=True)
            await until(lambda: json.loads(hub.statuses[-1].payload)["mains"] is True)
