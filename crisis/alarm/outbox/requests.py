"""What the command line asks a running node: put somebody on duty, silence, test. And what that node says of itself.

The log belongs to the running node. So a command leaves its request in the outbox's file, and the node carries it out
within a second, by the same rules as a page's form.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.alarm.outbox.outbox import FILE
from crisis.log import sqlite
from crisis.log.errors import DamagedFileError, NotKept
from kiezbox import sql
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

SUMMARY = "summary"
_WAIT_SECONDS = 10.0
_sql = partial(sql.load, "crisis.alarm.outbox")


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    path = folder / FILE
    if not path.exists():
        raise OperatorError(
            f"no node tells of alarms from {folder}",
            "start it (kiezbox api), or name its folder: KIEZBOX_CRISIS_FOLDER",
        )
    try:
        with sqlite.errors(), contextlib.closing(sqlite.connect(path, read_only=False)) as connection:
            connection.executescript(_sql("schema"))
            yield connection
    except (NotKept, DamagedFileError) as error:
        raise OperatorError(f"{path} cannot be used: {error}", "run this as the user that runs the API") from error


def ask(folder: Path, request: dict[str, Any], seconds: float = _WAIT_SECONDS) -> None:
    """Let the running node do something, and wait until it has. Raises OperatorError with its reason."""
    name = uuid.uuid4().bytes
    with _opened(folder) as connection:
        connection.execute(_sql("insert_request"), {"id": name, "request": json.dumps(request)})
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                found = connection.execute(_sql("select_request"), {"id": name}).fetchone()
                if found is None or found[0] is not None:
                    break
                time.sleep(0.1)
        finally:  # whoever gives up must not find it done at the node's next start
            found = connection.execute(_sql("delete_request"), {"id": name}).fetchone()
    answer = None if found is None else found[0]
    if answer:
        raise OperatorError(answer, "kiezbox alarm --help")
    if answer is not None:
        return
    raise OperatorError("the node does not answer: nothing was done", "is it running? kiezbox doctor")


def summary(folder: Path) -> dict[str, Any]:
    """What the node said of its alarms last. Raises OperatorError when it never ran."""
    with _opened(folder) as connection:
        found = connection.execute(_sql("select_meta"), {"name": SUMMARY}).fetchone()
    if found is None:
        raise OperatorError("the node has not looked at its alarms yet", "is it running? kiezbox doctor")
    made: dict[str, Any] = json.loads(found[0])
    return made
