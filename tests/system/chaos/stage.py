"""The stage: broker, database, ingest and boxes as processes, each under guard, and what can be done to them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware_sim import boxes as names
from kiezbox import db
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack.embedded import postgres
from stack.embedded.program import Program
from storage import migrate
from tests import conftest
from tests.system import processes
from tests.system.chaos import brokers, disks, proxy
from tests.system.chaos.boxes import Boxes
from tests.system.chaos.guard import Guard
from tests.system.processes import Part, System

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from tests.system.chaos.disks import Disk
    from tests.system.chaos.proxy import Network

FLEET_BOXES = 97
LONE = ("lone-1", "lone-2", "lone-3")  # have a process each
LIVE = (*names.first(FLEET_BOXES), *LONE)
INTERVAL_SECONDS = 2.0
RESEND_SECONDS = 5
KEEPALIVE_SECONDS = 2
RECONNECT_SECONDS = 4
DRAIN_SECONDS = 180.0
SEED = 4  # of the weather
_BROKER_MEGABYTES = 128
_DATABASE_MEGABYTES = 768
_BOXES_MEGABYTES = 160


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs. Faults do things to its parts; each part comes back by itself."""

    system: System
    ingest: Guard
    broker: Guard
    database: Guard
    network: Network
    disks: Mapping[str, Disk]
    outage_seconds: float
    chance: random.Random
    metrics_port: int
    boxes: list[Boxes] = field(default_factory=list)

    @property
    def guards(self) -> list[Guard]:
        """Every process that is under guard now."""
        return [self.ingest, self.broker, self.database, *(boxes.guard for boxes in self.boxes)]

    def new_boxes(self, name: str, *arguments: str, lone: bool = False) -> Boxes:
        """A process of boxes with its outbox, not started yet."""
        data = self.disks["boxes"].folder / name
        command = (
            *(sys.executable, "-m", "firmware_sim", *arguments, "--port", str(self.network.port), "--plain"),
            *("--data", str(data), "--seed", str(SEED), "--resend-after", str(RESEND_SECONDS)),
            *("--keepalive", str(KEEPALIVE_SECONDS), "--reconnect-max", str(RECONNECT_SECONDS)),
            *("--drain-seconds", str(DRAIN_SECONDS)),
        )
        part = Part(Program(name, command, dict(os.environ)), self.system.folder / f"{name}.log")
        made = Boxes(Guard(part), data, lone=lone)
        made.prepare()
        self.boxes.append(made)
        return made

    def new_box(self, name: str, *options: str, interval_seconds: float = INTERVAL_SECONDS) -> Boxes:
        """One box that is there for one fault only."""
        return self.new_boxes(name, "box", "--id", name, "--interval", str(interval_seconds), *options, lone=True)

    async def returned(self) -> None:
        """Return when every process that is under guard runs."""

        async def is_so() -> bool:
            return all(guard.part.is_running for guard in self.guards if guard.is_watched)

        await processes.until(is_so, processes.HANGING_SECONDS + 2 * self.outage_seconds)

    async def stop(self, boxes: Boxes) -> None:
        """Stop a process of boxes, and run it once more until the hub has all that is left in its outbox."""
        guard = boxes.guard
        await guard.release()
        if guard.part.is_running:
            await asyncio.to_thread(guard.part.kill, signal.SIGTERM)
        guard.part.clear()
        last = Program("last", (*guard.part.program.command, "--count", "1"), guard.part.program.environment)
        part = Part(last, guard.part.log)
        part.start()
        try:
            code = await part.ended(DRAIN_SECONDS + processes.HANGING_SECONDS)
        finally:
            part.clear()
        assert code == 0, f"{guard.part.program.name} could not empty its outbox: {guard.part.log.read_text()[-2000:]}"

    def clear(self) -> None:
        """End every process of boxes."""
        for boxes in self.boxes:
            boxes.guard.part.clear()


@contextlib.asynccontextmanager
async def stage(folder: Path, broker: str, chance: random.Random, outage_seconds: float) -> AsyncIterator[Stage]:
    """A hub with 100 boxes that measure and send, on small disks where those can be had."""
    async with contextlib.AsyncExitStack() as stack:
        made = {
            name: stack.enter_context(disks.disk(folder / name, megabytes))
            for name, megabytes in (
                ("broker", _BROKER_MEGABYTES),
                ("database", _DATABASE_MEGABYTES),
                ("boxes", _BOXES_MEGABYTES),
            )
        }
        port, metrics_port = conftest.unused_port(), conftest.unused_port()
        database = postgres.for_folder(made["database"].folder)
        await asyncio.to_thread(database.prepare)
        system = System(
            folder,
            Part(brokers.program(broker, made["broker"].folder, port), folder / "broker.log"),
            Part(database.program(), folder / "database.log"),
            MqttSettings(port=port),
            DatabaseSettings.model_validate({"url": database.url()}),
        )
        stack.callback(system.database.clear)
        stack.callback(system.broker.clear)
        network = await stack.enter_async_context(proxy.network(port))
        ingest = _ingest(system, metrics_port)
        stack.callback(ingest.clear)
        found = Stage(
            system,
            Guard(ingest),
            Guard(system.broker),
            Guard(system.database),
            network,
            made,
            outage_seconds,
            chance,
            metrics_port,
        )
        stack.callback(found.clear)
        stack.push_async_callback(_release, found)
        await _begin(found)
        yield found


def _ingest(system: System, metrics_port: int) -> Part:
    environment = {**system.environment, "KIEZBOX_INGEST_METRICS_PORT": str(metrics_port)}
    command = (sys.executable, "-m", "stack.cli", "ingest")
    return Part(Program("ingest", command, environment), system.folder / "ingest.log")


async def _begin(stage: Stage) -> None:
    stage.broker.watch()
    stage.database.watch()
    await stage.system.answers()
    async with db.connect(stage.system.db, "tests") as connection:
        await migrate.apply(connection)
    stage.ingest.watch()
    every = ("--interval", str(INTERVAL_SECONDS))
    stage.new_boxes("fleet", "fleet", "--boxes", str(FLEET_BOXES), *every).guard.watch()
    for name in LONE:
        stage.new_boxes(name, "box", "--id", name, *every).guard.watch()


async def _release(stage: Stage) -> None:
    for guard in stage.guards:
        await guard.release()
