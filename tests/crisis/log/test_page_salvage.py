"""A damaged log: what each kind of damage costs."""

from __future__ import annotations

import logging
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from crisis.log import folder
from tests.crisis.support.damage import EVENTS, LEAF, file_of, is_part, opened_again, overwrite, pages_of
from tests.crisis.support.log_jobs import encoded, job

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.model.events import EncodedEvent


def test_a_page_that_is_gone_costs_only_the_events_on_it(
    tmp_path: Path, filled: list[EncodedEvent], caplog: pytest.LogCaptureFixture
) -> None:
    leaves = pages_of(file_of(tmp_path), LEAF)
    for number in leaves[3:5]:
        overwrite(file_of(tmp_path), number * 4096, bytes(4096))

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert EVENTS - 40 < len(found) < EVENTS
    assert is_part(found, filled)
    assert recovery.recovered == len(found)
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL] * 2
    assert "THE CRISIS LOG IS DAMAGED" in caplog.text


def test_a_letter_that_changed_on_the_disk_is_found(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    content = file_of(tmp_path).read_bytes()
    overwrite(file_of(tmp_path), content.index(b"57 "), b"75 ")

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert found == [each for each in filled if '"57 ' not in each.body]


@pytest.mark.parametrize("kind", [0x05, 0x02, 0x0A])
def test_pages_that_only_lead_to_others_cost_no_event(tmp_path: Path, filled: list[EncodedEvent], kind: int) -> None:
    for number in pages_of(file_of(tmp_path), kind):
        overwrite(file_of(tmp_path), number * 4096, b"\xee" * 4096)

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert found == filled


@pytest.mark.parametrize(
    "head", [b"\0" * 4096, b"no database at all".ljust(4096), b"\xff" * 100], ids=["zeros", "text", "ones"]
)
def test_a_file_without_its_head_costs_no_event(tmp_path: Path, filled: list[EncodedEvent], head: bytes) -> None:
    overwrite(file_of(tmp_path), 0, head)

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert found == filled


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_a_file_that_was_cut_keeps_what_is_left(tmp_path: Path, filled: list[EncodedEvent], share: float) -> None:
    size = file_of(tmp_path).stat().st_size
    with file_of(tmp_path).open("r+b") as opened:
        opened.truncate(int(size * share) + 100)

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert EVENTS * share * 0.5 < len(found) < EVENTS
    assert is_part(found, filled)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bits_and_pages_that_change_at_random_bring_no_event_that_was_not_written(
    tmp_path: Path, filled: list[EncodedEvent], seed: int
) -> None:
    chance = random.Random(seed)
    content = bytearray(file_of(tmp_path).read_bytes())
    for _ in range(100):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    for number in chance.sample(range(len(content) // 4096), len(content) // 4096 // 10):
        content[number * 4096 : (number + 1) * 4096] = chance.randbytes(4096)
    file_of(tmp_path).write_bytes(content)

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert EVENTS // 2 < len(found) < EVENTS
    assert is_part(found, filled)


def test_an_empty_file_is_an_empty_log(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    file_of(tmp_path).write_bytes(b"")

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert (found, len(filled)) == ([], EVENTS)


def test_events_that_wait_in_the_write_ahead_log_are_recovered_too(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    late = [encoded(f"late {number}") for number in range(30)]
    with folder.locked(tmp_path):
        made, _ = folder.open_log(tmp_path)
        made.write([job(*late)])
        shutil.copytree(tmp_path / folder.LOG, tmp_path / "copy")  # as a power cut would leave it
        made.close()
    shutil.rmtree(tmp_path / folder.LOG)
    (tmp_path / "copy").rename(tmp_path / folder.LOG)
    overwrite(file_of(tmp_path), 0, bytes(4096 * 3))
    overwrite(file_of(tmp_path).with_name("events.db-wal"), 0, bytes(32))

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert set(late) <= set(found)
    assert is_part(found, [*filled, *late])
