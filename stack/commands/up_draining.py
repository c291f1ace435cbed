"""The first start of `kiezbox up` with data from before credentials: what waits for the hub is taken first.

The client ids of the version before are known to everybody, and NATS lets anybody use one: who asks with it for a clean
session deletes the calls for help that wait there. So senders without a credential are let in only once the hub has
emptied these sessions, or after a while.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from kiezbox import db
from kiezbox.errors import Unavailable
from kiezbox.mqtt import client_ids

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings

SECONDS = 15.0  # KIEZBOX_MQTT_DRAIN_SECONDS here: longer than the `ack_wait` of the embedded broker
SECONDS_MAX = 120.0  # then others are let in all the same: nobody is kept out because something does not end
_MARK = "broker-upgrade"  # in the data folder for as long as others are kept out: a start that was killed goes on so
_OF_CRISIS = {"calls", "sync"}
_POLL_SECONDS = 0.5


def begin(data: Path, store: Path) -> None:
    """Note that sessions of the version before may be in the broker's store. Before there are any passwords."""
    if store.exists():
        (data / _MARK).touch(mode=0o600)


def is_under_way(data: Path) -> bool:
    """Whether others are to be kept out."""
    return (data / _MARK).exists()


def end(data: Path) -> None:
    """Others are let in."""
    (data / _MARK).unlink(missing_ok=True)


async def wait(database: DatabaseSettings, crisis_folder: Path) -> None:
    """Return when the hub has emptied the sessions of the version before, or after SECONDS_MAX."""
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until:
        if _is_done_by_crisis(crisis_folder) and await _is_done_by_ingest(database):
            return
        await asyncio.sleep(_POLL_SECONDS)


async def _is_done_by_ingest(database: DatabaseSettings) -> bool:
    try:
        async with db.connect(database, "kiezbox-up") as connection:
            found = await connection.fetchval("SELECT bool_and(drained_at IS NOT NULL) FROM broker_session")
    except Unavailable:
        return False
    return found is True


def _is_done_by_crisis(folder: Path) -> bool:
    try:
        found = json.loads((folder / client_ids.FILE).read_text(encoding="utf-8"))
        return set(found["drained"]) >= _OF_CRISIS
    except (OSError, ValueError, KeyError, TypeError):  # not written yet
        return False
