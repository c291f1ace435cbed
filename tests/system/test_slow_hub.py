"""A hub whose database is slower than the broker waits for acks: everything is stored once, and it recovers."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox import db
from stack.embedded import nats
from tests.support import ingest_log, waiting
from tests.system.support import processes

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(300)]

MESSAGES = 200
READINGS = 3  # in each
ACK_WAIT = "1s"
# Each row takes 10 ms: two connections need 3 s for the backlog; the broker sends it again every second.
SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON stored_reading FOR EACH ROW EXECUTE FUNCTION slow();
"""
LEDGER = """
SELECT coalesce(sum(messages_received), 0)::int AS received, coalesce(sum(messages_stored), 0)::int AS stored
FROM message_ledger
"""


def send(port: int, box: str, messages: int) -> None:
    """Send all messages at once, and wait until the broker has acknowledged each."""
    client = Client(CallbackAPIVersion.VERSION2, client_id=box)
    client.max_inflight_messages_set(MESSAGES)
    client.connect("127.0.0.1", port)
    client.loop_start()
    now_ms = time.time_ns() // 1_000_000
    sent = [client.publish(f"kb/v1/{box}/telemetry", payload(seq, now_ms), qos=1) for seq in range(1, messages + 1)]
    for one in sent:
        one.wait_for_publish(processes.HANGING_SECONDS)
    client.disconnect()
    client.loop_stop()


def payload(seq: int, now_ms: int) -> bytes:
    times = [now_ms - 1000 * (seq * READINGS + n) for n in range(READINGS)]
    samples = [{"at": at, "source": "core", "values": {"noise": 40}} for at in times]
    return json.dumps({"v": 1, "boot": "slow", "seq": seq, "sent": now_ms, "samples": samples}).encode()


async def test_what_the_broker_sends_again_meanwhile_is_not_worked_on_again(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats, "ACK_WAIT", ACK_WAIT)
    monkeypatch.setenv("KIEZBOX_INGEST_BATCH_READINGS", "50")
    folder = scratch / "slow-hub"
    folder.mkdir()
    async with processes.system(folder) as system, db.connect(system.db, "tests") as connection:
        await connection.execute(SLOW)
        with system.command("ingest", "ingest") as ingest:
            ingest.start()
            await waiting.until(lambda: is_subscribed(folder))
            await asyncio.to_thread(send, system.mqtt.port, "slow-1", MESSAGES)
            await waiting.until(lambda: has_stored(connection, MESSAGES), 2 * processes.HANGING_SECONDS)
            await asyncio.to_thread(send, system.mqtt.port, "slow-2", 1)  # behind everything that was sent again
            await waiting.until(lambda: has_stored(connection, MESSAGES + 1), 2 * processes.HANGING_SECONDS)
            ledger = await connection.fetchrow(LEDGER)

    assert ledger is not None
    assert ledger["stored"] == MESSAGES + 1
    # Some cross on the way: the broker sent them again just before the acknowledgement came.
    assert ledger["received"] < 1.5 * MESSAGES


async def is_subscribed(folder: Path) -> bool:
    return ingest_log.is_subscribed(folder / "ingest.log")


async def has_stored(connection: db.Connection, messages: int) -> bool:
    ledger = await connection.fetchrow(LEDGER)
    return ledger is not None and ledger["stored"] == messages
