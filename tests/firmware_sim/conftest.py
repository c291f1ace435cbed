"""Boxes for tests: settings with short waits, and a fleet that lives while a block runs."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import pytest

from firmware_sim import fleet
from firmware_sim.journal import Journal
from firmware_sim.settings import BoxSettings, BrokerSettings, Pacing, RunSettings
from tests.firmware_sim.support import outboxes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from firmware_sim.fleet import Fleet
    from firmware_sim.outbox import Outbox
    from kiezbox.settings import MqttSettings

_numbers = itertools.count(1)

QUICK = Pacing(first_resend_seconds=0.2, max_resend_seconds=0.8, reconnect_spread_seconds=0.1, replays_per_second=100)
SELDOM = BoxSettings(interval_seconds=3600)


@pytest.fixture
def name() -> str:
    """A box that no other test has; the broker and its retained messages are shared."""
    return f"sim-{next(_numbers)}"


@pytest.fixture
def settings(broker: MqttSettings, tmp_path: Path, name: str) -> RunSettings:
    """One box that measures once and then not for an hour; with short waits otherwise."""
    return RunSettings(
        boxes=(name,),
        data=tmp_path / "data",
        broker=BrokerSettings(
            host=broker.host, port=broker.port, reconnect_first_seconds=0.05, reconnect_max_seconds=0.2
        ),
        pacing=QUICK,
        box=SELDOM,
    )


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    """An empty outbox in the test's folder."""
    with closing(outboxes.open_outbox(tmp_path)) as outbox:
        yield outbox


class RunningFleet(Protocol):
    def __call__(
        self, settings: RunSettings, journal: Journal | None = None
    ) -> contextlib.AbstractAsyncContextManager[Fleet]: ...


@pytest.fixture
def running_fleet() -> RunningFleet:
    """Boxes that live while a block runs; at its end they are stopped as by SIGTERM."""

    @contextlib.asynccontextmanager
    async def running(settings: RunSettings, journal: Journal | None = None) -> AsyncIterator[Fleet]:
        stop = asyncio.Event()
        async with fleet.opened(settings, journal or Journal()) as boxes, asyncio.TaskGroup() as group:
            group.create_task(boxes.live(stop))
            try:
                yield boxes
            finally:
                stop.set()

    return running
