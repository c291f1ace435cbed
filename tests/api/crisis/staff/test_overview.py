"""Where the power is out, on the staff's overview of a hub and of a box."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.clock import Clock
from tests.api.crisis.staff_api.test_outages import lose_power
from tests.api.crisis.support.browser import sign_in, text_of

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def overview(at: Application, language: str = "en") -> str:
    return text_of(await (await sign_in(at, "ewa", language)).get())


async def test_an_outage_stands_on_top_with_its_boxes(box: Application) -> None:
    await lose_power(box, "71-01", "71-02")

    words = await overview(box)

    assert re.search(
        r"Power is out in Schöneberg: \d\.\d km², since .*, by the word of 2 of 2 boxes; the newest word", words
    )
    assert "Boxes without mains power: 71-01, 71-02" in words
    assert "MAJOR INCIDENT?" not in words
    assert words.index("Power is out") < words.index("No open call for help")


async def test_a_large_outage_asks_whether_it_is_a_major_incident(hub: Application) -> None:
    await lose_power(hub, *(f"71-0{number}" for number in range(1, 6)))

    assert "GROSSLAGE? In Schöneberg" in await overview(hub, "de")


async def test_single_words_are_one_line_and_no_outage(hub: Application) -> None:
    await lose_power(hub, "71-01")
    await lose_power(hub, "72-01", minutes_ago=60)

    words = await overview(hub, "de")

    assert "2 einzelne Meldungen ohne Netzstrom: meist die Sicherung" in words
    assert "der Strom weg" not in words


async def test_a_box_that_was_put_away_without_power_is_forgotten_after_a_week(hub: Application) -> None:
    await lose_power(hub, "71-01")
    before = await overview(hub)
    ahead = hub.node.wall() + timedelta(days=8)
    hub.node._clock = Clock(lambda: ahead)

    assert "71-01" in before
    assert "no mains power since" not in await overview(hub)
    assert "Unsure" not in await overview(hub)


async def test_without_an_outage_nothing_is_said(hub: Application) -> None:
    assert "mains power" not in await overview(hub)
