"""The probe hears its own messages through real brokers, and stops hearing them when nothing comes back."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from api.health.broker_probe import LOST_SECONDS, BrokerProbe
from kiezbox import mqtt
from kiezbox.settings import MqttSettings
from tests.api.conftest import HANGING_SECONDS
from tests.api.support import tcp_proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.api.support.tcp_proxy import TcpProxy


@contextlib.asynccontextmanager
async def running(probe: BrokerProbe) -> AsyncIterator[None]:
    task = asyncio.create_task(probe.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize("name", ["broker", "mosquitto"])
async def test_a_probe_hears_itself_through_the_broker(name: str, request: pytest.FixtureRequest) -> None:
    probe = BrokerProbe(request.getfixturevalue(name))

    async with running(probe), asyncio.timeout(HANGING_SECONDS):
        assert not probe.is_heard
        await probe.heard()

        assert probe.is_heard


async def test_a_broker_that_keeps_the_connection_and_brings_nothing_is_noticed(
    broker: MqttSettings, free_port: Callable[[], int]
) -> None:
    now = 0.0
    before: TcpProxy = tcp_proxy.before(broker.port, free_port())
    probe = BrokerProbe(MqttSettings(port=before.port), lambda: now)

    async with before, running(probe), asyncio.timeout(HANGING_SECONDS):
        await probe.heard()
        before.stall()
        now += LOST_SECONDS

        assert not probe.is_heard


async def test_ingest_and_calls_never_see_the_probe(broker: MqttSettings) -> None:
    probe = BrokerProbe(broker)
    topics = ("kb/v1/#", "msh/#")

    async with mqtt.session(broker, "what-others-hear", topics, durable=False) as session, running(probe):
        async with asyncio.timeout(HANGING_SECONDS):
            await session.connected.wait()
            await probe.heard()
            await probe.heard()
        heard = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                while True:
                    heard += await session.burst()  # what other tests have retained

    assert b"probe" not in {delivery.payload for delivery in heard}


async def test_a_certificate_that_is_missing_ends_nothing(tmp_path: Path) -> None:
    probe = BrokerProbe(MqttSettings(tls=True, tls_ca_file=tmp_path / "none.pem"))
    task = asyncio.create_task(probe.run())

    await asyncio.sleep(0.1)

    assert not task.done()
    assert not probe.is_heard
    task.cancel()
    await asyncio.wait([task])
