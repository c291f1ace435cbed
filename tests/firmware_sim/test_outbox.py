"""The outbox: what is in it stays in it."""

from __future__ import annotations

import functools
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim import database
from firmware_sim.errors import Trouble, Unwritable
from firmware_sim.outbox import FILE, Entry, Outbox, Outcome
from firmware_sim.settings import OutboxLimits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_sim.books import Books

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=40)

ROOT = Path(__file__).parents[2]
BOX, BOOT, NOW = "71-01", "5f0c9a1e", 1_763_853_600_000


def entry(
    seq: int, *, box: str = BOX, boot: str = BOOT, readings: int = 16, samples: str = "[1]", at: int = NOW
) -> Entry:
    return Entry(box=box, boot=boot, seq=seq, first_at_ms=at, last_at_ms=at, readings=readings, samples=samples)


def open_outbox(folder: Path, limits: OutboxLimits | None = None, warnings: list[str] | None = None) -> Outbox:
    said = [] if warnings is None else warnings
    return Outbox(folder / FILE, limits or OutboxLimits(), said.append)


def put(outbox: Outbox, *entries: Entry, now: int = NOW) -> list[Outcome]:
    return [outbox.transact([functools.partial(Outbox.put, entry=one, now_ms=now)])[0] for one in entries]


def settle(outbox: Outbox, stored: list[int], rejected: list[tuple[int, str]] | None = None, boot: str = BOOT) -> Books:
    outcome: Outcome = outbox.transact([lambda box: box.settle(BOX, boot, stored, rejected or [], NOW)])[0]
    return outcome.books


def names(outbox: Outbox, box: str = BOX) -> list[tuple[str, int]]:
    return [waiting.name for waiting in outbox.oldest(box, 1_000_000)]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with closing(open_outbox(tmp_path)) as outbox:
        yield outbox


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
from tests.firmware_sim.test_outbox import entry, open_outbox, put
outbox = open_outbox(pathlib.Path({str(tmp_path)!r}))
for seq in itertools.count(1):
    put(outbox, entry(seq))
    print(seq, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", writer], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        said = [next(process.stdout) for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    committed = [int(line) for line in said if line.endswith("\n")]

    with closing(open_outbox(tmp_path)) as outbox:
        found = [seq for _, seq in names(outbox)]

    assert found[: len(committed)] == committed
    assert len(found) <= len(committed) + 1  # the one that was on disk, but not said yet


def test_only_what_the_hub_named_leaves(outbox: Outbox) -> None:
    put(outbox, *(entry(seq) for seq in (1, 2, 3)))

    books = settle(outbox, [1, 3, 99])

    assert names(outbox) == [(BOOT, 2)]
    assert (books.stored_messages, books.stored_readings, books.waiting_messages) == (2, 32, 1)


def test_an_ack_of_another_boot_leaves_the_message(outbox: Outbox) -> None:
    put(outbox, entry(1))

    settle(outbox, [1], boot="ffffffff")

    assert names(outbox) == [(BOOT, 1)]


def test_the_same_ack_twice_counts_once(outbox: Outbox) -> None:
    put(outbox, entry(1))
    settle(outbox, [1])

    books = settle(outbox, [1], [(1, "bad_json")])

    assert (books.stored_messages, books.rejected_messages) == (1, 0)


def test_a_rejected_message_is_kept_aside_with_its_reason(outbox: Outbox) -> None:
    put(outbox, entry(1), entry(2))

    books = settle(outbox, [], [(1, "bad_schema")])

    assert names(outbox) == [(BOOT, 2)]
    assert outbox.dead_letters(BOX) == [((BOOT, 1), "bad_schema")]
    assert (books.rejected_messages, books.rejected_readings) == (1, 16)


def test_old_dead_letters_go_and_their_count_stays(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(dead_letters=2))) as outbox:
        put(outbox, *(entry(seq) for seq in range(1, 6)))

        books = settle(outbox, [], [(seq, "bad_time") for seq in range(1, 6)])

        assert [name for name, _ in outbox.dead_letters(BOX)] == [(BOOT, 4), (BOOT, 5)]
        assert books.rejected_messages == 5


def test_too_many_messages_drop_the_oldest_and_count_it(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_messages=2))) as outbox:
        outcomes = put(outbox, *(entry(seq) for seq in (1, 2, 3, 4)))

        assert [outcome.dropped for outcome in outcomes] == [(), (), ((BOOT, 1),), ((BOOT, 2),)]
        assert names(outbox) == [(BOOT, 3), (BOOT, 4)]
        assert (outbox.books(BOX).dropped_messages, outbox.books(BOX).dropped_readings) == (2, 32)


def test_too_many_bytes_drop_as_many_as_need_be(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path, OutboxLimits(max_bytes=100))) as outbox:
        put(outbox, *(entry(seq, samples="x" * 30) for seq in (1, 2, 3)))

        (outcome,) = put(outbox, entry(4, samples="x" * 60))

        assert outcome.dropped == ((BOOT, 1), (BOOT, 2))
        assert outcome.books.waiting_bytes == 90


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
        assert outbox.books(BOX).dropped_messages == 1


def test_a_message_that_grows_is_still_one(outbox: Outbox) -> None:
    put(outbox, entry(1, readings=16, samples="[1]"))

    (outcome,) = put(outbox, entry(1, readings=32, samples="[1,2]"))

    assert [waiting.samples for waiting in outbox.oldest(BOX, 10)] == ["[1,2]"]
    assert (outcome.books.made_messages, outcome.books.made_readings, outcome.books.waiting_bytes) == (1, 32, 5)


def test_what_could_not_be_written_earlier_enters_the_books_as_dropped(outbox: Outbox) -> None:
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

    assert (outcome.books.made_messages, outcome.books.dropped_messages, outcome.books.dropped_readings) == (4, 3, 48)


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
def test_the_books_always_balance(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str, int]]
) -> None:
    waiting: dict[str, list[int]] = {"a": [], "b": []}
    with closing(open_outbox(tmp_path_factory.mktemp("books"), OutboxLimits(max_messages=3))) as outbox:
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
        books = outbox.totals()

        assert {box: [seq for _, seq in names(outbox, box)] for box in waiting} == waiting
    assert books.made_messages == sum(map(len, waiting.values())) + (
        books.stored_messages + books.dropped_messages + books.rejected_messages
    )


def test_a_step_that_fails_takes_no_other_down(outbox: Outbox) -> None:
    def fail(_outbox: Outbox) -> None:
        raise ValueError("a bug")

    results = outbox.transact([lambda o: o.put(entry(1), NOW), fail, lambda o: o.put(entry(2), NOW)])

    assert [type(result) for result in results] == [Outcome, ValueError, Outcome]
    assert names(outbox) == [(BOOT, 1), (BOOT, 2)]


def test_a_full_disk_is_said_to_whom_it_hits_and_passes(outbox: Outbox) -> None:
    put(outbox, entry(1))
    (pages,) = outbox._db.execute("PRAGMA page_count").fetchone()
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")

    large: Any = outbox.transact([lambda o: o.put(entry(2, samples="x" * 50_000), NOW)])[0]
    settled = settle(outbox, [1])
    outbox._db.execute("PRAGMA max_page_count = 1000000")
    (later,) = put(outbox, entry(2, samples="x" * 50_000))

    assert isinstance(large, Unwritable)
    assert "full" in str(large)
    assert settled.waiting_messages == 0
    assert later.books.waiting_messages == 1


def test_the_last_of_the_disk_is_for_deleting_what_the_hub_has(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    put(outbox, entry(1))
    monkeypatch.setattr(database, "_FREE_BYTES", 2**62)

    refused: Any = outbox.transact([lambda o: o.put(entry(2), NOW)])[0]
    books = settle(outbox, [1])

    assert isinstance(refused, Unwritable)
    assert str(refused) == "the disk is full"
    assert (books.waiting_messages, books.stored_messages) == (0, 1)


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b"\0" * 8192], ids=["text", "zeros"])
def test_a_corrupt_file_is_set_aside_loudly_and_a_new_one_started(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / FILE).write_bytes(damage)
    warnings: list[str] = []

    with closing(open_outbox(tmp_path, warnings=warnings)) as outbox:
        put(outbox, entry(1))

        assert names(outbox) == [(BOOT, 1)]
    assert (tmp_path / f"{FILE}.corrupt-1").read_bytes() == damage
    assert len(warnings) == 1
    assert "CORRUPT" in warnings[0]
    assert f"{FILE}.corrupt-1" in warnings[0]


def test_damage_inside_the_file_is_found_when_it_is_opened(tmp_path: Path) -> None:
    with closing(open_outbox(tmp_path)) as outbox:
        put(outbox, *(entry(seq, samples="x" * 3000) for seq in range(1, 30)))
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    warnings: list[str] = []

    with closing(open_outbox(tmp_path, warnings=warnings)) as outbox:
        assert names(outbox) == []

    assert len(warnings) == 1


def test_damage_that_shows_while_running_is_set_aside_too(tmp_path: Path) -> None:
    warnings: list[str] = []
    with closing(open_outbox(tmp_path, warnings=warnings)) as outbox:
        put(outbox, *(entry(seq, samples="x" * 3000) for seq in range(1, 30)))
        outbox._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        outbox._db.execute("PRAGMA shrink_memory")
        size = (tmp_path / FILE).stat().st_size
        handle = os.open(tmp_path / FILE, os.O_WRONLY)
        os.pwrite(handle, b"\xff" * (size - 4096), 4096)
        os.close(handle)

        (outcome,) = put(outbox, entry(30))

        assert names(outbox) == [(BOOT, 30)]
        assert outcome.books.waiting_messages == 1
        assert outbox.set_aside_count == 1
    assert len(warnings) == 1


def test_a_file_of_a_newer_simulator_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(Trouble, match="newer firmware-sim"):
        open_outbox(tmp_path)

    assert list(tmp_path.glob("*corrupt*")) == []


def test_a_folder_in_place_of_the_file_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()

    with pytest.raises(Trouble, match="cannot open the outbox"):
        open_outbox(tmp_path)
