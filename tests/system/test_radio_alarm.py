"""A call for help at a box that has neither hub nor broker nor internet goes out by radio, and its answer is seen."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from stack.embedded.program import Program
from tests.conftest import unused_port
from tests.radio.support import simulated_node
from tests.radio.support.simulated_node import OTHER, STAFF
from tests.support.waiting import until
from tests.system.support import crisis_nodes
from tests.system.support.processes import ManagedProcess

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(240)]

BOX = "71-01"
WORDS = "Meine Mutter bekommt keine Luft"
_FILE = """
[channels.funk]
type = "radio"
by = "serial"

[people.Anna]
funk = "!a1b2c3d4"

[chains.call]
steps = [{ after_minutes = 0, to = ["everybody"] }]
"""


async def test_a_call_at_a_box_alone_reaches_somebody_by_radio(tmp_path: Path) -> None:
    with simulated_node.plugged_in(tmp_path) as node:
        (tmp_path / BOX).mkdir(mode=0o700)
        (tmp_path / BOX / "alarm.toml").write_text(_FILE, encoding="utf-8")
        environment = {
            "KIEZBOX_ROLE": "box",
            "KIEZBOX_MQTT_PORT": str(unused_port()),
            "KIEZBOX_ALARM_SILENT_SECONDS": "1",
            "KIEZBOX_RADIO_DEVICE": str(node.device),
            "KIEZBOX_RADIO_CHANNEL": STAFF,
            "KIEZBOX_CRISIS_FOLDER": str(tmp_path / BOX),
        }
        command = (sys.executable, "-m", "stack.cli", "radio")
        radio = ManagedProcess(Program("radio", command, {**os.environ, **environment}), tmp_path / "radio.log")
        radio.start()
        try:
            async with crisis_nodes.running(BOX, tmp_path, environment, of="hub") as box:
                await until(lambda: node.greeted > 0)
                call = {"kind": "medical", "text": WORDS, "contact": "0151 98765432"}
                assert (await box.ask("POST", "/crisis/distress", call)).is_success
                await until(lambda: bool(node.texts))
                ((index, to, text),) = node.texts
                number = text.partition("Antwort: ")[2].removesuffix(" ok")
                node.hear(simulated_node.packet(OTHER, 1, f"{number} ok".encode(), channel=2))

                async def is_seen() -> bool:
                    return any(event["kind"] == "alarm_seen" for event in await box.history())

                await until(is_seen)
                (distress,) = (await box.situation())["distress"]
        finally:
            radio.clear()

    assert (index, to) == (2, OTHER)
    assert len(text.encode()) <= 180
    assert [secret for secret in (WORDS, "0151", "98765432") if secret in text] == []
    assert distress["status"] != "taken"
