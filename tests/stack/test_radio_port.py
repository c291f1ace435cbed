from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from kiezbox.settings import CrisisSettings, RadioSettings, Settings
from radio import serial_port
from stack import radio_port
from stack.findings import Level
from tests.radio.support import owners, simulated_node
from tests.radio.support.simulated_node import STAFF
from tests.support import waiting

if TYPE_CHECKING:
    from pathlib import Path


def settings(folder: Path) -> Settings:
    radio = RadioSettings(device=folder / "node", channel=STAFF)
    return Settings(radio=radio, crisis=CrisisSettings(folder=folder))


async def found(folder: Path) -> tuple[Level, str]:
    (finding,) = await radio_port.examine(settings(folder))
    return finding.level, str(finding)


async def test_without_a_port_nothing_is_said() -> None:
    assert await radio_port.examine(Settings()) == []


async def test_doctor_says_who_holds_the_port_and_what_its_node_can_do(tmp_path: Path) -> None:
    with simulated_node.plugged_in(tmp_path) as node:
        nobody = await found(tmp_path)
        async with owners.owning(node, tmp_path / "radio.sock"):
            async with owners.listening(tmp_path / "radio.sock") as (_, heard):
                await waiting.until(lambda: heard[-1].WhichOneof("payload") == "channel")
            well = await found(tmp_path)
        descriptor = serial_port.opened(node.device)
        stranger = await found(tmp_path)
        await asyncio.to_thread(os.close, descriptor)
    gone = await found(tmp_path)

    assert nobody[0] is Level.FAIL
    assert "nobody owns" in nobody[1]
    assert well[0] is Level.OK
    assert "node !0badcafe has the staff's channel 'Kiezwache'" in well[1]
    assert stranger[0] is Level.FAIL
    assert "does not serve" in stranger[1]
    assert gone[0] is Level.FAIL
    assert "No such file" in gone[1]


async def test_a_channel_that_everybody_can_read_is_a_warning(tmp_path: Path) -> None:
    node = simulated_node.SimulatedNode(tmp_path / "node", {0: (STAFF, b"\x01")})
    node.plug_in()
    async with owners.owning(node, tmp_path / "radio.sock"):
        async with owners.listening(tmp_path / "radio.sock") as (_, heard):
            await waiting.until(lambda: heard[-1].WhichOneof("payload") == "channel")
        level, text = await found(tmp_path)
    node.unplug()

    assert level is Level.WARN
    assert "everybody can read channel" in text
