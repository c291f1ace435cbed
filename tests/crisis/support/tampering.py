"""Somebody with the disk in their hands: an event is changed, and its checksum mended."""

from __future__ import annotations

import contextlib
import dataclasses
import sqlite3
from typing import TYPE_CHECKING

from crisis.log import file, folder, records
from kiezbox import sql

if TYPE_CHECKING:
    from pathlib import Path


def change(home: Path, seq: int, before: str, after: str) -> None:
    """Write other words into the body of the event in this place; its checksum fits, its signature does not."""
    path = home / folder.LOG / file.FILE
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        row = connection.execute(sql.load("crisis.log", "select_event_at"), {"seq": seq}).fetchone()
        record = records.intact(row)
        body = record.encoded.body.replace(before, after)
        assert body != record.encoded.body
        made = records.to_row(dataclasses.replace(record, encoded=dataclasses.replace(record.encoded, body=body)))
        connection.execute(
            "UPDATE event SET body = :body, checksum = :checksum WHERE seq = :seq",
            {name: made[name] for name in ("body", "checksum", "seq")},
        )
