"""The outbox when the disk is full or the file is damaged."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from firmware_sim import database
from firmware_sim.errors import OutboxWriteError, SimulatorError
from firmware_sim.outbox import FILE, Outbox, Outcome
from tests.firmware_sim.support.outboxes import BOOT, NOW, entry, names, open_outbox, put, settle

if TYPE_CHECKING:
    from pathlib import Path


def test_a_step_that_fails_takes_no_other_down(outbox: Outbox) -> None:
    def fail(_outbox: Outbox) -> None:
        raise ValueError("a bug")

    results = outbox.transact([lambda o: o.put(entry(1), NOW), fail, lambda o: o.put(entry(2), NOW)])

    assert [type(result) for result in results] == [Outcome, ValueError, Outcome]
    assert names(outbox) == [(BOOT, 1), (BOOT, 2)]


def test_a_full_disk_fails_only_the_step_that_it_hits_and_passes(outbox: Outbox) -> None:
    put(outbox, entry(1))
    (pages,) = outbox._db.execute("PRAGMA page_count").fetchone()
    outbox._db.execute(f"PRAGMA max_page_count = {pages}")

    large: Any = outbox.transact([lambda o: o.put(entry(2, samples="x" * 50_000), NOW)])[0]
    settled = settle(outbox, [1])
    outbox._db.execute("PRAGMA max_page_count = 1000000")
    (later,) = put(outbox, entry(2, samples="x" * 50_000))

    assert isinstance(large, OutboxWriteError)
    assert "full" in str(large)
    assert settled.waiting_messages == 0
    assert later.ledger.waiting_messages == 1


def test_the_last_of_the_disk_is_for_deleting_what_the_hub_has(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    put(outbox, entry(1))
    monkeypatch.setattr(database, "_FREE_BYTES", 2**62)

    refused: Any = outbox.transact([lambda o: o.put(entry(2), NOW)])[0]
    ledger = settle(outbox, [1])

    assert isinstance(refused, OutboxWriteError)
    assert str(refused) == "the disk is full"
    assert (ledger.waiting_messages, ledger.stored_messages) == (0, 1)


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
        assert outcome.ledger.waiting_messages == 1
        assert outbox.set_aside_count == 1
    assert len(warnings) == 1


def test_a_file_of_a_newer_simulator_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(SimulatorError, match="newer firmware-sim"):
        open_outbox(tmp_path)

    assert list(tmp_path.glob("*corrupt*")) == []


def test_a_folder_in_place_of_the_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()

    with pytest.raises(SimulatorError, match="cannot open the outbox"):
        open_outbox(tmp_path)
