"""An experiment: faults, one after the other, each followed by a verification; malformed messages all the time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiezbox import db
from tests.support import waiting
from tests.system.chaos.support import deployment as deployments
from tests.system.chaos.support import faults, poison, samples, verification

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.system.chaos.support.box_process import Key
    from tests.system.chaos.support.deployment import Deployment
    from tests.system.chaos.support.poison import Poisoner
    from tests.system.chaos.support.samples import Samples

DRAINED_WITHIN_SECONDS = 240.0  # against hanging; what a fault really costs is printed
_STEADY_MESSAGES = 50  # this many more must be stored before the next fault is injected
_POISON_SHARE = 0.01
# A backlog costs 20 MiB, however long it is: the broker hands out at most 10,000 messages unacknowledged.
MEMORY_GROWTH_MIB = 64.0
_WARM_UP_SAMPLES = 10

_MESSAGES = "SELECT coalesce(sum(messages_stored), 0)::bigint FROM message_ledger"


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """What one fault cost. Drained: everything measured before the end of the fault is acknowledged."""

    fault: str
    injected_seconds: float
    drained_seconds: float
    p95_age_seconds: float
    memory_mib: float
    readings: int
    ends: int  # processes that ended by themselves and were started again

    def line(self) -> str:
        """For people."""
        return (
            f"{self.fault:20} injected {self.injected_seconds:5.1f} s, drained after {self.drained_seconds:5.1f} s,"
            f" p95 age {self.p95_age_seconds:5.1f} s, ingest {self.memory_mib:4.0f} MiB,"
            f" {self.readings:6} readings verified, {self.ends} processes gave up"
        )


@dataclass(slots=True)
class Experiment:
    """Injects faults and verifies the result. `say` gets a line for each fault."""

    deployment: Deployment
    samples: Samples
    poisoner: Poisoner
    say: Callable[[str], None]
    figures: list[FaultFigures] = field(default_factory=list)

    async def inject(self, *names: str) -> None:
        """Inject these faults at the same time, wait until everything has recovered, and verify the result."""
        await self._steady()
        ages, memory, ends = len(self.samples.ages), len(self.samples.memory), self._ends()
        began_at = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(self._inject_one(name), name=name)
        ended_at = time.monotonic()
        marks = verification.marks(self.deployment)
        await self._drained(marks, " and ".join(names))
        drained_seconds = time.monotonic() - ended_at
        # The boxes may have had their acks before the database went away: it may still be starting.
        await self.deployment.system.answers()
        result = await verification.verify(self.deployment, marks, _foreign_readings())
        assert result.is_well, f"after {' and '.join(names)}: {result}"
        figure = FaultFigures(
            fault=" and ".join(names),
            injected_seconds=ended_at - began_at,
            drained_seconds=drained_seconds,
            p95_age_seconds=self.samples.p95_seconds(ages),
            memory_mib=max(self.samples.memory[memory:], default=0.0),
            readings=result.readings,
            ends=self._ends() - ends,
        )
        self.figures.append(figure)
        self.say(figure.line())

    async def poison(self) -> None:
        """Send every malformed message once, and wait until each is stored or rejected as it must be."""
        await self._steady()
        cases = poison.kinds()
        await self.poisoner.publish_all(cases)
        carried = [case for case in cases if case.name not in self.poisoner.uncarried]
        assert len(carried) > 0.95 * len(cases), sorted(self.poisoner.uncarried)
        await poison.all_decided(self.deployment.system, carried)
        self.say(f"{len(carried)} malformed messages handled; the broker refuses {sorted(self.poisoner.uncarried)}")

    async def finish(self) -> None:
        """Stop every box, empty every outbox, and verify everything once more."""
        for boxes in self.deployment.boxes:
            if not boxes.is_temporary:
                await self.deployment.stop(boxes)
        marks = verification.marks(self.deployment)
        result = await verification.verify(self.deployment, marks, _foreign_readings(), whole=True)
        lost, dropped = await verification.lost_messages(self.deployment)

        assert result.is_well, f"at the end: {result}"
        assert sum(boxes.waiting() for boxes in self.deployment.boxes) == 0
        assert lost <= dropped, f"{lost} messages never arrived, and boxes dropped only {dropped}"
        self.say(f"at the end: {result}; {dropped} messages dropped by full outboxes, {lost} missed by the hub")
        self._verify_memory()
        deadlocks = self.deployment.system.database.log.read_text(errors="replace").count("deadlock detected")
        self.say(f"{deadlocks} deadlocks in the database")

    def _verify_memory(self) -> None:
        samples = self.samples.memory
        first, last = max(samples[:_WARM_UP_SAMPLES]), max(samples[_WARM_UP_SAMPLES:])
        self.say(f"memory of ingest: {first:.0f} MiB at first, {last:.0f} MiB at most")
        assert last - first < MEMORY_GROWTH_MIB, f"ingest grew from {first:.0f} to {last:.0f} MiB"

    async def _inject_one(self, name: str) -> None:
        if name == "poison":
            await self.poison()
        else:
            await faults.IN_TURN[name](self.deployment)

    async def _drained(self, marks: dict[str, int], fault: str) -> None:
        try:
            await verification.drained(self.deployment, marks, DRAINED_WITHIN_SECONDS)
        except TimeoutError:
            left = {
                boxes.data.name: waiting
                for boxes in self.deployment.boxes
                if (waiting := boxes.waiting(marks[boxes.data.name]))
            }
            raise AssertionError(f"after {fault}: messages never acknowledged: {left}") from None

    async def _steady(self) -> None:
        """Return when readings flow again."""
        async with asyncio.timeout(DRAINED_WITHIN_SECONDS):
            await self.deployment.system.answers()
            async with db.connect(self.deployment.system.db, "experiment") as connection:
                before = await connection.fetchval(_MESSAGES)
                await waiting.until(_grown(connection, before + _STEADY_MESSAGES), DRAINED_WITHIN_SECONDS)

    def _ends(self) -> int:
        return sum(process.ends for process in self.deployment.processes)


def _grown(connection: db.Connection, messages: int) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return bool(await connection.fetchval(_MESSAGES) >= messages)

    return is_so


def _foreign_readings() -> set[Key]:
    return poison.readings(poison.kinds())


@contextlib.asynccontextmanager
async def running(deployment: Deployment, say: Callable[[str], None]) -> AsyncIterator[Experiment]:
    """An experiment while the block runs: samples are taken, and 1 % of the messages are malformed."""
    cases = poison.kinds()
    deployment.chance.shuffle(cases)
    pause_seconds = deployments.INTERVAL_SECONDS / (len(deployments.LIVE) * _POISON_SHARE)
    async with (
        samples.sampling(deployment, deployments.LIVE) as seen,
        poison.trickling(deployment.system, cases, pause_seconds) as poisoner,
    ):
        yield Experiment(deployment, seen, poisoner, say)
