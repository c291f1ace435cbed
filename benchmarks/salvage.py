"""What three ways get back of damaged logs: a query up to the first error, SQLite's `.recover`, and page_salvage.

`python -m benchmarks.salvage [SQLITE3]`: the shell must be built with SQLITE_ENABLE_DBPAGE_VTAB for `.recover` (Debian
13's is, Debian 12's is not). Each row is one kind of damage to a copy of the same log of 430 events (ADR 10).
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.log import file, folder, page_salvage, records
from crisis.log.file import Item, Job
from crisis.model.events import EncodedEvent
from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    Damage = Callable[[Path], None]

EVENTS, LATE = 400, 30
PAGE = page_salvage.PAGE_BYTES
_TABLE_LEAF, _TABLE_INTERIOR, _INDEX_LEAF, _INDEX_INTERIOR = 0x0D, 0x05, 0x0A, 0x02


def made(place: Path) -> tuple[Path, Path]:
    """Folders with a log that was closed, and with the same log as a power cut leaves it, with a write-ahead log."""
    texts = [f"{number} " + "ä" * (200 if number % 10 else 9_000) for number in range(EVENTS)]
    texts += [f"late {number}" for number in range(LATE)]
    events = [
        EncodedEvent(uuid4(), "hub", 1_767_422_700_000, "anna", "report_received", json.dumps({"text": text}))
        for text in texts
    ]
    with folder.locked(place):
        for start, end in ((0, EVENTS), (EVENTS, len(events))):
            log, _ = folder.open_log(place)
            for at in range(start, end, 20):
                log.write([Job(tuple(Item(event, 1) for event in events[at : min(at + 20, end)]))])
            if end == len(events):
                shutil.copytree(place / folder.LOG, place / "cut")
            log.close()
    return place / folder.LOG, place / "cut"


def overwritten(pages: Iterable[int], data: bytes) -> Damage:
    """These pages are overwritten with the data."""

    def damage(path: Path) -> None:
        with path.open("r+b") as opened:
            for number in pages:
                opened.seek(number * PAGE)
                opened.write(data)

    return damage


def truncated(size: int) -> Damage:
    """The file ends after so many bytes."""

    def damage(path: Path) -> None:
        with path.open("r+b") as opened:
            opened.truncate(size)

    return damage


def flipped(bits: list[tuple[int, int]]) -> Damage:
    """Single bits are flipped: (offset, bit)."""

    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        for at, bit in bits:
            content[at] ^= 1 << bit
        path.write_bytes(content)

    return damage


def with_wal_head_lost(damage: Damage) -> Damage:
    """The damage, and the header of the write-ahead log is zeros."""

    def both(path: Path) -> None:
        damage(path)
        overwritten([0], bytes(32))(path.with_name(f"{path.name}-wal"))

    return both


def damages(content: bytes) -> dict[str, tuple[bool, Damage]]:
    """Every kind of damage, and whether it is done to the log with a write-ahead log."""
    count = len(content) // PAGE
    chance = random.Random(1)

    def of_kind(kind: int) -> list[int]:
        return [number for number in range(1, count) if content[number * PAGE] == kind]

    leaves = of_kind(_TABLE_LEAF)
    tenth = chance.sample(range(1, count), count // 10)
    bits = [(chance.randrange(len(content)), chance.randrange(8)) for _ in range(200)]
    return {
        "two leaf pages of the table": (False, overwritten(leaves[3:5], bytes(PAGE))),
        "the table's interior pages": (False, overwritten(of_kind(_TABLE_INTERIOR), b"\xee" * PAGE)),
        "the index's interior pages": (False, overwritten(of_kind(_INDEX_INTERIOR), b"\xee" * PAGE)),
        "the index's leaf pages": (False, overwritten(of_kind(_INDEX_LEAF), b"\xee" * PAGE)),
        "page 1 is zeros": (False, overwritten([0], bytes(PAGE))),
        "page 1 is a text": (False, overwritten([0], b"no database at all".ljust(PAGE))),
        "the first 100 bytes are 0xff": (False, overwritten([0], b"\xff" * 100)),
        "page 1 and the table's interior pages": (False, overwritten([0, *of_kind(_TABLE_INTERIOR)], bytes(PAGE))),
        "cut after a quarter": (False, truncated(len(content) // 4 + 100)),
        "cut after half": (False, truncated(len(content) // 2 + 100)),
        "cut after nine tenths": (False, truncated(len(content) * 9 // 10 + 100)),
        "a tenth of the pages at random": (False, overwritten(tenth, chance.randbytes(PAGE))),
        "200 bits at random": (False, flipped(bits)),
        "write-ahead log, and page 1 is zeros": (True, overwritten([0], bytes(PAGE))),
        "write-ahead log without its head, and a leaf page": (
            True,
            with_wal_head_lost(overwritten(leaves[3:4], bytes(PAGE))),
        ),
    }


def intact(rows: Iterable[tuple[object, ...]]) -> set[UUID]:
    """The events of the rows that their checksums prove."""
    found = (records.from_row(row) for row in rows)
    return {record.encoded.id for record in found if record is not None}


def read(path: Path, statement: str) -> list[tuple[object, ...]]:
    """The rows up to the first error."""
    rows: list[tuple[object, ...]] = []
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda data: data.decode(errors="replace")
        rows.extend(connection.execute(statement))
    return rows


def queried(path: Path) -> set[UUID]:
    """A plain query from the beginning, and one from the end, each up to the first error."""
    select = sql.load("crisis.log", "select_events")
    return intact([*read(path, select), *read(path, f"{select} DESC")])


def recovered(shell: str, path: Path) -> set[UUID]:
    """`.recover`: the table that it makes again, and the rows of which it does not know the table."""
    out = path.with_name("recovered.db")
    script = subprocess.run([shell, str(path), ".recover"], capture_output=True, check=False).stdout
    subprocess.run([shell, str(out)], input=script, capture_output=True, check=False)
    lost = read(out, "SELECT id, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM lost_and_found")
    return intact([*read(out, sql.load("crisis.log", "select_events")), *lost])


def salvaged(path: Path) -> set[UUID]:
    """What `page_salvage` reads."""
    return {record.encoded.id for record in page_salvage.read(path)}


def main() -> None:
    """Print a table: how many events each way gets back."""
    shell = sys.argv[1] if len(sys.argv) > 1 else "sqlite3"
    ways: dict[str, Callable[[Path], set[UUID]]] = {
        "query": queried,
        ".recover": partial(recovered, shell),
        "salvage": salvaged,
    }
    sys.stdout.write(f"{'damage':52}" + "".join(f"{way:>10}" for way in ways) + f"   of {EVENTS + LATE} events\n")
    with tempfile.TemporaryDirectory() as temporary:
        closed, cut = made(Path(temporary))
        copy = Path(temporary) / "copy"
        for name, (is_cut, damage) in damages((closed / file.FILE).read_bytes()).items():
            counts = []
            for read_back in ways.values():
                shutil.copytree(cut if is_cut else closed, copy, ignore=shutil.ignore_patterns("*-shm"))
                damage(copy / file.FILE)
                counts.append(len(read_back(copy / file.FILE)))
                shutil.rmtree(copy)
            sys.stdout.write(f"{name:52}" + "".join(f"{count:>10}" for count in counts) + "\n")


if __name__ == "__main__":
    main()
