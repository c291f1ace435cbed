from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from kiezbox.errors import OperatorError
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


def test_a_number_that_another_program_has_by_now_gets_no_signal(tmp_path: Path) -> None:
    file = tmp_path / "nats.pid"
    with subprocess.Popen(["sleep", "60"]) as other:
        file.write_text(str(other.pid))
        try:
            with pytest.raises(OperatorError, match=f"process {other.pid} is sleep, not nats-server"):
                asyncio.run(apply.reload(BrokerSettings(kind="nats", folder=tmp_path, pid_file=file)))
            assert other.poll() is None
        finally:
            other.kill()


@pytest.mark.parametrize("content", ["", "no number", "999999999"])
async def test_a_file_that_names_no_process_is_explained(tmp_path: Path, content: str) -> None:
    (tmp_path / "nats.pid").write_text(content)

    with pytest.raises(OperatorError, match="the broker was not told"):
        await apply.reload(BrokerSettings(kind="nats", folder=tmp_path, pid_file=tmp_path / "nats.pid"))


async def _is_waiting(pool: Pool) -> bool:
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1::bigint::oid"
    (row,) = await pool.fetch(waits, apply.LOCK)
    return bool(row["count"])
