from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pydantic import SecretStr

from kiezbox.settings import BrokerSettings, MqttSettings, Settings
from stack.broker import apply, nats
from storage import credentials
from storage.box_history import Author, Via
from storage.credentials import Kind
from tests.stack.broker.support.brokers import HASHES
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.db import Pool

ANNA = Author("anna", Via.COMMAND)


async def test_who_is_revoked_while_another_writes_is_not_back_in_the_file(pool: Pool, tmp_path: Path) -> None:
    settings = Settings(
        mqtt=MqttSettings(password=SecretStr("secret")), broker=BrokerSettings(kind="nats", folder=tmp_path)
    )
    async with pool.connection() as first, pool.connection() as second:
        await credentials.issue(first, ANNA, credentials.of_box("71-01", Kind.SENSOR, HASHES))
        async with first.transaction():
            await first.execute("SELECT pg_advisory_xact_lock($1)", apply.LOCK)
            slower = asyncio.create_task(apply.apply(second, settings))
            await until(lambda: _is_waiting(pool))
            await credentials.revoke(first, ANNA, "71-01")
        await slower

    assert '"71-01"' not in (tmp_path / nats.FILE).read_text()


async def _is_waiting(pool: Pool) -> bool:
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1::bigint::oid"
    (row,) = await pool.fetch(waits, apply.LOCK)
    return bool(row["count"])
