"""An installation of the version before credentials is upgraded: nothing is lost that waits, and nobody is silenced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from kiezbox.errors import Unavailable
from stack import probe
from tests.stack.broker.support import clients
from tests.support.waiting import until
from tests.system.support import installations

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings, MqttSettings
    from tests.system.support.installations import Installation

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(300)]

WAITING = 300  # readings in the sessions of before
BEGAN_MS = int(time.time() * 1000) - 600_000  # each reading has a millisecond of its own


def reading(seq: int) -> bytes:
    sample = {"at": BEGAN_MS + seq, "source": "core", "values": {"pm2_5": seq / 10}}
    return json.dumps({"v": 1, "boot": "b00t", "seq": seq, "samples": [sample]}).encode()


class Sender:
    """A box of that version: it sends a reading and now and then a call, for ever, and counts them."""

    def __init__(self, box: str) -> None:
        self.box = box
        self.seq = 0
        self.calls = 0

    async def send(
        self, client: MqttSettings, count: int, *, with_calls: bool = True, pause_seconds: float = 0
    ) -> None:
        """Send, and return when the broker has confirmed all of it."""
        await asyncio.to_thread(self._send, client, count, with_calls, pause_seconds)

    def _send(self, client: MqttSettings, count: int, with_calls: bool, pause_seconds: float) -> None:
        secret = None if client.password is None else client.password.get_secret_value()
        with clients.connected(client.port, client.username, f"box-{self.box}-{self.seq}", password=secret) as box:
            assert box.is_in, box.refusal
            for _ in range(count):
                self.seq += 1
                time.sleep(pause_seconds)  # beyond its share a box's messages would wait
                box.publish([(f"kb/v1/{self.box}/telemetry", reading(self.seq), False)])
                if with_calls and self.seq % 100 == 0:
                    self.calls += 1
                    call = installations.described(f"{self.box} {self.calls}")
                    box.publish([(f"kb/v1/{self.box}/distress", call, False)])


@contextlib.asynccontextmanager
async def sending(sender: Sender, client: MqttSettings) -> AsyncIterator[None]:
    """The box goes on sending during the block."""
    stop = asyncio.Event()

    async def send() -> None:
        while not stop.is_set():
            await sender.send(client, 20, pause_seconds=0.05)

    task = asyncio.create_task(send())
    try:
        yield
    finally:
        stop.set()
        await task


async def lets_in(client: MqttSettings) -> bool:
    try:
        await probe.mqtt(client)
    except Unavailable:
        return False
    return True


async def all_arrived(upgraded: Installation, *senders: Sender) -> bool:
    """Whether each reading is in the database once, and each call: a call without an id may come twice after a kill."""
    stored = await upgraded.rows(
        "SELECT series.box, count(*)::int AS count FROM reading JOIN series ON series.id = reading.series"
        " WHERE series.quantity = 'pm2_5' AND reading.measured_at > now() - INTERVAL '1 hour' GROUP BY series.box"
    )
    calls = await upgraded.rows("SELECT body->>'text' AS text FROM crisis_event WHERE kind = 'distress_received'")
    counts = {row["box"]: row["count"] for row in stored}
    wanted = {f"{sender.box} {n}" for sender in senders for n in range(1, sender.calls + 1)}
    has_readings = all(counts.get(sender.box) == sender.seq for sender in senders)
    return has_readings and {row["text"] for row in calls} == wanted


@pytest.mark.parametrize("kind", ["nats-compose", "nats-open", "mosquitto"])
async def test_nothing_is_lost_and_nobody_silenced_until_the_broker_is_closed(
    kind: str, scratch: Path, empty_database: DatabaseSettings
) -> None:
    first, second = Sender("71-01"), Sender("esp")
    async with installations.before(kind, scratch / f"upgrade-{kind}", empty_database) as old:
        named = old.sender if kind == "nats-compose" else old.sender.model_copy(update={"username": "balkon"})
        await old.leave_sessions()  # the hub is stopped for the upgrade
        await first.send(old.sender, WAITING)
        await second.send(named, 30)

        if kind == "nats-compose":  # its services prepare the users before the database is there
            done = old.run("broker", "prepare")
            assert done.returncode == 0, done.stderr
            await old.upgrade_broker()
        migrated = old.run("migrate")
        assert migrated.returncode == 0, migrated.stderr
        if kind == "mosquitto":  # its own file comes last: what waits there belongs to sessions of its old listener
            await old.add_hub_listener()
        else:
            applied = old.run("broker", "apply")
            assert applied.returncode == 0, applied.stderr
        if kind == "nats-open":
            await old.upgrade_broker()
        async with sending(first, old.sender), sending(second, named):
            with old.process("ingest") as ingest, old.process("api") as api:

                async def is_draining(log: str) -> bool:
                    return "taking them" in (old.folder / log).read_text()

                await until(lambda: is_draining("ingest.log"))
                await until(lambda: is_draining("api.log"))
                ingest.kill()
                api.kill()
        with old.process("ingest"), old.process("api"):
            async with sending(first, old.sender), sending(second, named):

                async def is_removed() -> bool:
                    logs = [(old.folder / f"{name}.log").read_text() for name in ("ingest", "api")]
                    return [log.count("is empty, and removed") for log in logs] == [1, 2]

                await until(is_removed, 120)
            if kind == "mosquitto":
                assert old.run("broker", "apply").returncode == 0
                await old.upgrade_broker()
                async with sending(first, old.sender), sending(second, named):
                    await asyncio.sleep(1)
            await until(lambda: all_arrived(old, first, second), 120)
            await close(old, first, second, named)


async def close(old: Installation, first: Sender, second: Sender, named: MqttSettings) -> None:
    """The operator gives one box a credential and closes the broker: that box goes on, and nobody else comes in."""
    doctor = old.run("doctor")
    refused = old.run("broker", "close")
    made = json.loads(old.run("box", "credential", "new", "71-01", "--json").stdout)
    own = old.sender.model_copy(update={"username": "71-01", "password": SecretStr(made["mqtt"]["password"])})
    await until(lambda: lets_in(own))
    closed = old.run("broker", "close", "--yes")
    if not old.is_nats:
        installations.close_mosquitto(old)
        old.broker.kill(signal.SIGTERM)
        old.broker.start()

    async def are_refused() -> bool:
        return not (await lets_in(old.sender) or await lets_in(named))

    await until(are_refused)
    await until(lambda: lets_in(own))
    await first.send(own, 5, with_calls=False)
    await until(lambda: all_arrived(old, first, second), 60)
    assert "71-01" in doctor.stdout
    assert "esp" in doctor.stdout
    assert refused.returncode == 2
    assert "kiezbox box credential new" in refused.stderr
    assert closed.returncode == 0, closed.stderr
