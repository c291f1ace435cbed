from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.registry import Registry
from ingest.store import Store
from kiezbox.errors import OperatorError, Unavailable
from kiezbox.settings import DatabaseSettings
from stack import moments
from stack.commands import ledger
from tests.ingest.support.messages import NOW, arrival, millis, status, telemetry
from tests.ingest.test_deferral import deferred_messages, rounds
from tests.stack.support.command import kiezbox_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.batch import Arrival
    from kiezbox import db

pytestmark = pytest.mark.slow

GOOD = {"pm2_5": 1.0, "noise": 40.0}
BEGIN = NOW - timedelta(days=1)


@pytest.fixture
def store(pool: db.Pool) -> Store:
    return Store(pool, Registry(), accept_unknown_boxes=True)


async def test_a_box_s_entry_counts_messages_and_readings_by_what_became_of_them(
    store: Store, database: DatabaseSettings
) -> None:
    replayed = telemetry(1, GOOD)
    await store.write([replayed, telemetry(2, {**GOOD, "vibes": 1.0})])
    await store.write([replayed, arrival("kb/v1/71-01/telemetry", b"{")])

    found = await ledger.read(database, BEGIN, None)

    (entry,) = found.entries
    assert entry.box == "71-01"
    assert entry.messages == {"received": 4, "stored": 2, "duplicate": 1, "rejected": 1}
    assert entry.readings == {"received": 7, "stored": 4, "duplicate": 2, "rejected": 1}
    assert (entry.is_balanced, found.is_whole) == (True, True)
    assert found.verdict() == (
        "nothing is missing: no gap is open, and what was received is accounted for;"
        " rejected were 1 message and 1 readings (kiezbox rejects list)"
    )


async def test_a_gap_is_missing_until_its_message_arrives(store: Store, database: DatabaseSettings) -> None:
    await store.write([telemetry(seq, GOOD) for seq in (1, 2, 5)])
    before = await ledger.read(database, BEGIN, None)
    await store.write([telemetry(seq, GOOD, received_at=NOW + timedelta(minutes=3)) for seq in (3, 4)])
    after = await ledger.read(database, BEGIN, None)

    assert (before.total.lost, before.is_whole) == (2, False)
    assert before.verdict() == "MISSING: 2 messages never arrived since 2026-11-23T12:00:00Z: 71-01"
    assert (after.total.lost, after.total.lost_since, after.is_whole) == (0, None, True)


async def test_lost_since_is_when_something_began_to_be_missing_without_a_break(
    store: Store, database: DatabaseSettings
) -> None:
    for minute, seq in enumerate([1, 3, 2, 5, 8, 4]):  # opens in minutes 1, 3 and 4; closed for a while in minute 2
        await store.write([telemetry(seq, GOOD, received_at=NOW + timedelta(minutes=minute))])

    (entry,) = (await ledger.read(database, BEGIN, None)).entries

    assert (entry.lost, entry.lost_since) == (2, NOW.replace(second=0) + timedelta(minutes=3))


async def test_what_the_box_keeps_is_what_it_said_last(store: Store, database: DatabaseSettings) -> None:
    said = [
        status(at=millis(NOW) + n, outbox=outbox, received_at=NOW + timedelta(seconds=n))
        for n, outbox in ((1, 9), (2, 4))
    ]
    await store.write([telemetry(1, GOOD), *said])

    (entry,) = (await ledger.read(database, BEGIN, None)).entries

    assert (entry.waiting, entry.waiting_at) == (4, NOW + timedelta(seconds=2))


async def test_only_what_was_received_since_then_is_counted(store: Store, database: DatabaseSettings) -> None:
    await store.write([telemetry(seq, GOOD, received_at=NOW - timedelta(days=3)) for seq in (1, 3)])
    await store.write([telemetry(1, GOOD, box="71-02", boot="b")])

    recent = await ledger.read(database, BEGIN, None)
    ever = await ledger.read(database, None, None)

    assert [entry.box for entry in recent.entries] == ["71-02"]
    assert [(entry.box, entry.lost) for entry in ever.entries] == [("71-01", 1), ("71-02", 0)]
    assert ever.total.messages["received"] == 3


async def test_one_box_can_be_asked_for_and_a_silent_one_has_a_line(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    await pool.execute("INSERT INTO box (id, registered_at) VALUES ('balkon', now())")
    await store.write([telemetry(1, GOOD), arrival("kb/v1//telemetry", b"{}")])

    asked = {
        box: (await ledger.read(database, BEGIN, box)).total.messages["received"] for box in ("71-01", "balkon", "-")
    }

    assert asked == {"71-01": 1, "balkon": 0, "-": 1}


@pytest.mark.parametrize("box", ["71-99", "Köln", "a/b"])
async def test_a_box_that_nobody_knows_is_an_error_not_an_empty_ledger(database: DatabaseSettings, box: str) -> None:
    with pytest.raises(OperatorError, match=box):
        await ledger.read(database, None, box)


async def test_a_ledger_that_does_not_balance_is_called_wrong(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    await store.write([telemetry(1, GOOD), telemetry(1, GOOD, box="71-02")])
    await pool.execute("UPDATE message_ledger SET readings_received = readings_received + 1 WHERE box = '71-02'")

    found = await ledger.read(database, BEGIN, None)

    assert (found.is_whole, found.verdict()) == (
        False,
        "WRONG: received is not stored + duplicate + rejected: 71-02",
    )


async def defer(pool: db.Pool, *arrivals: Arrival, box: str = "71-01") -> None:
    """They were beyond the share of their box."""
    await deferred_messages(pool).add([(box, arrival.delivery) for arrival in arrivals])


async def test_what_is_deferred_is_named_and_not_missing(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    await store.write([telemetry(1, GOOD)])
    later = [telemetry(seq, GOOD, received_at=NOW + timedelta(seconds=seq)) for seq in (2, 3)]
    await defer(pool, *later)
    await defer(pool, telemetry(1, GOOD, box="wild-1"), box="wild-1")

    found = await ledger.read(database, NOW + timedelta(days=2), None)

    assert [(entry.box, entry.deferred, entry.messages["received"]) for entry in found.entries] == [
        ("71-01", 2, 0),
        ("wild-1", 1, 0),
    ]
    assert found.entries[0].deferred_since == NOW + timedelta(seconds=2)
    assert found.is_whole
    assert found.verdict() == (
        "nothing is missing: no gap is open, and what was received is accounted for;"
        " beyond their share, waiting to be stored: 3 messages since 2026-11-23T12:00:30Z: 71-01, wild-1"
    )


async def test_a_gap_that_what_is_deferred_may_close_is_not_called_missing(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    await store.write([telemetry(seq, GOOD) for seq in (1, 4)])
    await defer(pool, *(telemetry(seq, GOOD) for seq in (2, 3)))
    waiting = await ledger.read(database, BEGIN, None)
    await store.write([telemetry(6, GOOD)])
    beyond = await ledger.read(database, BEGIN, None)
    await rounds(deferred_messages(pool), 1)
    stored = await ledger.read(database, BEGIN, None)

    assert (waiting.is_whole, waiting.total.lost, waiting.total.deferred) == (True, 2, 2)
    assert waiting.verdict().startswith("nothing is known to be missing: 2 messages may be among what waits, and")
    assert (beyond.is_whole, beyond.total.lost, beyond.missing) == (False, 3, {"71-01": 1})
    assert beyond.verdict().startswith("MISSING: 1 message never arrived since")
    assert "waiting to be stored: 2 messages" in beyond.verdict()
    assert (stored.total.lost, stored.total.deferred, stored.total.deferred_since) == (1, 0, None)


async def test_what_one_box_has_deferred_closes_no_gap_of_another(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    await store.write([telemetry(seq, GOOD) for seq in (1, 3)])
    await defer(pool, *(telemetry(seq, GOOD, box="wild-1") for seq in (1, 2)), box="wild-1")

    found = await ledger.read(database, BEGIN, None)
    alone = await ledger.read(database, BEGIN, "71-01")

    assert (found.is_whole, found.missing) == (False, {"71-01": 1})
    assert found.verdict().startswith("MISSING: 1 message never arrived since 2026-11-23T12:00:00Z: 71-01; beyond")
    assert (alone.is_whole, alone.total.deferred) == (False, 0)


async def test_a_box_all_of_whose_messages_are_deferred_is_known(pool: db.Pool, database: DatabaseSettings) -> None:
    await defer(pool, telemetry(1, GOOD, box="wild-1"), box="wild-1")

    (entry,) = (await ledger.read(database, None, "wild-1")).entries

    assert (entry.box, entry.deferred, entry.messages["received"]) == ("wild-1", 1, 0)


async def test_people_and_machines_see_what_is_deferred(
    store: Store, pool: db.Pool, database: DatabaseSettings
) -> None:
    await store.write([telemetry(1, GOOD)])
    before = kiezbox_on(database, "ledger", "--since", "all")
    await defer(pool, telemetry(2, GOOD))
    people = kiezbox_on(database, "ledger", "--since", "all")
    machines = kiezbox_on(database, "ledger", "--since", "all", "--json")

    said = json.loads(machines.stdout)
    head = next(row for row in people.stdout.splitlines() if row.startswith("box "))
    (row,) = (row for row in people.stdout.splitlines() if row.startswith("71-01"))
    assert (before.returncode, people.returncode, machines.returncode) == (0, 0, 0)
    assert "deferred" not in before.stdout
    assert (head.split()[-1], row.split()[-1]) == ("deferred", "1")
    assert people.stdout.splitlines()[-1] == said["verdict"]
    assert (said["whole"], said["boxes"][0]["deferred"], said["total"]["deferred"]) == (True, 1, 1)
    assert said["boxes"][0]["deferred_since"] == said["total"]["deferred_since"] == moments.written(NOW)


async def test_an_empty_database_has_nothing_missing(database: DatabaseSettings) -> None:
    found = await ledger.read(database, None, None)

    assert (found.is_whole, found.total.messages["received"]) == (True, 0)
    assert "total" in str(found)


@pytest.mark.parametrize(("seqs", "code"), [((1, 2), 0), ((1, 3), ledger.MISSING_EXIT)])
async def test_the_exit_code_tells_scripts_whether_anything_is_missing(
    store: Store, database: DatabaseSettings, seqs: tuple[int, ...], code: int
) -> None:
    await store.write([telemetry(seq, GOOD) for seq in seqs])

    people = kiezbox_on(database, "ledger", "--since", "all")
    machines = kiezbox_on(database, "ledger", "--since", "all", "--json")

    said = json.loads(machines.stdout)
    assert (people.returncode, machines.returncode) == (code, code)
    assert people.stdout.splitlines()[-1] == said["verdict"]
    assert (said["whole"], said["boxes"][0]["messages"]["received"]) == (code == 0, 2)


def test_a_database_that_is_away_is_another_exit_code_than_something_missing(free_port: Callable[[], int]) -> None:
    away = DatabaseSettings.model_validate({"url": f"postgresql://x@127.0.0.1:{free_port()}/x"})

    done = kiezbox_on(away, "ledger")

    assert done.returncode == 1
    assert done.stderr.startswith("kiezbox: database (")


async def test_a_database_that_is_away_is_unavailable(free_port: Callable[[], int]) -> None:
    away = DatabaseSettings.model_validate({"url": f"postgresql://x@127.0.0.1:{free_port()}/x"})

    with pytest.raises(Unavailable):
        await ledger.read(away, None, None)


async def test_what_was_not_for_us_is_named_apart_from_what_was_rejected(
    store: Store, database: DatabaseSettings
) -> None:
    await store.write([telemetry(1, GOOD), arrival("msh/EU_868/2/json/x/!1", b"{}")])

    found = await ledger.read(database, BEGIN, None)

    assert [entry.box for entry in found.entries] == ["(others)", "71-01"]
    assert found.verdict().endswith("accounted for; 1 message of others were not for us: counted, not kept")


async def test_what_waits_for_the_hubs_clock_is_named_and_nothing_is_called_whole(
    pool: db.Pool, database: DatabaseSettings
) -> None:
    await pool.execute(
        "INSERT INTO deferred (box, received_at, topic, payload, due_at) VALUES ('71-01', $1, 'x', '', $2)",
        NOW,
        NOW + timedelta(hours=2),
    )

    found = await ledger.read(database, BEGIN, None)

    (entry,) = found.entries
    assert (entry.for_clock, entry.for_clock_since, entry.deferred, found.is_whole) == (1, NOW, 0, False)
    assert found.verdict() == (
        "WAITING FOR THE HUB'S CLOCK, which is behind (timedatectl): 1 message"
        f" since {moments.written(NOW)} by that clock: 71-01"
    )
    assert kiezbox_on(database, "ledger", "--since", "all").returncode == ledger.MISSING_EXIT


async def test_a_box_of_which_everything_is_rejected_is_named(store: Store, database: DatabaseSettings) -> None:
    late = NOW + timedelta(hours=2)
    await store.write([telemetry(seq, GOOD, measured_at=late, sent=millis(late)) for seq in (1, 2)])

    found = await ledger.read(database, BEGIN, None)

    assert not found.is_whole
    assert found.verdict().startswith("REJECTED: everything of 71-01; rejected were 2 messages and 4 readings")
