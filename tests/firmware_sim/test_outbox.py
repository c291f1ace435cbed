"""The outbox: what is in it stays in it."""

from __future__ import annotations

import functools
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.outbox import Entry, Outbox
from firmware_sim.settings import OutboxLimits
from tests.firmware_sim.support.outboxes import BOOT, BOX, NOW, entry, names, open_outbox, put, settle

if TYPE_CHECKING:
    import pytest

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=40)

ROOT = Path(__file__).parents[2]


def test_every_commit_is_synced_to_disk(outbox: Outbox) -> None:
    pragmas = [outbox._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert pragmas == ["wal", 2]


def test_messages_come_back_after_a_restart_oldest_first_as_they_were(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path)) as outbox:
        put(outbox, entry(1, samples="[1]"), entry(2, samples="[2]"), entry(1, boot="00000002", samples="[3]"))

    with closing(open_outbox(tmp_path)) as outbox:
        found = [(waiting.name, waiting.samples) for waiting in outbox.oldest(BOX, 10)]

    assert found == [((BOOT, 1), "[1]"), ((BOOT, 2), "[2]"), (("00000002", 1), "[3]")]


def test_sigkill_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    writer = f"""
import itertools, pathlib
from tests.firmware_sim.support.outboxes import entry, open_outbox, put
outbox = open_outbox(pathlib.Path({str(tmp_path)!r}))
for seq in itertools.count(1):
    put(outbox, entry(seq))
    print(seq, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", writer], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        printed = [next(process.stdout) for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        printed += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    committed = [int(line) for line in printed if line.endswith("\n")]

    with closing(open_outbox(tmp_path)) as outbox:
        found = [seq for _, seq in names(outbox)]

    assert found[: len(committed)] == committed
    assert len(found) <= len(committed) + 1  # the one that was on disk, but not printed yet


def test_only_what_the_hub_named_leaves(outbox: Outbox) -> None:
    put(outbox, *(entry(seq) for seq in (1, 2, 3)))

    ledger = settle(outbox, [1, 3, 99])

    assert names(outbox) == [(BOOT, 2)]
    assert (ledger.stored_messages, ledger.stored_readings, ledger.waiting_messages) == (2, 32, 1)


def test_an_ack_of_another_boot_leaves_the_message(outbox: Outbox) -> None:
    put(outbox, entry(1))

    settle(outbox, [1], boot="ffffffff")

    assert names(outbox) == [(BOOT, 1)]


def test_the_same_ack_twice_counts_once(outbox: Outbox) -> None:
    put(outbox, entry(1))
    settle(outbox, [1])

    ledger = settle(outbox, [1], [(1, "bad_json")])

    assert (ledger.stored_messages, ledger.rejected_messages) == (1, 0)


def test_a_rejected_message_is_kept_aside_with_its_reason(outbox: Outbox) -> None:
    put(outbox, entry(1), entry(2))

    ledger = settle(outbox, [], [(1, "bad_schema")])

    assert names(outbox) == [(BOOT, 2)]
    assert outbox.dead_letters(BOX) == [((BOOT, 1), "bad_schema")]
    assert (ledger.rejected_messages, ledger.rejected_readings) == (1, 16)


def test_old_dead_letters_go_and_their_count_stays(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(dead_letters=2))) as outbox:
        put(outbox, *(entry(seq) for seq in range(1, 6)))

        ledger = settle(outbox, [], [(seq, "bad_time") for seq in range(1, 6)])

        assert [name for name, _ in outbox.dead_letters(BOX)] == [(BOOT, 4), (BOOT, 5)]
        assert ledger.rejected_messages == 5


def test_too_many_messages_drop_the_oldest_and_count_it(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_messages=2))) as outbox:
        outcomes = put(outbox, *(entry(seq) for seq in (1, 2, 3, 4)))

        assert [outcome.dropped for outcome in outcomes] == [(), (), ((BOOT, 1),), ((BOOT, 2),)]
        assert names(outbox) == [(BOOT, 3), (BOOT, 4)]
        assert (outbox.ledger(BOX).dropped_messages, outbox.ledger(BOX).dropped_readings) == (2, 32)


def test_too_many_bytes_drop_as_many_as_need_be(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_bytes=100))) as outbox:
        put(outbox, *(entry(seq, samples="x" * 30) for seq in (1, 2, 3)))

        (outcome,) = put(outbox, entry(4, samples="x" * 60))

        assert outcome.dropped == ((BOOT, 1), (BOOT, 2))
        assert outcome.ledger.waiting_bytes == 90


def test_a_message_larger_than_the_limit_is_kept_alone(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_bytes=100))) as outbox:
        put(outbox, entry(1), entry(2, samples="x" * 200))

        assert names(outbox) == [(BOOT, 2)]


def test_messages_that_are_too_old_are_dropped(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_age_seconds=60))) as outbox:
        put(outbox, entry(1), entry(2, at=NOW + 50_000))

        (outcome,) = put(outbox, entry(3, at=NOW + 60_001), now=NOW + 60_001)

        assert outcome.dropped == ((BOOT, 1),)


def test_the_limits_of_one_box_leave_another_alone(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_messages=1))) as outbox:
        put(outbox, entry(1, box="71-02"), entry(1), entry(2))

        assert names(outbox, "71-02") == [(BOOT, 1)]


def test_what_was_dropped_is_remembered_after_a_restart(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_messages=1))) as outbox:
        put(outbox, entry(1), entry(2))

    with closing(open_outbox(tmp_path)) as outbox:
        assert outbox.ledger(BOX).dropped_messages == 1


def test_a_message_that_grows_is_still_one(outbox: Outbox) -> None:
    put(outbox, entry(1, readings=16, samples="[1]"))

    (outcome,) = put(outbox, entry(1, readings=32, samples="[1,2]"))

    assert [waiting.samples for waiting in outbox.oldest(BOX, 10)] == ["[1,2]"]
    assert (outcome.ledger.made_messages, outcome.ledger.made_readings, outcome.ledger.waiting_bytes) == (1, 32, 5)


def test_what_could_not_be_written_earlier_enters_the_ledger_as_dropped(outbox: Outbox) -> None:
    lost = Entry(
        box=BOX,
        boot=BOOT,
        seq=4,
        first_at_ms=NOW,
        last_at_ms=NOW,
        readings=16,
        samples="[]",
        lost_messages=3,
        lost_readings=48,
    )

    (outcome,) = put(outbox, lost)

    assert (outcome.ledger.made_messages, outcome.ledger.dropped_messages, outcome.ledger.dropped_readings) == (
        4,
        3,
        48,
    )


def test_the_newest_measured_time_only_grows(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path)) as outbox:
        put(outbox, entry(1, at=NOW), entry(2, at=NOW - 5_000))
        settle(outbox, [1, 2])

    with closing(open_outbox(tmp_path)) as outbox:
        assert outbox.last_at(BOX) == NOW


_ACTIONS = st.lists(
    st.tuples(st.sampled_from(["put", "stored", "rejected"]), st.sampled_from(["a", "b"]), st.integers(1, 6)),
    max_size=30,
)


@many
@given(actions=_ACTIONS)
def test_the_ledger_always_balance(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str, int]]
) -> None:
    waiting: dict[str, list[int]] = {"a": [], "b": []}
    with closing(open_outbox(tmp_path_factory.mktemp("ledger"), OutboxLimits(max_messages=3))) as outbox:
        for action, box, seq in actions:
            if action == "put":
                put(outbox, entry(seq, box=box))
                waiting[box] = waiting[box] if seq in waiting[box] else [*waiting[box], seq][-3:]
            else:
                stored, rejected = ([seq], []) if action == "stored" else ([], [(seq, "bad_json")])
                step = functools.partial(
                    Outbox.settle, box=box, boot=BOOT, stored=stored, rejected=rejected, now_ms=NOW
                )
                outbox.transact([step])
                waiting[box] = [one for one in waiting[box] if one != seq]
        ledger = outbox.totals()

        assert {box: [seq for _, seq in names(outbox, box)] for box in waiting} == waiting
    assert ledger.made_messages == sum(map(len, waiting.values())) + (
        ledger.stored_messages + ledger.dropped_messages + ledger.rejected_messages
    )
