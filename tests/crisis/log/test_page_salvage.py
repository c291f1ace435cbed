"""A damaged log: it is set aside as it was, what can be read is recovered, and the log goes on."""

from __future__ import annotations

import logging
import random
import shutil
from typing import TYPE_CHECKING

import pytest

from crisis.log import file as disk
from crisis.log import folder
from crisis.log import log as logs
from crisis.log.errors import DamagedFileError
from crisis.log.file import LogFile
from tests.crisis.support.log_jobs import job, sealed

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from crisis.model.events import EncodedEvent

_NO_RESERVE = 0
EVENTS = 400


@pytest.fixture
def filled(tmp_path: Path) -> list[EncodedEvent]:
    """Events in a log on disk; each tenth is larger than a page."""
    events = [sealed(f"{number} " + "ä" * (200 if number % 10 else 9_000)) for number in range(EVENTS)]
    with folder.locked(tmp_path):
        made, _ = folder.open_log(tmp_path)
        for at in range(0, EVENTS, 20):
            made.write([job(*events[at : at + 20])])
        made.close()
    return events


def opened_again(place: Path) -> tuple[list[EncodedEvent], folder.Recovery | None, UUID]:
    with logs.opened(place, _NO_RESERVE) as log:
        try:
            found = [kept.encoded for kept in log.replay()]
        except DamagedFileError as damage:
            log.recover(damage)
            found = [kept.encoded for kept in log.replay()]
        return found, log.recovery, log.id


def file_of(place: Path) -> Path:
    return place / folder.LOG / disk.FILE


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def pages_of(path: Path, kind: int) -> list[int]:
    """The numbers (from 0) of the pages that begin with this byte: 0x0d is a leaf of a table, 0x05 its inside."""
    content = path.read_bytes()
    return [number for number in range(1, len(content) // 4096) if content[number * 4096] == kind]


def is_part(found: list[EncodedEvent], events: list[EncodedEvent]) -> bool:
    """Whether these are events of ours, whole, in their order."""
    rest = iter(events)
    return all(each in rest for each in found)


def test_a_page_that_is_gone_costs_only_the_events_on_it(
    tmp_path: Path, filled: list[EncodedEvent], caplog: pytest.LogCaptureFixture
) -> None:
    leaves = pages_of(file_of(tmp_path), 0x0D)
    for number in leaves[3:5]:
        overwrite(file_of(tmp_path), number * 4096, bytes(4096))

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert EVENTS - 40 < len(found) < EVENTS
    assert is_part(found, filled)
    assert recovery.recovered == len(found)
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL] * 2
    assert "THE CRISIS LOG IS DAMAGED" in caplog.text


def test_the_damaged_log_is_kept_as_it_was(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    leaves = pages_of(file_of(tmp_path), 0x0D)
    overwrite(file_of(tmp_path), leaves[3] * 4096, b"\xff" * 4096)
    before = file_of(tmp_path).read_bytes()

    _, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert recovery.set_aside.name.startswith("log.damaged-2")
    assert (recovery.set_aside / disk.FILE).read_bytes() == before
    assert len(filled) == EVENTS


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
    with file_of(tmp_path).open("r+b") as file:
        file.truncate(int(size * share) + 100)

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
    late = [sealed(f"late {number}") for number in range(30)]
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


def test_a_recovered_log_has_another_name_and_goes_on(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        before = found.log
        found.close()
    overwrite(file_of(tmp_path), pages_of(file_of(tmp_path), 0x0D)[2] * 4096, bytes(4096))
    _, _, after = opened_again(tmp_path)

    with folder.locked(tmp_path):
        log, recovery = folder.open_log(tmp_path)
        receipts = log.write([job(sealed("next"))])
        log.close()

    assert before != after
    assert recovery is None
    assert receipts[0][0].seq == EVENTS + 1
    assert len(filled) == EVENTS


def test_a_recovery_that_was_cut_short_is_done_again(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    (tmp_path / folder.LOG).rename(tmp_path / "log.damaged-20260103T064500Z")
    (tmp_path / "log.new").mkdir()
    (tmp_path / "log.new" / disk.FILE).write_bytes(b"half")

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert found == filled


async def test_damage_while_we_run_is_mended_and_nobody_notices(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    with logs.opened(tmp_path, _NO_RESERVE) as log:
        before = log.id
        overwrite(file_of(tmp_path), pages_of(file_of(tmp_path), 0x0D)[4] * 4096, bytes(4096))

        found = await log.after(0, 1_000)
        receipts = await log.append(job(sealed("next")))

        assert log.recovery is not None
        assert before != log.id
    assert EVENTS - 30 < len(found) < EVENTS
    assert receipts[0].is_new
    assert is_part([kept.encoded for kept in found], filled)


def test_a_disk_says_what_is_wrong_and_closes(tmp_path: Path) -> None:
    (tmp_path / disk.FILE).write_bytes(b"nonsense" * 1_000)

    with pytest.raises(DamagedFileError):
        LogFile(tmp_path)


def test_the_write_ahead_log_of_a_damaged_log_outlives_its_closing(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    late = [sealed(f"late {number}") for number in range(30)]
    with folder.locked(tmp_path):
        made, _ = folder.open_log(tmp_path)
        made.write([job(*late)])
        shutil.copytree(tmp_path / folder.LOG, tmp_path / "copy")  # as a power cut would leave it
        made.close()
    shutil.rmtree(tmp_path / folder.LOG)
    (tmp_path / "copy").rename(tmp_path / folder.LOG)
    # SQLite opens the file, then finds the lost page; and deletes the write-ahead log when it closes the file.
    overwrite(file_of(tmp_path), pages_of(file_of(tmp_path), 0x0D)[3] * 4096, bytes(4096))
    overwrite(file_of(tmp_path).with_name("events.db-wal"), 0, bytes(32))

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert set(late) <= set(found)
    assert is_part(found, [*filled, *late])
