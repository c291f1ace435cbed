"""Outages in the database: a row for each, which goes on when it gets an earlier first box, merges, or ends unseen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from crisis.alarm.copied import copy as alarm_copy
from crisis.alarm.sources import of_log
from crisis.model.event_bodies import PowerSeen
from crisis.sync.power import copy
from tests.crisis.alarm.support.listed import Said
from tests.crisis.sync.power.test_notes import RATHAUS

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from kiezbox.db import Pool
    from tests.crisis.conftest import Wall

pytestmark = pytest.mark.slow

LOG = UUID(int=1)


async def said(node: Node, number: int, *, mains: bool = False, minutes_ago: float = 20) -> None:
    """A box so many times half a kilometre east of the town hall."""
    place = (RATHAUS[0], RATHAUS[1] + 0.0074 * number)
    since = node.now() - timedelta(minutes=minutes_ago)
    await node.record(PowerSeen(f"71-{number:02}", mains, since, 80.0, *place, 60.0), node.name)


async def rows(pool: Pool) -> list[dict[str, Any]]:
    return [dict(row) for row in await pool.fetch("SELECT * FROM outage ORDER BY first_at, since")]


async def alerts(node: Node, pool: Pool) -> list[tuple[str, float]]:
    """What the list of alarms says in the database, of which Grafana alerts: the name, and how many boxes."""
    found = list(of_log.large_outages(node.power_survey(), node.large_outage, node.now()))
    await alarm_copy.write(LOG, Said(found), pool)
    return [(row["name"], row["value"]) for row in await pool.fetch("SELECT name, value FROM open_alarm")]


async def test_an_outage_is_a_row_with_what_it_rests_on(node: Node, pool: Pool) -> None:
    for number in (1, 2):
        await said(node, number)

    await copy.write(node, pool)

    (row,) = await rows(pool)
    (outage,) = node.power_survey().outages
    assert (row["id"], row["names"], row["grade"]) == (outage.id, sorted(outage.names), "firm")
    assert (row["since"], row["until"], row["boxes_out"]) == (outage.since, None, ["71-01", "71-02"])
    assert row["ortsteile"] == ["Schöneberg"]
    cells = json.loads(row["cells"])["features"]
    assert [(cell["id"], cell["properties"]["state"]) for cell in cells] == [("71-01", "out"), ("71-02", "out")]
    assert await alerts(node, pool) == []


async def test_writing_again_changes_nothing_but_what_is_new(node: Node, pool: Pool) -> None:
    for number in (1, 2):
        await said(node, number)
        await copy.write(node, pool)
        await copy.write(node, pool)

    (row,) = [each for each in await rows(pool) if each["followed_by"] is None]
    assert (row["boxes_most"], row["boxes_out"]) == (2, ["71-01", "71-02"])


async def test_an_earlier_first_box_and_a_merger_are_one_alert_from_beginning_to_end(node: Node, pool: Pool) -> None:
    for number in (1, 2, 3, 4, 5):
        await said(node, number)
    await copy.write(node, pool)
    before = await alerts(node, pool)
    await said(node, 0, minutes_ago=25)
    for number in (13, 14):
        await said(node, number, minutes_ago=15)
    await copy.write(node, pool)
    apart = await alerts(node, pool)
    for number in range(6, 13):
        await said(node, number, minutes_ago=18)
    await copy.write(node, pool)
    merged = await alerts(node, pool)

    assert [boxes for _, boxes in (*before, *apart, *merged)] == [5, 6, 15]
    assert {outage for outage, _ in (*before, *apart, *merged)} == {before[0][0]}
    found = await rows(pool)
    assert len({row["id"] for row in found}) == 3
    (current,) = [row for row in found if row["followed_by"] is None]
    assert {row["followed_by"] for row in found if row is not current} == {current["id"]}
    assert current["id"] == node.power_survey().outages[0].id

    for number in range(15):
        await said(node, number, mains=True, minutes_ago=1)
    await copy.write(node, pool)

    assert await alerts(node, pool) == []
    (row,) = [row for row in await rows(pool) if row["followed_by"] is None]
    assert (row["until"], row["grade"], row["boxes_most"]) == (node.power_survey().outages[0].until, "firm", 15)


async def test_an_outage_that_ended_while_the_database_was_away_for_days_has_its_end(
    open_node: Callable[..., AbstractAsyncContextManager[Node]], wall: Wall, pool: Pool
) -> None:
    async with open_node(wall=wall) as node:
        for number in (1, 2):
            await said(node, number)
        await copy.write(node, pool)
        for number in (1, 2):
            await said(node, number, mains=True, minutes_ago=1)
        ended_at = node.power_survey().outages[0].until
        wall.ahead += timedelta(days=3)
        assert node.power_survey().outages == ()

        await copy.write(node, pool)

    (row,) = await rows(pool)
    assert row["until"] == ended_at


async def test_a_row_of_which_the_log_knows_nothing_goes(
    open_node: Callable[..., AbstractAsyncContextManager[Node]], pool: Pool
) -> None:
    async with open_node("hub") as node:
        await said(node, 1)
        await copy.write(node, pool)
    async with open_node("another") as node:
        await copy.write(node, pool)

    assert await rows(pool) == []
