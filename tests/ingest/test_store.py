"""One transaction a batch, on a real database: stored once, counted once, nothing in between."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devices import packed
from devices.boxes import NO_BOX, OTHERS
from ingest.registry import Registry
from ingest.results import Outcome
from ingest.store import Store
from kiezbox import db
from kiezbox.errors import Reason, TimeLimitError, Unavailable
from tests.devices.support.protobuf_bytes import envelope
from tests.ingest.support.messages import NOW, arrival, millis, status, telemetry

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings


async def one(pool: db.Pool, query: str) -> dict[str, Any]:
    row = await pool.fetchrow(query)
    assert row is not None
    return dict(row)


async def ledger(pool: db.Pool) -> tuple[int, ...]:
    row = await pool.fetchrow(
        "SELECT sum(messages_received)::int, sum(messages_stored)::int, sum(messages_duplicate)::int,"
        " sum(messages_rejected)::int, sum(readings_received)::int, sum(readings_stored)::int,"
        " sum(readings_duplicate)::int, sum(readings_rejected)::int FROM message_ledger"
    )
    assert row is not None
    return tuple(row)


async def test_a_reading_is_stored_with_its_own_time_and_how_late_it_came(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 12.3}, measured_at=NOW - timedelta(minutes=5))])

    row = await one(pool, "SELECT * FROM reading JOIN series ON series.id = series")
    assert (row["box"], row["source"], row["quantity"], row["value"]) == ("71-01", "core", "pm2_5", 12.3)
    assert (row["measured_at"], row["delay_s"], row["flag"]) == (NOW - timedelta(minutes=5), 300, 0)


async def test_a_replayed_batch_stores_nothing_new(store: Store, pool: db.Pool) -> None:
    batch = [telemetry(seq, {"pm2_5": 1.0 * seq, "noise": 50.0}) for seq in range(1, 11)]
    await store.write(batch)

    results = await store.write(batch)

    assert {result.outcome for result in results} == {Outcome.DUPLICATE}
    assert (await one(pool, "SELECT count(*) AS n FROM reading"))["n"] == 20
    assert await ledger(pool) == (20, 10, 10, 0, 40, 20, 20, 0)


async def test_a_batch_of_old_and_new_stores_the_new(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 6)])

    results = await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(4, 9)])

    assert [result.stored for result in results] == [0, 0, 1, 1, 1]
    assert (await one(pool, "SELECT count(*) AS n FROM reading"))["n"] == 8


async def test_new_readings_right_after_a_replay_are_stored(store: Store, pool: db.Pool) -> None:
    replayed = [telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 6)]
    await store.write(replayed)
    await store.write(replayed)

    results = await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(6, 11)])

    assert {result.outcome for result in results} == {Outcome.STORED}
    assert (await one(pool, "SELECT count(*) AS n FROM reading"))["n"] == 10


async def test_the_same_message_twice_in_one_batch_is_stored_once(store: Store, pool: db.Pool) -> None:
    results = await store.write([telemetry(1, {"pm2_5": 1.0}), telemetry(1, {"pm2_5": 1.0})])

    assert [result.outcome for result in results] == [Outcome.STORED, Outcome.DUPLICATE]
    assert await ledger(pool) == (2, 1, 1, 0, 2, 1, 1, 0)


async def test_another_value_for_the_same_key_is_a_duplicate_with_its_own_counter(store: Store, pool: db.Pool) -> None:
    at = NOW - timedelta(minutes=1)
    await store.write([telemetry(1, {"pm2_5": 1.0}, measured_at=at)])

    await store.write([telemetry(2, {"pm2_5": 9.0}, measured_at=at), telemetry(3, {"pm2_5": 1.0}, measured_at=at)])
    await store.write([telemetry(4, {"noise": 1.0}, measured_at=at), telemetry(5, {"noise": 2.0}, measured_at=at)])

    assert (await one(pool, "SELECT sum(readings_differing)::int AS n FROM message_ledger"))["n"] == 2
    assert (await one(pool, "SELECT value FROM reading ORDER BY series LIMIT 1"))["value"] == 1.0


async def test_latest_means_last_measured_not_last_received(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 2.0}, measured_at=NOW - timedelta(minutes=1))])

    await store.write([telemetry(2, {"pm2_5": 1.0}, measured_at=NOW - timedelta(days=3))])

    row = await one(pool, "SELECT * FROM latest")
    assert (row["value"], row["measured_at"]) == (2.0, NOW - timedelta(minutes=1))


async def test_of_a_batch_that_is_late_the_newest_value_is_kept_where_none_is_newer(
    store: Store, pool: db.Pool
) -> None:
    await store.write([telemetry(1, {"pm2_5": 2.0, "noise": 50.0}, measured_at=NOW - timedelta(days=2))])

    newer = telemetry(2, {"pm2_5": 3.0}, measured_at=NOW - timedelta(days=1))
    older = telemetry(3, {"noise": 60.0, "humidity": 40.0}, measured_at=NOW - timedelta(days=3))
    await store.write([newer, older])

    rows = await pool.fetch(
        "SELECT quantity, value FROM latest JOIN series ON series.id = latest.series ORDER BY quantity"
    )
    assert [tuple(row) for row in rows] == [("humidity", 40.0), ("noise", 50.0), ("pm2_5", 3.0)]


async def test_a_partly_rejected_message_keeps_its_good_readings_and_says_why(store: Store, pool: db.Pool) -> None:
    (result,) = await store.write([telemetry(1, {"pm2_5": 12.0, "humidity": 250.0, "vibes": 3.0})])

    rejects = await pool.fetch("SELECT reason, readings, topic, box FROM reject ORDER BY reason")
    assert (result.outcome, result.stored, result.rejected) == (Outcome.STORED, 1, 2)
    assert [(row["reason"], row["readings"], row["box"]) for row in rejects] == [
        ("out_of_range", 1, "71-01"),
        ("unknown_quantity", 1, "71-01"),
    ]
    assert await ledger(pool) == (1, 1, 0, 0, 3, 1, 0, 2)


async def test_a_malformed_message_is_kept_with_its_bytes(store: Store, pool: db.Pool) -> None:
    (result,) = await store.write([arrival("kb/v1/71-01/telemetry", b'{"v": 1, oops\x00\xff')])

    row = await one(pool, "SELECT * FROM reject")
    assert result.outcome is Outcome.REJECTED
    assert (row["reason"], row["payload"], row["readings"]) == ("bad_json", b'{"v": 1, oops\x00\xff', 0)
    assert await ledger(pool) == (1, 0, 0, 1, 0, 0, 0, 0)


async def test_a_message_without_a_readable_box_is_counted_nowhere_but_counted(store: Store, pool: db.Pool) -> None:
    await store.write([arrival("kb/v1/NO BOX/telemetry", b"{}")])

    row = await one(pool, "SELECT box, messages_rejected FROM message_ledger")
    assert row == {"box": "-", "messages_rejected": 1}


async def test_gaps_in_seq_are_lost_messages_until_they_arrive(store: Store, pool: db.Pool) -> None:
    async def missing() -> tuple[int, str]:
        row = await one(
            pool,
            "SELECT (SELECT sum(messages_lost)::int FROM message_ledger) AS lost, missing::text FROM progress",
        )
        return row["lost"], row["missing"]

    await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in (1, 2, 5)])
    first = await missing()
    await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in (9, 3)])
    second = await missing()
    await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in (4, 6, 7, 8, 2)])
    third = await missing()

    assert first == (2, "{[3,5)}")
    assert second == (4, "{[4,5),[6,9)}")
    assert third == (0, "{}")


async def test_the_clock_skew_of_a_box_is_what_it_sent_minus_what_we_had(store: Store, pool: db.Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0}, sent=millis(NOW + timedelta(seconds=90)), clock="rtc")])

    row = await one(pool, "SELECT clock, clock_skew_s FROM progress")
    assert row == {"clock": "rtc", "clock_skew_s": 90.0}


async def test_a_status_is_history_and_a_repeated_one_is_a_duplicate(store: Store, pool: db.Pool) -> None:
    first = status(at=millis(NOW), mode="normal", mains=True, latitude=52.4886, longitude=13.3425)
    await store.write([first])

    results = await store.write([first, status(at=millis(NOW + timedelta(seconds=1)), mode="normal", mains=False)])

    assert [result.outcome for result in results] == [Outcome.DUPLICATE, Outcome.STORED]
    assert (await one(pool, "SELECT count(*) AS n FROM status"))["n"] == 2
    assert (await one(pool, "SELECT latitude, longitude FROM box")) == {"latitude": 52.4886, "longitude": 13.3425}


async def test_a_last_will_counts_once_however_often_the_broker_repeats_it(store: Store, pool: db.Pool) -> None:
    await store.write([status(at=millis(NOW))])
    will = [status(online=False, received_at=NOW + timedelta(seconds=second)) for second in (10, 20, 30)]

    results = [(await store.write([entry]))[0].outcome for entry in will]

    assert results == [Outcome.STORED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    history = await pool.fetch("SELECT online FROM status ORDER BY received_at")
    assert [row["online"] for row in history] == [True, False]


async def test_an_operators_position_is_not_overwritten(store: Store, pool: db.Pool) -> None:
    await pool.execute("INSERT INTO box (id, latitude, longitude, registered_at) VALUES ('71-01', 52.5, 13.4, now())")

    await store.write([status(at=millis(NOW), latitude=1.0, longitude=2.0)])

    assert await one(pool, "SELECT latitude, longitude FROM box") == {"latitude": 52.5, "longitude": 13.4}


async def test_an_unregistered_box_is_rejected_where_boxes_must_be_registered(pool: db.Pool) -> None:
    await pool.execute("INSERT INTO box (id, registered_at) VALUES ('71-01', now())")
    registry = Registry()
    await registry.refresh(pool)
    strict = Store(pool, registry, accept_unknown_boxes=False)

    results = await strict.write([telemetry(1, {"pm2_5": 1.0}), telemetry(1, {"pm2_5": 1.0}, box="71-02")])

    assert [result.outcome for result in results] == [Outcome.STORED, Outcome.REJECTED]
    assert (await one(pool, "SELECT reason, box FROM reject")) == {"reason": Reason.UNKNOWN_BOX, "box": "71-02"}


RAISING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.value = 6660 THEN RAISE 'not this one'; END IF; RETURN NEW; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON stored_reading FOR EACH ROW EXECUTE FUNCTION refuse()
"""
# What only the database can know of: rules that an operator made, a quantity that is no longer in the catalogue.
RULES = {
    "a check": ("ALTER TABLE stored_reading ADD CONSTRAINT poison CHECK (value <> 6660)", {"pm2_5": 666.0}),
    "a trigger": (RAISING, {"pm2_5": 666.0}),
    "a missing quantity": ("DELETE FROM quantity WHERE name = 'noise'", {"noise": 40.0}),
    "an index": ("CREATE UNIQUE INDEX ON stored_reading ((1 / (value - 6660)), series, measured_at)", {"pm2_5": 666.0}),
}


@pytest.mark.parametrize("rule", RULES)
async def test_a_message_that_the_database_refuses_is_rejected_alone(
    store: Store, pool: db.Pool, owner: db.Pool, rule: str
) -> None:
    sql, bad = RULES[rule]
    await owner.execute(sql)
    batch = [telemetry(seq, bad if seq == 7 else {"pm2_5": 1.0}) for seq in range(1, 21)]

    results = await store.write(batch)

    assert [seq for seq, result in enumerate(results, 1) if result.outcome is Outcome.REJECTED] == [7]
    assert (await one(pool, "SELECT count(*) AS n FROM reading"))["n"] == 19
    assert (await one(pool, "SELECT reason FROM reject"))["reason"] == "bad_schema"
    assert (await ledger(pool))[:4] == (20, 19, 0, 1)


@pytest.mark.parametrize("seq", [2**63 - 1, 2**63 - 2, 10**12 + 1])
async def test_a_number_that_counts_nothing_costs_neither_its_message_nor_the_ledger(
    store: Store, pool: db.Pool, seq: int
) -> None:
    results = await store.write([telemetry(1, {"pm2_5": 1.0}), telemetry(seq, {"pm2_5": 2.0}, measured_at=NOW)])

    assert [result.outcome for result in results] == [Outcome.STORED, Outcome.STORED]
    assert (await one(pool, "SELECT highest_seq FROM progress"))["highest_seq"] == 1
    assert (await one(pool, "SELECT sum(messages_lost) AS n FROM message_ledger"))["n"] == 0


async def test_a_message_whose_name_the_database_refuses_is_rejected_and_its_box_told(
    store: Store, pool: db.Pool, owner: db.Pool
) -> None:
    await owner.execute("ALTER TABLE progress ADD CONSTRAINT poison CHECK (boot <> 'bad')")

    (bad, good) = await store.write([telemetry(1, {"pm2_5": 1.0}, boot="bad"), telemetry(2, {"pm2_5": 1.0})])

    assert (bad.outcome, good.outcome) == (Outcome.REJECTED, Outcome.STORED)
    assert (bad.box, bad.arrival.content.boot, bad.arrival.content.seq) == ("71-01", "bad", 1)
    assert (await ledger(pool))[:4] == (2, 1, 0, 1)
    assert (await one(pool, "SELECT payload FROM reject"))["payload"] == bad.arrival.delivery.payload


async def test_a_batch_that_fails_for_the_server_leaves_nothing_behind(
    database: DatabaseSettings, pool: db.Pool
) -> None:
    hasty = database.model_copy(update={"command_timeout_seconds": 0.3})
    async with db.pool(hasty, "tests") as impatient, pool.connection() as holder, holder.transaction():
        await holder.execute("LOCK TABLE message_ledger")
        with pytest.raises(Unavailable):
            await Store(impatient, Registry(), accept_unknown_boxes=True).write([telemetry(1, {"pm2_5": 1.0})])

    assert (await one(pool, "SELECT (SELECT count(*) FROM reading) + (SELECT count(*) FROM series) AS n"))["n"] == 0


async def test_series_of_a_rolled_back_batch_are_not_remembered(
    pool: db.Pool, owner: db.Pool, registry: Registry, store: Store
) -> None:
    await owner.execute("ALTER TABLE stored_reading ADD CONSTRAINT poison CHECK (value <> 6660)")

    await store.write([telemetry(1, {"pm2_5": 666.0})])
    await owner.execute("ALTER TABLE stored_reading DROP CONSTRAINT poison")
    await store.write([telemetry(2, {"pm2_5": 1.0})])

    known = {row["id"] for row in await pool.fetch("SELECT id FROM series")}
    assert set(registry.series.values()) == known


async def test_two_workers_at_once_store_everything_once(pool: db.Pool) -> None:
    stores = [Store(pool, Registry(), accept_unknown_boxes=True) for _ in range(3)]
    batch = [telemetry(seq, {"pm2_5": 1.0, "noise": 40.0}, box=f"71-0{seq % 5}") for seq in range(1, 201)]

    async def patiently(store: Store, part: int) -> int:
        while True:
            with contextlib.suppress(Unavailable):  # a deadlock is Unavailable: the broker would send it again
                return sum(result.stored for result in await store.write(batch[part:] + batch[:part]))

    stored = await asyncio.gather(*(patiently(store, part * 60) for part, store in enumerate(stores)))

    assert sum(stored) == 400
    assert (await one(pool, "SELECT count(*) AS n FROM reading"))["n"] == 400
    received, kept, duplicate, rejected = (await ledger(pool))[4:]
    assert received == kept + duplicate + rejected


async def test_new_boxes_among_known_ones_do_not_block_other_batches_in_flight(pool: db.Pool) -> None:
    known = [f"71-{number:02x}" for number in range(1, 30)]
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([telemetry(1, {"pm2_5": 1.0}, box=box) for box in known])

    for seq in range(2, 42):
        late = f"new-{seq}"
        old = [telemetry(seq, {"pm2_5": 1.0}, box=box) for box in known]
        again = [telemetry(100 + seq, {"pm2_5": 1.0}, box=box) for box in known]
        results = await asyncio.gather(
            store.write([*old, telemetry(1, {"pm2_5": 1.0}, box=late)]), store.write([*again, status(late, at=1)])
        )

        assert {result.outcome for batch in results for result in batch} == {Outcome.STORED}


async def test_a_distress_over_lora_is_kept_once_however_many_gateways_heard_it(store: Store, owner: db.Pool) -> None:
    # ServiceEnvelope around the distress vector of kiezbox-protobuf.md: from 0x12345678, id 42.
    distress = bytes.fromhex("321b080110071880f09dc706220f526175636820696d204b656c6c6572")
    data = bytes([0x08, 0x82, 0x02, 0x12, len(distress)]) + distress
    packet = bytes.fromhex("0d7856341215ffffffff") + bytes([0x22, len(data)]) + data + bytes.fromhex("352a000000")
    envelope = bytes([0x0A, len(packet)]) + packet + bytes.fromhex("12076b69657a626f78")
    heard = [arrival(f"msh/EU_868/2/e/kiezbox/!0000000{gateway}", envelope) for gateway in (1, 2)]

    results = await store.write(heard)

    assert [result.outcome for result in results] == [Outcome.STORED, Outcome.DUPLICATE]
    row = await one(owner, "SELECT kind, actor, body->>'text' AS text, body->>'kind' AS what FROM crisis_event")
    assert row == {"kind": "distress_received", "actor": "!12345678", "text": "Rauch im Keller", "what": "fire"}


async def test_the_feed_holds_what_was_stored_and_wakes_listeners(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    heard = asyncio.Event()
    async with db.listening(database, "tests", "kiezbox_feed", lambda _payload: heard.set(), heard.set):
        await store.write([telemetry(1, {"pm2_5": 1.0}), telemetry(2, {"pm2_5": 2.0})])
        async with asyncio.timeout(20):
            await heard.wait()
    await store.write([telemetry(2, {"pm2_5": 2.0})])

    rows = await pool.fetch("SELECT readings FROM feed")
    (batch,) = [packed.unpack(row["readings"]) for row in rows]
    assert [(reading.value, reading.received_at) for reading in batch] == [(1.0, NOW), (2.0, NOW)]
    assert batch[0].measured_at == NOW - timedelta(hours=1) + timedelta(seconds=1)


async def test_trim_drops_what_the_feed_no_longer_keeps(store: Store, pool: db.Pool, owner: db.Pool) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0})])
    await owner.execute("UPDATE feed SET committed_at = committed_at - interval '2 hours'")
    await store.write([telemetry(2, {"pm2_5": 2.0})])

    await store.trim()

    assert (await one(pool, "SELECT count(*) AS n FROM feed"))["n"] == 1


# As the server ends a statement whose time is up, but by the number of rows: no test waits for a slow machine.
TIME_LIMIT = """
CREATE FUNCTION check_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM new_rows) > %d THEN
        RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_time AFTER INSERT ON stored_reading REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION check_time();
"""


async def test_a_batch_that_outlasts_the_time_limit_is_halved_until_it_fits(
    store: Store, pool: db.Pool, owner: db.Pool
) -> None:
    await owner.execute(TIME_LIMIT % 3)
    batch = [telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 11)]

    results = await store.write(batch)
    again = await store.write(batch)

    assert [result.outcome for result in results] == [Outcome.STORED] * 10
    assert [result.arrival for result in results] == batch
    assert [result.outcome for result in again] == [Outcome.DUPLICATE] * 10
    assert await ledger(pool) == (20, 10, 10, 0, 20, 10, 10, 0)


async def test_a_single_message_that_outlasts_the_time_limit_is_left_at_the_broker(
    store: Store, pool: db.Pool, owner: db.Pool
) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0})])
    await owner.execute(TIME_LIMIT % 0)

    with pytest.raises(TimeLimitError):
        await store.write([telemetry(seq, {"pm2_5": 1.0}) for seq in (2, 3)])

    assert (await one(pool, "SELECT count(*) AS n FROM reading"))["n"] == 1


async def test_repeats_of_many_days_are_known_with_those_that_differ(store: Store) -> None:
    days = [NOW - timedelta(days=days) for days in (0, 1, 40, 365)]
    await store.write(
        [telemetry(seq, {"pm2_5": 1.0}, measured_at=at, clock="gps") for seq, at in enumerate(days, start=1)]
    )

    values = [1.0, 2.0, 1.0, 3.0]
    results = await store.write(
        [
            telemetry(seq, {"pm2_5": value, "noise": 40.0}, measured_at=at, clock="gps")
            for seq, (at, value) in enumerate(zip(days, values, strict=True), start=1)
        ]
    )

    assert [(result.stored, result.duplicate, result.differing) for result in results] == [
        (1, 1, 0), (1, 1, 1), (1, 1, 0), (1, 1, 1),
    ]  # fmt: skip


STRANGER = envelope("Hallo Oma, der Schlüssel liegt unter der Matte".encode(), portnum=1)


async def test_what_strangers_say_is_counted_and_not_kept(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)

    await store.write(
        [
            arrival("msh/EU_868/2/e/LongFast/!0000abcd", STRANGER),
            arrival("msh/EU_868/2/json/LongFast/!0000abcd", b'{"text": "Hallo Oma"}'),
        ]
    )

    rows = await pool.fetch("SELECT box, messages_received, messages_rejected FROM message_ledger")
    assert [tuple(row.values()) for row in rows] == [(OTHERS, 2, 2)]
    assert await pool.fetch("SELECT FROM reject") == []
    assert await pool.fetch("SELECT FROM box") == []


async def test_what_has_a_level_too_many_is_counted_and_not_kept(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)

    await store.write(
        [arrival(f"kb/v1/71-01/{leaf}", b"{}") for leaf in ("telemetry/core", "telemetry/", "status/a/b")]
    )

    rows = await pool.fetch("SELECT box, messages_received, messages_rejected FROM message_ledger")
    assert [tuple(row.values()) for row in rows] == [(NO_BOX, 3, 3)]
    assert await pool.fetch("SELECT FROM reject") == await pool.fetch("SELECT FROM box") == []


@pytest.mark.parametrize("accept_unknown_boxes", [True, False])
async def test_a_deleted_retained_status_is_no_reject_and_no_sign_of_life(
    pool: db.Pool, accept_unknown_boxes: bool
) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=accept_unknown_boxes)

    await store.write([arrival("kb/v1/gone/status", b"")])

    rows = await pool.fetch("SELECT box, messages_stored, messages_rejected FROM message_ledger")
    assert [tuple(row.values()) for row in rows] == [(NO_BOX, 1, 0)]
    assert await pool.fetch("SELECT FROM reject") == await pool.fetch("SELECT FROM box") == []
