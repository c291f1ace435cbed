"""A deployment: broker, database, ingest and boxes as processes that are restarted, and ways to stop and fill them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware_sim import box_ids
from kiezbox import db
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack.embedded import postgres
from stack.embedded.program import Program
from storage import migrate
from tests import conftest
from tests.support import waiting
from tests.system.chaos.support import brokers, disks, proxy
from tests.system.chaos.support.box_process import BoxProcess
from tests.system.chaos.support.restarting import RestartingProcess
from tests.system.support import processes
from tests.system.support.processes import ManagedProcess, System

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from tests.system.chaos.support.disks import Disk
    from tests.system.chaos.support.proxy import Network

FLEET_BOXES = 97
LONE = ("lone-1", "lone-2", "lone-3")  # boxes with a process for each
LIVE = (*box_ids.first(FLEET_BOXES), *LONE)
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
class Deployment:
    """Everything that runs. Faults disturb its parts; each part recovers by itself."""

    system: System
    ingest: RestartingProcess
    broker: RestartingProcess
    database: RestartingProcess
    network: Network
    disks: Mapping[str, Disk]
    outage_seconds: float
    chance: random.Random
    metrics_port: int
    boxes: list[BoxProcess] = field(default_factory=list)

    @property
    def processes(self) -> list[RestartingProcess]:
        """Every process that is started again when it ends."""
        return [self.ingest, self.broker, self.database, *(boxes.process for boxes in self.boxes)]

    def new_boxes(self, name: str, *arguments: str, is_temporary: bool = False) -> BoxProcess:
        """A process of boxes with its outbox, not started yet."""
        data = self.disks["boxes"].folder / name
        command = (
            *(sys.executable, "-m", "firmware_sim", *arguments, "--port", str(self.network.port), "--plain"),
            *("--data", str(data), "--seed", str(SEED), "--resend-after", str(RESEND_SECONDS)),
            *("--keepalive", str(KEEPALIVE_SECONDS), "--reconnect-max", str(RECONNECT_SECONDS)),
            *("--drain-seconds", str(DRAIN_SECONDS)),
        )
        part = ManagedProcess(Program(name, command, dict(os.environ)), self.system.folder / f"{name}.log")
        made = BoxProcess(RestartingProcess(part), data, is_temporary=is_temporary)
        made.prepare()
        self.boxes.append(made)
        return made

    def new_box(self, name: str, *options: str, interval_seconds: float = INTERVAL_SECONDS) -> BoxProcess:
        """One box that runs for one fault only."""
        return self.new_boxes(
            name, "box", "--id", name, "--interval", str(interval_seconds), *options, is_temporary=True
        )

    async def recovered(self) -> None:
        """Return when all of these processes run."""

        async def is_so() -> bool:
            return all(process.part.is_running for process in self.processes if process.is_watched)

        await waiting.until(is_so, processes.HANGING_SECONDS + 2 * self.outage_seconds)

    async def stop(self, boxes: BoxProcess) -> None:
        """Stop a process of boxes; then run it once more until the hub has everything that is left in its outbox."""
        process = boxes.process
        await process.release()
        if process.part.is_running:
            await asyncio.to_thread(process.part.kill, signal.SIGTERM)
        process.part.clear()
        last = Program("last", (*process.part.program.command, "--count", "1"), process.part.program.environment)
        part = ManagedProcess(last, process.part.log)
        part.start()
        try:
            code = await part.ended(DRAIN_SECONDS + processes.HANGING_SECONDS)
        finally:
            part.clear()
        assert code == 0, (
            f"{process.part.program.name} could not empty its outbox: {process.part.log.read_text()[-2000:]}"
        )

    def clear(self) -> None:
        """End every process of boxes."""
        for boxes in self.boxes:
            boxes.process.part.clear()


@contextlib.asynccontextmanager
async def deployment(
    folder: Path, broker: str, chance: random.Random, outage_seconds: float
) -> AsyncIterator[Deployment]:
    """A hub with 100 boxes that measure and send; on small disks where root can mount them."""
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
            ManagedProcess(brokers.program(broker, made["broker"].folder, port), folder / "broker.log"),
            ManagedProcess(database.program(), folder / "database.log"),
            MqttSettings(port=port),
            DatabaseSettings.model_validate({"url": database.url()}),
        )
        stack.callback(system.database.clear)
        stack.callback(system.broker.clear)
        network = await stack.enter_async_context(proxy.network(port))
        ingest = _ingest(system, metrics_port)
        stack.callback(ingest.clear)
        found = Deployment(
            system,
            RestartingProcess(ingest),
            RestartingProcess(system.broker),
            RestartingProcess(system.database),
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


def _ingest(system: System, metrics_port: int) -> ManagedProcess:
    environment = {**system.environment, "KIEZBOX_INGEST_METRICS_PORT": str(metrics_port)}
    command = (sys.executable, "-m", "stack.cli", "ingest")
    return ManagedProcess(Program("ingest", command, environment), system.folder / "ingest.log")


async def _begin(deployment: Deployment) -> None:
    deployment.broker.watch()
    deployment.database.watch()
    await deployment.system.answers()
    async with db.connect(deployment.system.db, "tests") as connection:
        await migrate.apply(connection)
    deployment.ingest.watch()
    every = ("--interval", str(INTERVAL_SECONDS))
    deployment.new_boxes("fleet", "fleet", "--boxes", str(FLEET_BOXES), *every).process.watch()
    for name in LONE:
        deployment.new_boxes(name, "box", "--id", name, *every).process.watch()


async def _release(deployment: Deployment) -> None:
    for process in deployment.processes:
        await process.release()
