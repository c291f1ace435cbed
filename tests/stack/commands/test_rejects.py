"""`kiezbox rejects` shows rejects as they are, and a retry corrects the ledger: on a real database."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devices.boxes import NO_BOX
from ingest import batch, retry
from ingest.registry import Registry
from ingest.rejects import RejectFilter
from ingest.store import Store
from kiezbox import mqtt
from kiezbox.errors import OperatorError, Unavailable
from kiezbox.settings import DatabaseSettings, IngestSettings, Settings
from stack.commands import rejects
from stack.embedded import postgres
from tests.devices.support import protobuf_bytes
from tests.ingest.support.messages import NOW, arrival, millis, status, telemetry
from tests.stack.support.command import kiezbox_on

if TYPE_CHECKING:
    from kiezbox.db import Pool

pytestmark = pytest.mark.slow

ALL = RejectFilter()
EVIL = b'{"v": 1, "text": "\x1b[2J\x07\xe2\x80\xae"'
VIBES = "INSERT INTO quantity (name, unit, low, high, label_de, label_en) VALUES ('vibes', '1', 0, 10, 'x', 'x')"


@pytest.fixture
def store(pool: Pool) -> Store:
    return Store(pool, Registry(), accept_unknown_boxes=True)


@pytest.fixture
def settings(database: DatabaseSettings) -> Settings:
    return Settings(database=database)


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


# -- seen -------------------------------------------------------------------------------------------------------------


async def test_the_list_shows_the_newest_first_and_goes_on_where_it_ended(
    store: Store, database: DatabaseSettings
) -> None:
    await store.write([arrival(f"kb/v1/71-0{n}/telemetry", b"{") for n in range(1, 6)])

    first = await rejects.find(database, ALL, None, 2)
    second = await rejects.find(database, ALL, first.as_json()["next"], 10)

    assert [row["box"] for row in (*first.rows, *second.rows)] == ["71-05", "71-04", "71-03", "71-02", "71-01"]
    assert (first.more, second.more) == (3, 0)
    assert str(first).endswith(f"3 more: --before {first.rows[-1]['id']}")


async def test_filters_narrow_together(store: Store, database: DatabaseSettings) -> None:
    await store.write(
        [
            arrival("kb/v1/71-01/telemetry", b"{", NOW - timedelta(days=2)),
            arrival("kb/v1/71-01/telemetry", b"{"),
            arrival("kb/v1/71-01/telemetry", b'{"v": 2}'),
            arrival("kb/v1/71-02/telemetry", b"{"),
            arrival("kb/v1//telemetry", b"{"),
        ]
    )

    async def found(**filters: Any) -> int:
        return len((await rejects.find(database, RejectFilter(**filters), None, 50)).rows)

    assert await found() == 5
    assert await found(reasons=["bad_json"]) == 3
    assert await found(reasons=["bad_json"], box="71-01") == 2
    assert await found(reasons=["bad_json"], box="71-01", since=NOW - timedelta(hours=1)) == 1
    assert await found(box=NO_BOX) == 1


async def test_bytes_are_shown_so_that_no_terminal_obeys_them(store: Store, database: DatabaseSettings) -> None:
    await store.write([arrival("kb/v1/71-01/telemetry", EVIL)])
    (row,) = (await rejects.find(database, ALL, None, 1)).rows

    done = kiezbox_on(database, "rejects", "show", str(row["id"]))

    assert done.returncode == 0
    assert all(character.isprintable() for character in done.stdout.replace("\n", ""))
    assert '00000000  7b 22 76 22 3a 20 31 2c 20 22 74 65 78 74 22 3a  |{"v": 1, "text":|' in done.stdout
    assert "1b 5b 32 4a 07" in done.stdout
    assert "reason    bad_json" in done.stdout


async def test_a_topic_with_control_characters_is_listed_without_them(store: Store, database: DatabaseSettings) -> None:
    await store.write([arrival("kb/v1/\x1b[31m\r\n/telemetry", b"{}")])

    page = str(await rejects.find(database, ALL, None, 10))

    assert page.isprintable()


async def test_of_many_bytes_the_first_are_shown_or_all(store: Store, database: DatabaseSettings) -> None:
    await store.write([arrival("kb/v1/71-01/telemetry", b"x" * 3000)])
    (row,) = (await rejects.find(database, ALL, None, 1)).rows
    kept = await rejects.one(database, row["id"])

    assert rejects.describe(kept, 1024).endswith("... 1,976 more bytes: --bytes 0 shows all")
    assert "00000bb0  78 78" in rejects.describe(kept, 0)
    assert bytes.fromhex(rejects.reject_json(kept)["payload"]) == b"x" * 3000


async def test_a_reject_that_is_not_there_is_an_error_with_a_hint(database: DatabaseSettings) -> None:
    with pytest.raises(OperatorError, match="no reject has the id 17"):
        await rejects.one(database, 17)


# -- tried again ------------------------------------------------------------------------------------------------------


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
    await pool.execute("ALTER TABLE reading ADD CONSTRAINT poison CHECK (value <> 666)")
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


@pytest.mark.parametrize("arguments", [(), ("--all", "--box", "71-01"), ("--all", "17"), ("--since", "all")])
def test_a_retry_never_takes_everything_by_accident(arguments: tuple[str, ...], database: DatabaseSettings) -> None:
    done = kiezbox_on(database, "rejects", "retry", *arguments)

    assert done.returncode == 2
    assert "--all" in done.stderr
    assert done.stdout == ""


async def test_the_command_retries_one_by_its_id(pool: Pool, database: DatabaseSettings) -> None:
    strict = Store(pool, Registry(), accept_unknown_boxes=False)
    await strict.write([telemetry(seq, {"pm2_5": 1.0}) for seq in (1, 2)])
    listed = json.loads(kiezbox_on(database, "rejects", "list", "--json").stdout)

    done = kiezbox_on(database, "rejects", "retry", str(listed["items"][0]["id"]), "--json")

    assert json.loads(done.stdout)["accepted"] == 1
    assert await count(pool, "reject") == 1


async def test_the_list_says_what_fell_off_and_what_was_never_kept(
    store: Store, pool: Pool, database: DatabaseSettings
) -> None:
    await store.write([arrival("kb/v1/71-01/telemetry", b"{"), arrival("msh/EU_868/2/json/x/!1", b"{}")])
    await pool.execute("INSERT INTO removed VALUES ('reject', 'bad_time', 1234, '2026-11-23T12:00:00Z')")

    found = await rejects.find(database, ALL, None, 10)

    assert len(found.rows) == 1
    assert str(found).splitlines()[1:] == [
        "no longer kept, for their age or their number: 1,234 bad_time; the last one went 2026-11-23T12:00:00Z",
        "counted and never kept: 1 messages that were not for us (not_kiezbox)",
    ]
    assert (found.as_json()["removed"][0]["rows"], found.as_json()["others"]) == (1234, 1)


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
