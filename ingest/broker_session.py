"""The session of a worker at the broker: its client id cannot be guessed, and is kept where the worker finds it again.

A client id names the queue at the broker: whoever connects with it takes what waits there. Before migration 0023 it was
KIEZBOX_INGEST_CLIENT_ID itself; what waits in that session is taken first.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from devices.wire import parsing
from kiezbox import mqtt, sql

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kiezbox.db import Pool
    from kiezbox.settings import MqttSettings

log = logging.getLogger(__name__)

_RANDOM_BYTES = 10
_TRIES = 3  # at each start: where the broker binds client ids to users, each try interrupts the session for a moment
_AGAIN_SECONDS = 60.0
_sql = partial(sql.load, "ingest")


@dataclass(frozen=True, slots=True)
class BrokerSession:
    """`client_id` names the session; `is_drained`: nothing is left of the one whose client id was the worker's name."""

    worker: str
    client_id: str
    is_drained: bool


async def find(pool: Pool, worker: str) -> BrokerSession:
    """The session of this worker, made at its first start. Raises Unavailable."""
    await pool.execute(_sql("keep_session"), worker, f"{worker}-{secrets.token_hex(_RANDOM_BYTES)}")
    row = await pool.fetchrow(_sql("select_session"), worker)
    assert row is not None, "it was just inserted, and nothing deletes it"
    return BrokerSession(worker, row["client_id"], row["is_drained"])


def source(session: mqtt.Session) -> mqtt.Watched:
    """What ingest takes out of a session: everything but what is retained where nothing may be."""
    return mqtt.Watched(mqtt.Unretained(session, lambda topic: not parsing.may_be_retained(topic)))


async def drain_before(
    pool: Pool,
    found: BrokerSession,
    settings: MqttSettings,
    successor: mqtt.Watched,
    take: Callable[[mqtt.Watched, asyncio.Event], Awaitable[None]],
) -> None:
    """Take what waits in the session of the version before, once. Raises Unavailable."""
    if found.is_drained:
        return
    for _ in range(_TRIES):
        if await mqtt.drain(settings, found.worker, successor, take):
            await pool.execute(_sql("set_drained"), found.worker)
            return
        await asyncio.sleep(_AGAIN_SECONDS)
