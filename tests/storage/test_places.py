"""The places of boxes in time: who writes a position writes a place (storage/migrations/0017_place.sql)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kiezbox import db
from storage import migrate
from tests.ingest.support.messages import NOW, millis, status

if TYPE_CHECKING:
    from ingest.store import Store
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host

SEEN = datetime(2026, 1, 1, tzinfo=UTC)


async def places(pool: Pool) -> list[tuple[Any, ...]]:
    rows = await pool.fetch("SELECT number, since, latitude, longitude FROM place WHERE box = '71-01' ORDER BY since")
    return [tuple(row) for row in rows]


def at(minutes: int, latitude: float, longitude: float) -> Any:
    """A status that came an hour after the box said where it is."""
    moment = NOW + timedelta(minutes=minutes)
    return status(at=millis(moment), received_at=NOW + timedelta(hours=1), latitude=latitude, longitude=longitude)


async def test_a_box_that_moves_has_two_places_each_since_it_said_so(store: Store, pool: Pool) -> None:
    await store.write([at(0, 52.5, 13.4)])
    await store.write([at(10, 52.6, 13.2)])

    assert await places(pool) == [(1, NOW, 52.5, 13.4), (2, NOW + timedelta(minutes=10), 52.6, 13.2)]


async def test_a_position_that_wanders_less_than_a_hundred_metres_is_the_same_place(store: Store, pool: Pool) -> None:
    await store.write([at(0, 52.5, 13.4)])
    await store.write([at(10, 52.5004, 13.4004)])

    assert await places(pool) == [(1, NOW, 52.5, 13.4)]
    (box,) = await pool.fetch("SELECT latitude FROM box WHERE id = '71-01'")
    assert box["latitude"] == 52.5004


async def test_an_old_position_that_comes_late_makes_no_move(store: Store, pool: Pool) -> None:
    await store.write([at(0, 52.5, 13.4)])
    await store.write([at(10, 52.6, 13.2)])
    await store.write([at(5, 52.5, 13.4)])
    await store.write([at(20, 52.6, 13.2)])

    assert [since for _, since, *_ in await places(pool)] == [NOW, NOW + timedelta(minutes=10)]


async def test_what_an_operator_registers_is_a_place(pool: Pool) -> None:
    await pool.execute(
        "INSERT INTO box (id, latitude, longitude, registered_at, first_seen) VALUES ('71-01', 52.5, 13.4, now(), $1)",
        SEEN,
    )
    await pool.execute("UPDATE box SET latitude = 52.6, longitude = 13.2 WHERE id = '71-01'")

    first, second = await places(pool)
    assert first == (1, SEEN, 52.5, 13.4)
    assert (second[0], second[2:]) == (2, (52.6, 13.2))
    assert second[1] > SEEN


async def test_an_operator_who_corrects_a_position_by_a_little_corrects_the_place(pool: Pool) -> None:
    await pool.execute("INSERT INTO box (id, latitude, longitude, registered_at) VALUES ('71-01', 52.5, 13.4, now())")
    await pool.execute("UPDATE box SET latitude = 52.5002 WHERE id = '71-01'")

    assert [place[2:] for place in await places(pool)] == [(52.5002, 13.4)]


async def test_a_registered_box_stays_where_its_operator_put_it(store: Store, pool: Pool) -> None:
    await pool.execute("INSERT INTO box (id, latitude, longitude, registered_at) VALUES ('71-01', 52.5, 13.4, now())")
    await store.write([at(0, 1.0, 2.0)])

    assert [place[2:] for place in await places(pool)] == [(52.5, 13.4)]


async def test_an_upgrade_writes_down_the_present_place(host: Host, empty_database: DatabaseSettings) -> None:
    before = [migration for migration in migrate.migrations() if migration.number < 17]
    async with db.connect(empty_database, "tests") as connection:
        await migrate.apply(connection, before, host.tier)
        await connection.execute(
            "INSERT INTO box (id, latitude, longitude, first_seen) VALUES ('71-01', 52.5, 13.4, $1)", SEEN
        )
        await connection.execute("INSERT INTO box (id) VALUES ('nowhere')")
        await migrate.apply(connection)
        rows = await connection.fetch("SELECT box, number, since, latitude, longitude FROM place")

    assert [tuple(row) for row in rows] == [("71-01", 1, SEEN, 52.5, 13.4)]
