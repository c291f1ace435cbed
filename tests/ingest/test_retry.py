"""A retry stores what can be stored now and corrects the ledger: on a real database."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest import batch, retry
from ingest.registry import Registry
from ingest.rejects import RejectFilter
from ingest.store import Store
from kiezbox import mqtt
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings, IngestSettings, Settings
from stack.embedded import postgres
from storage.rights import Role
from tests.devices.support import protobuf_bytes
from tests.ingest.support.messages import NOW, arrival, millis, status, telemetry
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from kiezbox.db import Pool

pytestmark = pytest.mark.slow

ALL = RejectFilter()
VIBES = "INSERT INTO quantity (name, unit, low, high, label_de, label_en) VALUES ('vibes', '1', 0, 10, 'x', 'x')"


@pytest.fixture
def settings(database: DatabaseSettings) -> Settings:
    """A retry needs no more than the role of ingest may."""
    return Settings(database=as_role(database, Role.INGEST))


@pytest.fixture
def pool(owner: Pool) -> Pool:
    """With the role of an operator, who fixes here what messages were rejected for."""
    return owner


async def again(settings: Settings, choice: RejectFilter = ALL) -> dict[str, Any]:
    return (await retry.retry(settings, choice, is_dry=False)).as_json()


async def ledger(pool: Pool) -> tuple[int, ...]:
    """Messages received, stored, duplicate, rejected; readings likewise. Each row must balance."""
    rows = await pool.fetch("SELECT * FROM message_ledger")
    names = ("received", "stored", "duplicate", "rejected")
    for row in rows:
        for what in ("messages", "readings"):
            received, *rest = (row[f"{what}_{name}"] for name in names)
            assert received == sum(rest), dict(row)
    return tuple(sum(row[f"{what}_{name}"] for row in rows) for what in ("messages", "readings") for name in names)


async def count(pool: Pool, table: str) -> int:
    row = await pool.fetchrow(f"SELECT count(*)::int AS rows FROM {table}")
    assert row is not None
    found: int = row["rows"]
    return found


async def values(pool: Pool) -> dict[str, float]:
    rows = await pool.fetch("SELECT quantity, value FROM reading JOIN series ON series.id = series")
    return {row["quantity"]: row["value"] for row in rows}


async def test_a_message_that_was_rejected_whole_is_stored_and_counts_as_stored_then(
    pool: Pool, settings: Settings
) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(1, {"pm2_5": 12.3, "noise": 40.0})])
    before = await ledger(pool)

    told = await again(settings)

    assert before == (1, 0, 0, 1, 0, 0, 0, 0)
    assert told == {"dry_run": False, "accepted": 1, "stored": 2, "duplicate": 0, "still_rejected": {}}
    assert await ledger(pool) == (1, 1, 0, 0, 2, 2, 0, 0)
    assert await values(pool) == {"pm2_5": 12.3, "noise": 40.0}
    assert await count(pool, "reject") == 0


async def test_a_retried_reading_has_its_own_times_not_those_of_the_retry(pool: Pool, settings: Settings) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    measured_at = NOW - timedelta(minutes=5)
    await strict.write([telemetry(1, {"pm2_5": 1.0}, measured_at=measured_at)])

    await again(settings)

    row = await pool.fetchrow("SELECT measured_at, delay_s FROM reading")
    ledger = await pool.fetch("SELECT minute FROM message_ledger")
    assert row is not None
    assert (row["measured_at"], row["delay_s"]) == (measured_at, 300)
    assert {line["minute"] for line in ledger} == {NOW.replace(second=0)}


async def test_readings_that_were_rejected_alone_are_stored_beside_their_neighbours(
    store: Store, pool: Pool, settings: Settings
) -> None:
    await store.write([telemetry(1, {"pm2_5": 12.3, "noise": 40.0, "vibes": 3.0, "humidity": 250.0})])
    await pool.execute(VIBES)

    told = await again(settings, RejectFilter(reasons=["unknown_quantity"]))

    left = await pool.fetch("SELECT reason, readings FROM reject")
    assert told == {"dry_run": False, "accepted": 1, "stored": 1, "duplicate": 0, "still_rejected": {}}
    assert await values(pool) == {"pm2_5": 12.3, "noise": 40.0, "vibes": 3.0}
    assert [tuple(row) for row in left] == [("out_of_range", 1)]
    assert await ledger(pool) == (1, 1, 0, 0, 4, 3, 0, 1)


async def test_a_message_of_which_every_reading_was_rejected_becomes_stored(
    store: Store, pool: Pool, settings: Settings
) -> None:
    await store.write([telemetry(1, {"vibes": 3.0})])
    before = await ledger(pool)
    await pool.execute(VIBES)

    await again(settings)

    assert before == (1, 0, 0, 1, 1, 0, 0, 1)
    assert await ledger(pool) == (1, 1, 0, 0, 1, 1, 0, 0)


async def test_what_came_again_meanwhile_counts_as_duplicate(store: Store, pool: Pool, settings: Settings) -> None:
    message = telemetry(1, {"pm2_5": 1.0, "vibes": 3.0})
    await store.write([message])
    await pool.execute(VIBES)
    registry = Registry()
    await registry.refresh(pool)
    payload = message.delivery.payload
    (result,) = await Store(pool, registry, accept_unknown_boxes=True).write(
        [batch.read(mqtt.stored_delivery(message.delivery.topic, payload, NOW), registry.catalogue)]
    )

    told = await again(settings)

    assert (result.stored, result.duplicate) == (1, 1)
    assert (told["accepted"], told["stored"], told["duplicate"]) == (1, 0, 1)
    assert await ledger(pool) == (2, 2, 0, 0, 4, 2, 2, 0)


async def test_a_message_whose_box_could_not_be_read_moves_to_its_box(
    pool: Pool, store: Store, settings: Settings
) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0}), arrival("kb/v1//telemetry", b"{}")])
    payload = telemetry(2, {"pm2_5": 2.0}).delivery.payload
    # An operator puts right what the broker's bridge had broken.
    await pool.execute("UPDATE reject SET topic = 'kb/v1/71-01/telemetry', payload = $1", payload)

    await again(settings)

    lines = {row["box"]: row["messages_received"] for row in await pool.fetch("SELECT * FROM message_ledger")}
    assert lines == {"71-01": 2, "-": 0}
    assert await ledger(pool) == (2, 2, 0, 0, 2, 2, 0, 0)


async def test_what_is_still_rejected_stays_as_it_is(store: Store, pool: Pool, settings: Settings) -> None:
    await store.write(
        [
            arrival("kb/v1/71-01/telemetry", b"{"),
            telemetry(1, {"pm2_5": 1.0, "vibes": 1.0}),
            status(at=millis(NOW), battery_percent=300.0),
        ]
    )
    before = await ledger(pool), [tuple(row) for row in await pool.fetch("SELECT * FROM reject ORDER BY id")]

    told = await again(settings)

    after = await ledger(pool), [tuple(row) for row in await pool.fetch("SELECT * FROM reject ORDER BY id")]
    assert told["still_rejected"] == {"bad_json": 1, "unknown_quantity": 1, "out_of_range": 1}
    assert told["accepted"] == 0
    assert after == before


async def test_a_message_that_the_database_refuses_again_stays_and_its_neighbours_go(
    pool: Pool, settings: Settings
) -> None:
    await pool.execute("ALTER TABLE stored_reading ADD CONSTRAINT poison CHECK (value <> 6660)")
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(seq, {"pm2_5": 666.0 if seq == 3 else 1.0}) for seq in range(1, 6)])

    told = await again(settings)

    (left,) = await pool.fetch("SELECT reason FROM reject")
    assert (told["accepted"], told["still_rejected"]) == (4, {"bad_schema": 1})
    assert left["reason"] == "unknown_box", "the row is the one that was there"
    assert await ledger(pool) == (5, 4, 0, 1, 4, 4, 0, 0)


async def test_a_second_retry_does_nothing_more(pool: Pool, settings: Settings) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 4)])
    await again(settings)
    before = await ledger(pool)

    told = await again(settings)

    assert told == {"dry_run": False, "accepted": 0, "stored": 0, "duplicate": 0, "still_rejected": {}}
    assert await ledger(pool) == before == (3, 3, 0, 0, 3, 3, 0, 0)


async def test_a_retry_that_is_cut_short_leaves_whole_transactions(
    pool: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_PAGE_ROWS", 2)
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(seq, {"pm2_5": 1.0}) for seq in range(1, 6)])
    page = retry._page

    async def fails(pool: Pool, choice: RejectFilter, after: int, newest: int) -> Any:
        if await count(pool, "reject") < 3:
            raise Unavailable("database", "cut by the test")
        return await page(pool, choice, after, newest)

    monkeypatch.setattr(retry, "_page", fails)
    with pytest.raises(Unavailable):
        await again(settings)
    between = await ledger(pool), await count(pool, "reject"), await count(pool, "reading")
    monkeypatch.setattr(retry, "_page", page)
    await again(settings)

    assert between == ((5, 4, 0, 1, 4, 4, 0, 0), 1, 4)
    assert await ledger(pool) == (5, 5, 0, 0, 5, 5, 0, 0)


async def test_rejects_that_somebody_else_takes_undo_the_transaction(
    pool: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(1, {"pm2_5": 1.0})])
    read = batch.read

    def late(*arguments: Any) -> Any:
        done = subprocess.run(
            [postgres.binary("psql"), "-X", "-q", "-c", "DELETE FROM reject", settings.database.url.get_secret_value()],
            check=True,
        )
        assert done.returncode == 0
        return read(*arguments)

    monkeypatch.setattr(batch, "read", late)
    with pytest.raises(Unavailable, match="run it again"):
        await again(settings)

    assert await count(pool, "reading") == 0
    assert await ledger(pool) == (1, 0, 0, 1, 0, 0, 0, 0)


async def test_a_dry_run_changes_nothing_and_says_what_would_happen(
    store: Store, pool: Pool, settings: Settings
) -> None:
    await store.write([telemetry(1, {"pm2_5": 1.0, "vibes": 3.0}), arrival("kb/v1/71-01/telemetry", b"{")])
    await pool.execute(VIBES)
    before = await ledger(pool)

    told = await retry.retry(settings, ALL, is_dry=True)

    assert (told.accepted, told.stored, dict(told.still)) == (1, 1, {"bad_json": 1})
    assert "nothing was changed" in str(told)
    assert (await ledger(pool), await count(pool, "reject"), await count(pool, "reading")) == (before, 2, 1)
    assert (await again(settings))["stored"] == told.stored


async def test_more_rejects_than_fit_one_transaction_are_all_retried(
    pool: Pool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_PAGE_ROWS", 3)
    store = Store(pool, Registry(), accept_unknown_boxes=True)
    await store.write([telemetry(seq, {"pm2_5": 1.0, "vibes": 3.0, "humidity": 250.0}) for seq in range(1, 11)])
    await store.write([arrival("kb/v1/71-01/telemetry", b"{" * n) for n in range(1, 5)])
    await pool.execute(VIBES)

    told = await again(settings)

    assert told == {"dry_run": False, "accepted": 10, "stored": 10, "duplicate": 0, "still_rejected": {"bad_json": 4}}
    assert await ledger(pool) == (14, 10, 0, 4, 30, 20, 0, 10)


async def test_an_unregistered_box_stays_rejected_where_boxes_must_be_registered(
    pool: Pool, database: DatabaseSettings
) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(1, {"pm2_5": 1.0}), telemetry(1, {"pm2_5": 1.0}, box="71-02")])
    await pool.execute("UPDATE box SET registered_at = now() WHERE id = '71-02'")

    told = await again(Settings(database=database, ingest=IngestSettings(accept_unknown_boxes=False)))

    assert (told["accepted"], told["still_rejected"]) == (1, {"unknown_box": 1})


async def test_what_came_while_the_hub_s_clock_was_behind_is_stored_with_its_own_times(
    store: Store, pool: Pool, settings: Settings
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    behind = now - timedelta(hours=2)
    await store.write(
        [
            telemetry(seq, {"noise": 40.0}, measured_at=now - timedelta(seconds=seq), received_at=behind)
            for seq in range(1, 401)
        ]
    )
    assert await ledger(pool) == (400, 0, 0, 400, 400, 0, 0, 400)

    found = await again(settings, RejectFilter(reasons=["bad_time"]))

    assert (found["accepted"], found["stored"], found["still_rejected"]) == (400, 400, {})
    assert await ledger(pool) == (400, 400, 0, 0, 400, 400, 0, 0)
    row = await pool.fetchrow(
        "SELECT min(measured_at) AS first, max(measured_at) AS last,"
        " array_agg(DISTINCT measured_at + make_interval(secs => delay_s)) AS received FROM reading"
    )
    assert row is not None
    assert (row["first"], row["last"]) == (now - timedelta(seconds=400), now - timedelta(seconds=1))
    assert row["received"] == [behind]


async def test_a_time_that_is_still_ahead_stays_rejected(store: Store, pool: Pool, settings: Settings) -> None:
    now = datetime.now(UTC)
    await store.write([telemetry(1, {"noise": 40.0}, measured_at=now + timedelta(hours=9), received_at=now)])

    assert (await again(settings))["still_rejected"] == {"bad_time": 1}
    assert await count(pool, "reject") == 1


async def test_the_status_beside_readings_that_were_ahead_is_not_stored_again(
    store: Store, pool: Pool, settings: Settings
) -> None:
    at = int(datetime.now(UTC).timestamp()) - 60
    core = protobuf_bytes.update(7, core=protobuf_bytes.core({8: 13280}), unix_time=at)
    await store.write([arrival("kb/v1/c8-07/telemetry", core, datetime.fromtimestamp(at, UTC) - timedelta(hours=2))])
    before = await count(pool, "status")

    found = await again(settings)

    assert (found["stored"], before, await count(pool, "status")) == (1, 1, 1)


async def test_the_status_of_a_box_that_was_new_while_the_hub_was_behind_gets_its_time(
    store: Store, pool: Pool, settings: Settings
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    behind = now - timedelta(days=730)
    said = {"online": True, "at": millis(now), "latitude": 52.5, "longitude": 13.3, "battery_percent": 300.0}
    await store.write([arrival("kb/v1/71-01/status", json.dumps({"v": 1, **said}).encode(), behind)])
    before = await ledger(pool)

    found = await again(settings)
    after, unchanged = await ledger(pool), await again(settings)

    row = await pool.fetchrow(
        "SELECT at, received_at, first_seen, last_seen, since, (SELECT count(*) FROM reject) AS rejects"
        " FROM status JOIN box ON box.id = status.box JOIN place ON place.box = status.box"
    )
    assert row is not None
    assert tuple(row) == (now, behind, now, now, now, 1)
    assert (found["accepted"], unchanged["still_rejected"]) == (1, {"out_of_range": 1})
    assert before[0] == after[0], "a retry receives nothing"
    assert after[4] == sum(after[5:]), "received = stored + duplicate + rejected"
