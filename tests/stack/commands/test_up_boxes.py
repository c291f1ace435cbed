"""The boxes of `kiezbox up`."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_sim import box_ids
from kiezbox.settings import CrisisSettings, Settings
from stack.commands import up_boxes
from stack.commands.up_plan import Plan
from stack.ports import Address


def plan(boxes: int = 5, **crisis: float) -> Plan:
    return Plan(
        data=Path("data"),
        http=Address("127.0.0.1", 8000),
        box_http=Address("127.0.0.1", 8001),
        mqtt=Address("127.0.0.1", 1883),
        boxes=boxes,
        interval_seconds=5,
        settings=Settings(crisis=CrisisSettings(**crisis)),
    )


def test_the_node_stands_where_its_simulated_box_does() -> None:
    stands = box_ids.position(up_boxes.BOX)

    assert up_boxes.place(plan()) == {
        "KIEZBOX_CRISIS_LATITUDE": str(stands.latitude),
        "KIEZBOX_CRISIS_LONGITUDE": str(stands.longitude),
    }


@pytest.mark.parametrize("other", [plan(boxes=0), plan(latitude=52.5, longitude=13.4)])
def test_nobody_is_told_where_it_stands_without_a_simulator_or_against_the_settings(other: Plan) -> None:
    assert up_boxes.place(other) == {}
