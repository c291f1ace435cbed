"""What a broker repeats of a box is no sign of life of the box."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from ingest.registry import Registry
from ingest.store import Store
from tests.ingest.support.messages import NOW, arrival, millis, status, telemetry

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.batch import Arrival
    from kiezbox import db

LATER = NOW + timedelta(hours=5)


def retained(one: Arrival) -> Arrival:
    return replace(one, delivery=replace(one.delivery, retained=True))


def will(*, is_retained: bool = False, is_repeated: bool = False) -> Arrival:
    one = arrival("kb/v1/71-01/status", b'{"v": 1, "online": false}', LATER)
    return replace(one, delivery=replace(one.delivery, retained=is_retained, redelivered=is_repeated))


async def shown(pool: db.Pool) -> list[bool]:
    return [row["online"] for row in await pool.fetch("SELECT online FROM status ORDER BY received_at")]


async def test_a_retained_status_is_no_sign_of_life(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([status(at=millis(NOW))])

    await store.write([retained(status(at=millis(NOW), received_at=LATER)), will(is_retained=True)])

    row = await pool.fetchrow("SELECT last_seen FROM box")
    assert row is not None
    assert row["last_seen"] == NOW


async def test_of_a_box_that_is_not_known_what_is_retained_is_kept(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)

    await store.write([retained(status(at=millis(NOW)))])

    row = await pool.fetchrow("SELECT id, last_seen FROM box")
    assert row is not None
    assert (row["id"], row["last_seen"]) == ("71-01", None)
    assert await shown(pool) == [True]


@pytest.mark.parametrize(
    ("is_retained", "is_repeated", "expected"),
    [
        (False, False, [True, False]),
        (True, False, [True, False]),
        (True, True, [True, False]),
        (False, True, [True]),
    ],
)
async def test_a_will_that_comes_again_counts_only_as_the_broker_retains_it(
    pool: db.Pool, is_retained: bool, is_repeated: bool, expected: list[bool]
) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([status(at=millis(NOW))])

    await store.write([will(is_retained=is_retained, is_repeated=is_repeated)])

    assert await shown(pool) == expected


async def test_a_gps_that_loses_its_fix_does_not_move_its_box(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([status(at=millis(NOW), latitude=52.49, longitude=13.34)])

    await store.write([status(at=millis(LATER), received_at=LATER, latitude=0, longitude=0.0001)])

    row = await pool.fetchrow("SELECT latitude, longitude FROM box")
    assert row is not None
    assert (row["latitude"], row["longitude"]) == (52.49, 13.34)
    rows = await pool.fetch("SELECT latitude FROM status ORDER BY at")
    assert [row["latitude"] for row in rows] == [52.49, None]


def deletion(box: str = "71-01", at: datetime = LATER) -> Arrival:
    """What the broker delivers when somebody deletes the retained status of a box."""
    return arrival(f"kb/v1/{box}/status", b"", at)


async def withdrawn(pool: db.Pool) -> dict[str, datetime | None]:
    return {row["id"]: row["withdrawn_at"] for row in await pool.fetch("SELECT id, withdrawn_at FROM box")}


async def test_a_box_whose_retained_status_is_deleted_is_withdrawn_and_offline(pool: db.Pool, owner: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([status(at=millis(NOW))])

    await store.write([deletion()])

    assert await withdrawn(pool) == {"71-01": LATER}
    assert await shown(pool) == [True, False]
    assert await pool.fetch("SELECT FROM reject") == []
    assert await owner.fetch("SELECT FROM box_state") == []


async def test_a_withdrawn_box_that_sends_again_is_expected_again(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([status(at=millis(NOW)), deletion()])
    after = LATER + timedelta(minutes=1)
    await store.write([retained(status(at=millis(NOW), received_at=after))])
    assert await withdrawn(pool) == {"71-01": LATER}

    await store.write([telemetry(1, {"pm2_5": 1.0}, received_at=after)])

    assert await withdrawn(pool) == {"71-01": None}


async def test_a_box_that_has_sent_since_its_status_was_deleted_is_not_withdrawn(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)

    await store.write([deletion(at=NOW), status(at=millis(LATER), received_at=LATER)])

    assert await withdrawn(pool) == {"71-01": None}


async def test_deleting_the_status_of_a_box_that_nobody_knows_makes_no_box(pool: db.Pool) -> None:
    await Store(pool, Registry(), accept_unknown_boxes=True).write([deletion("gone"), deletion("gone")])

    assert await withdrawn(pool) == {}


# -- a box that measures is there --------------------------------------------------------------------------------------

PRESENCE = """SELECT status.online OR measured_since(status.box, status.received_at) AS online
FROM status WHERE box = '71-01' ORDER BY received_at DESC, at DESC LIMIT 1"""


def at(second: int, kind: str) -> Arrival:
    """What arrived in this second: the box's status, its last will, or a reading that was measured just now."""
    moment = NOW + timedelta(seconds=second)
    if kind == "status":
        return status(at=millis(moment), received_at=moment)
    if kind == "will":
        return arrival("kb/v1/71-01/status", b'{"v": 1, "online": false}', moment)
    return telemetry(second + 1, {"noise": 50 + second}, measured_at=moment, received_at=moment)


@pytest.mark.parametrize(
    ("order", "is_there"),
    [
        (("status", "reading", "will"), False),
        (("status", "will", "reading"), True),  # the will of a half-open link came late
        (("will", "status", "reading"), True),
        (("will", "reading", "status"), True),
        (("reading", "will", "status"), True),
        (("reading", "status", "will"), False),
        (("status", "will", "reading", "will"), False),  # and now it is gone
        (("status", "will", "reading", "will", "reading"), True),
    ],
)
async def test_a_box_that_measured_after_its_last_will_is_there(
    pool: db.Pool, order: tuple[str, ...], is_there: bool
) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    for second, kind in enumerate(order):
        await store.write([at(second, kind)])

    row = await pool.fetchrow(PRESENCE)

    assert row is not None
    assert row["online"] is is_there
    assert (False in await shown(pool)) is ("will" in order)  # history keeps the will


async def test_a_backlog_that_comes_after_the_will_is_no_sign_of_life(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([at(0, "status"), at(600, "will")])

    await store.write([telemetry(1, {"noise": 50}, measured_at=NOW, received_at=NOW + timedelta(hours=1))])

    row = await pool.fetchrow(PRESENCE)
    assert row is not None
    assert row["online"] is False


async def test_the_retained_copy_of_a_late_will_does_not_count_again(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    for second, kind in enumerate(("status", "will", "reading")):
        await store.write([at(second, kind)])

    await store.write([retained(at(60, "will"))])

    row = await pool.fetchrow(PRESENCE)
    assert row is not None
    assert row["online"] is True
    assert await shown(pool) == [True, False]
