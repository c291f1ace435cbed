"""Operators register, rename, move and retire boxes, and every change is written down: on a real database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devices import boxes as box_ids
from ingest.registry import Registry
from storage import boxes
from storage.box_errors import BoxStateError, InvalidBoxError, UnknownBoxError
from storage.box_history import Author, Via
from storage.boxes import Box, BoxState
from storage.places import Position
from tests.ingest.support.messages import NOW, millis, status, telemetry

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ingest.store import Store
    from kiezbox.db import Pool

# The same statements on every tier.
pytestmark = pytest.mark.parametrize("host", [pytest.param("plain", marks=pytest.mark.slow)], indirect=True)

ANNA = Author("anna", Via.API)
TOWN_HALL = Position(52.4886, 13.3425)
LIBRARY = Position(52.5123, 13.3901)


async def done(pool: Pool, change: Any, *arguments: Any, **options: Any) -> Box:
    """Make one change in a transaction of its own."""
    async with pool.connection() as connection, connection.transaction():
        made: Awaitable[Box] = change(connection, ANNA, *arguments, **options)
        return await made


async def history(pool: Pool, box: str = "71-01") -> boxes.History:
    async with pool.connection() as connection:
        return await boxes.history(connection, box)


async def states(pool: Pool) -> dict[str, Any]:
    return {row["id"]: row["state"] for row in await pool.fetch("SELECT id, state FROM box_state")}


async def test_a_box_is_registered_before_it_sends(pool: Pool) -> None:
    made = await done(pool, boxes.register, "71-01", name="Rathaus Schöneberg", position=TOWN_HALL)

    assert (made.state, made.name, made.position) == (BoxState.REGISTERED, "Rathaus Schöneberg", TOWN_HALL)
    assert (made.district, made.number) == (0x71, 1)
    assert [place.position for place in (await history(pool)).places] == [TOWN_HALL]


async def test_ingest_takes_a_box_for_registered_from_its_next_refresh_on(pool: Pool) -> None:
    registry = Registry()
    await done(pool, boxes.register, "71-01")
    await registry.refresh(pool)
    assert registry.registered == {"71-01"}

    await done(pool, boxes.retire, "71-01")
    await registry.refresh(pool)

    assert registry.registered == frozenset()


@pytest.mark.parametrize(
    ("box", "halves"), [("71-01", (0x71, 1)), ("ff-0a", (255, 10)), ("balkon", (None, None)), ("71-01-2", (None, None))]
)
async def test_numbered_hardware_has_a_district_and_a_number(pool: Pool, box: str, halves: tuple[Any, Any]) -> None:
    made = await done(pool, boxes.register, box)

    assert (made.district, made.number) == halves == (box_ids.district_and_number(box) or (None, None))


async def test_a_registered_box_is_not_registered_again(pool: Pool) -> None:
    await done(pool, boxes.register, "71-01", name="a")

    with pytest.raises(BoxStateError, match="71-01 is registered already"):
        await done(pool, boxes.register, "71-01", name="b")

    assert (await history(pool)).box.name == "a"


@pytest.mark.parametrize("box", ["", "71-O1", "-", "a" * 33, "71-01\n", "00-00"])
async def test_what_is_no_id_of_a_box_is_not_registered(pool: Pool, box: str) -> None:
    with pytest.raises(InvalidBoxError):
        await done(pool, boxes.register, box)

    assert await pool.fetch("SELECT id FROM box") == []


@pytest.mark.parametrize("name", ["a" * 101, "two\nlines", "turned \u202e round", "\x1b[2J", "nul\0"])
async def test_a_name_is_one_line_of_plain_text(pool: Pool, name: str) -> None:
    await done(pool, boxes.register, "71-01")

    with pytest.raises(InvalidBoxError, match="the name has"):
        await done(pool, boxes.rename, "71-01", name)


async def test_an_empty_name_removes_the_name(pool: Pool) -> None:
    await done(pool, boxes.register, "71-01", name="Rathaus")

    assert (await done(pool, boxes.rename, "71-01", " ")).name is None


@pytest.mark.parametrize("position", [Position(91, 13), Position(52, -181), Position(float("nan"), 13)])
async def test_what_is_no_place_on_earth_is_refused(pool: Pool, position: Position) -> None:
    await done(pool, boxes.register, "71-01")

    with pytest.raises(InvalidBoxError, match="is not possible"):
        await done(pool, boxes.move, "71-01", position)


@pytest.mark.parametrize("since", [datetime(2019, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1)])
async def test_a_move_begins_between_the_first_boxes_and_now(pool: Pool, since: datetime) -> None:
    await done(pool, boxes.register, "71-01")

    with pytest.raises(InvalidBoxError, match="cannot be moved from"):
        await done(pool, boxes.move, "71-01", TOWN_HALL, since)


async def test_a_move_counts_from_its_time_on(pool: Pool) -> None:
    monday = datetime(2026, 1, 5, 9, tzinfo=UTC)
    await done(pool, boxes.register, "71-01", position=TOWN_HALL, since=monday - timedelta(days=30))

    moved = await done(pool, boxes.move, "71-01", LIBRARY, monday)

    assert (moved.position, moved.located_at) == (LIBRARY, monday)
    newest, first = (await history(pool)).places
    assert (newest.since, newest.position) == (monday, LIBRARY)
    assert (first.since, first.position) == (monday - timedelta(days=30), TOWN_HALL)


async def test_a_place_of_the_past_leaves_the_box_where_it_is(pool: Pool) -> None:
    monday = datetime(2026, 1, 5, 9, tzinfo=UTC)
    await done(pool, boxes.register, "71-01", position=TOWN_HALL, since=monday)

    moved = await done(pool, boxes.move, "71-01", LIBRARY, monday - timedelta(days=7))

    assert moved.position == TOWN_HALL
    assert [place.position for place in (await history(pool)).places] == [TOWN_HALL, LIBRARY]


async def test_a_box_that_was_only_seen_is_not_moved(store: Store, pool: Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0})])

    with pytest.raises(BoxStateError, match="was only seen"):
        await done(pool, boxes.move, "71-01", TOWN_HALL)


async def test_what_a_moved_box_says_itself_does_not_move_it_back(store: Store, pool: Pool) -> None:
    await store.write([status(at=millis(NOW), latitude=52.4, longitude=13.2)])
    await done(pool, boxes.register, "71-01", position=TOWN_HALL)
    await store.write([status(at=millis(NOW + timedelta(minutes=1)), latitude=52.4, longitude=13.2)])

    assert (await history(pool)).box.position == TOWN_HALL
    (row,) = await pool.fetch("SELECT latitude, longitude FROM box_state")
    assert (row["latitude"], row["longitude"]) == (TOWN_HALL.latitude, TOWN_HALL.longitude)


async def test_a_retired_box_leaves_the_boxes_in_service_and_keeps_its_history(store: Store, pool: Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0}), status()])
    await done(pool, boxes.retire, "71-01")

    assert await states(pool) == {}
    assert len(await pool.fetch("SELECT FROM reading")) == 1
    async with pool.connection() as connection:
        assert await boxes.listed(connection, None, None, is_all=False) == []
        (listed,) = await boxes.listed(connection, None, None, is_all=True)
    assert listed.state is BoxState.RETIRED


async def test_a_retired_box_that_sends_is_stored_and_stays_retired(store: Store, pool: Pool) -> None:
    await done(pool, boxes.register, "71-01")
    await done(pool, boxes.retire, "71-01")
    await store.write([telemetry(1, {"pm2_5": 1.0})])

    assert (await history(pool)).box.state is BoxState.RETIRED
    assert len(await pool.fetch("SELECT FROM reading")) == 1


async def test_registering_a_retired_box_brings_it_back_with_its_name(pool: Pool) -> None:
    await done(pool, boxes.register, "71-01", name="Rathaus", position=TOWN_HALL)
    await done(pool, boxes.retire, "71-01")

    back = await done(pool, boxes.register, "71-01")

    assert (back.state, back.name, back.position) == (BoxState.REGISTERED, "Rathaus", TOWN_HALL)
    assert list(await states(pool)) == ["71-01"]


async def test_a_box_is_retired_once(pool: Pool) -> None:
    await done(pool, boxes.register, "71-01")
    await done(pool, boxes.retire, "71-01")

    with pytest.raises(BoxStateError, match="is retired already"):
        await done(pool, boxes.retire, "71-01")


@pytest.mark.parametrize("change", [boxes.retire, boxes.rename, boxes.move])
async def test_a_box_that_nobody_knows_is_named(pool: Pool, change: Any) -> None:
    arguments = {boxes.retire: (), boxes.rename: ("x",), boxes.move: (TOWN_HALL,)}[change]

    with pytest.raises(UnknownBoxError, match="there is no box 71-10"):
        await done(pool, change, "71-10", *arguments)


async def test_every_change_is_written_down_with_who_made_it(pool: Pool) -> None:
    since = datetime(2026, 1, 5, 9, tzinfo=UTC)
    await done(pool, boxes.register, "71-01", name="Rathaus")
    await done(pool, boxes.rename, "71-01", "Bücherei")
    await done(pool, boxes.move, "71-01", LIBRARY, since)
    await done(pool, boxes.retire, "71-01")

    changes = (await history(pool)).changes
    assert [change.kind.value for change in changes] == ["retire", "move", "rename", "register"]
    assert {change.author for change in changes} == {ANNA}
    retired, moved, renamed, registered = changes
    assert (retired.before, retired.after) == ({"state": "registered"}, {"state": "retired"})
    assert (renamed.before, renamed.after) == ({"name": "Rathaus"}, {"name": "Bücherei"})
    assert moved.after == {"latitude": 52.5123, "longitude": 13.3901, "since": since.isoformat()}
    assert registered.after == {"name": "Rathaus", "state": "registered"}


async def test_a_change_that_changes_nothing_is_refused(pool: Pool) -> None:
    await done(pool, boxes.register, "71-01", name="Rathaus", position=TOWN_HALL)

    with pytest.raises(BoxStateError, match="nothing would change"):
        await done(pool, boxes.rename, "71-01", "Rathaus")
    with pytest.raises(BoxStateError, match="nothing would change"):
        await done(pool, boxes.move, "71-01", TOWN_HALL)

    assert len((await history(pool)).changes) == 1


async def test_two_who_register_one_box_at_once_do_it_once(pool: Pool) -> None:
    found = await asyncio.gather(
        done(pool, boxes.register, "71-01"), done(pool, boxes.register, "71-01"), return_exceptions=True
    )

    assert sorted(type(result).__name__ for result in found) == ["Box", "BoxStateError"]
    assert len((await history(pool)).changes) == 1
