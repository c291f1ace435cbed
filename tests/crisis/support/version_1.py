"""What the version before left behind: logs of a hub and a box, and the frames that they exchanged.

Recorded with the code of 86768ca: the two had met, were level, and then a resident called and somebody changed a notice
at the box, which its hub has not heard of.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crisis.log import file, folder, records
from crisis.log.records import LogRecord
from crisis.model import events
from tests.crisis.conftest import Wall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crisis.model.events import Event

FIXTURES = Path(__file__).parent.parent / "fixtures" / "version_1"
RECORDED = datetime(2026, 11, 30, 3, 30, tzinfo=UTC)
OTHERS_WORDS, OWN_WORDS, LATE_CALL = "an Box 71-02 gesagt", "Frau M., 2. Stock", "nach der letzten Verbindung"


def restore(place: Path, name: str) -> None:
    """Put the log of this node into the folder that it will be started with."""
    log = place / name / folder.LOG
    log.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(log / file.FILE)) as connection:
        connection.executescript((FIXTURES / f"{name}.sql").read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")


def write(place: Path, name: str, added: Iterable[tuple[Event, str]]) -> None:
    """Add events to the log of a node that is not running, each with where it came from ("": written there).

    Its peers have confirmed the whole log, whatever they did with it.
    """
    columns = records.COLUMNS[: records.COLUMNS_1]
    statement = f"INSERT INTO event ({', '.join(columns)}) VALUES ({', '.join(':' + each for each in columns)})"
    with contextlib.closing(sqlite3.connect(place / name / folder.LOG / file.FILE)) as connection, connection:
        (head,) = connection.execute("SELECT max(seq) FROM event").fetchone()
        for seq, (event, via) in enumerate(added, head + 1):
            encoded = events.encode(event)
            connection.execute(statement, records.to_row(LogRecord(seq, encoded, encoded.at_ms, via)))
        connection.execute("UPDATE peer SET given = (SELECT max(seq) FROM event)")


def frames(which: str) -> list[bytes]:
    """The frames of the box (`up`, and `up_after` the last contact), or of the hub (`down`)."""
    found = json.loads((FIXTURES / "frames.json").read_text(encoding="utf-8"))
    return [frame.encode() for frame in found[which]]


def wall() -> Wall:
    """A clock at the time of the recording."""
    made = Wall()
    made.ahead = RECORDED - datetime.now(UTC) + timedelta(minutes=5)
    return made
