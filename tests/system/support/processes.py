"""Processes that a test starts, kills and starts again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiezbox import db, mqtt
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack import ports
from stack.embedded import nats, postgres
from stack.embedded.program import Program
from storage import migrate
from tests import conftest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

HANGING_SECONDS = 60.0


class ManagedProcess:
    """One process of the system under test. Its output is in `log`."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it must not be running."""
        assert self._process is None
        with self.log.open("ab") as sink:
            self._process = subprocess.Popen(
                self.program.command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, **self.program.options()
            )

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal and wait for the end."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(HANGING_SECONDS)
        self._process = None

    @property
    def is_running(self) -> bool:
        """Whether it was started, and has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    @property
    def has_ended(self) -> bool:
        """Whether it was started, and has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int:
        """The process; it must have been started."""
        assert self._process is not None
        return self._process.pid

    async def ended(self, seconds: float) -> int:
        """The exit code, as soon as it ends by itself; TimeoutError after `seconds`."""
        assert self._process is not None
        async with asyncio.timeout(seconds):
            while self._process.poll() is None:
                await asyncio.sleep(0.1)
        code = self._process.returncode
        self._process = None
        return code

    def clear(self) -> None:
        """End it, whatever its state."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait(HANGING_SECONDS)
            self._process = None


@dataclass(frozen=True, slots=True)
class System:
    """Broker and database of a hub: durable, with the schema in place."""

    folder: Path
    broker: ManagedProcess
    database: ManagedProcess
    mqtt: MqttSettings
    db: DatabaseSettings

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment with which Kiezbox's commands find both."""
        return {
            **os.environ,
            "KIEZBOX_MQTT_PORT": str(self.mqtt.port),
            "KIEZBOX_DATABASE_URL": self.db.url.get_secret_value(),
        }

    @contextlib.contextmanager
    def command(self, name: str, *arguments: str) -> Iterator[ManagedProcess]:
        """A command of Kiezbox, not started yet; ended at the end of the block. Its log has the same `name`."""
        module = "firmware_sim" if arguments[0] in {"fleet", "box"} else "stack.cli"
        program = Program(name, (sys.executable, "-m", module, *arguments), self.environment)
        part = ManagedProcess(program, self.folder / f"{name}.log")
        try:
            yield part
        finally:
            part.clear()

    async def answers(self) -> None:
        """Return when broker and database answer."""
        async with asyncio.timeout(HANGING_SECONDS), mqtt.session(self.mqtt, "probe", []) as session:
            await session.connected.wait()
        async with asyncio.timeout(HANGING_SECONDS):
            while True:
                with contextlib.suppress(Unavailable):
                    async with db.connect(self.db, "probe"):
                        return
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def system(folder: Path) -> AsyncIterator[System]:
    """A hub's broker and database with their data in `folder`, both durable and running."""
    broker = nats.Nats(folder / "nats", ports.Address("127.0.0.1", conftest.unused_port()))
    database = postgres.for_folder(folder)
    await asyncio.to_thread(broker.prepare)
    await asyncio.to_thread(database.prepare)
    made = System(
        folder,
        ManagedProcess(broker.program(), folder / "nats.log"),
        ManagedProcess(database.program(), folder / "postgres.log"),
        MqttSettings(port=broker.address.port),
        DatabaseSettings.model_validate({"url": database.url()}),
    )
    try:
        made.broker.start()
        made.database.start()
        await made.answers()
        async with db.connect(made.db, "tests") as connection:
            await migrate.apply(connection)
        yield made
    finally:
        made.broker.clear()
        made.database.clear()
