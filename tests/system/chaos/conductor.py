"""The conductor: one fault after the other, each followed by a judgement, with poison in the stream all the time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiezbox import db
from tests.system import processes
from tests.system.chaos import faults, gauges, judgement, poison
from tests.system.chaos import stage as stages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.system.chaos.boxes import Key
    from tests.system.chaos.gauges import Gauges
    from tests.system.chaos.poison import Poisoner
    from tests.system.chaos.stage import Stage

DRAINED_WITHIN_SECONDS = 240.0  # against hanging; what a fault really costs is printed
_STEADY_MESSAGES = 50  # so many more are in the table before the next fault strikes
_POISON_SHARE = 0.01
# A backlog costs 20 MiB: for the 10,000 messages that the broker hands out unacknowledged, however many wait behind.
MEMORY_GROWTH_MIB = 64.0
_WARM_UP_SAMPLES = 10

_MESSAGES = "SELECT coalesce(sum(messages_stored), 0)::bigint FROM message_ledger"


@dataclass(frozen=True, slots=True)
class Figure:
    """What one fault cost. Drained means: all that was measured before its end is acknowledged."""

    fault: str
    struck_seconds: float
    drained_seconds: float
    p95_age_seconds: float
    memory_mib: float
    readings: int
    ends: int  # processes that gave up and were started again

    def line(self) -> str:
        """For people."""
        return (
            f"{self.fault:20} struck {self.struck_seconds:5.1f} s, drained after {self.drained_seconds:5.1f} s,"
            f" p95 age {self.p95_age_seconds:5.1f} s, ingest {self.memory_mib:4.0f} MiB,"
            f" {self.readings:6} readings judged, {self.ends} processes gave up"
        )


@dataclass(slots=True)
class Conductor:
    """Strikes and judges. `say` gets a line for each fault."""

    stage: Stage
    gauges: Gauges
    poisoner: Poisoner
    say: Callable[[str], None]
    figures: list[Figure] = field(default_factory=list)

    async def perform(self, *names: str) -> None:
        """Strike with these faults at the same time, let everything come back, and judge."""
        await self._steady()
        ages, memory, ends = len(self.gauges.ages), len(self.gauges.memory), self._ends()
        began_at = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(self._strike(name), name=name)
        ended_at = time.monotonic()
        marks = judgement.marks(self.stage)
        await self._drained(marks, " and ".join(names))
        drained_seconds = time.monotonic() - ended_at
        await self.stage.system.answers()  # the database may be coming back still: boxes had their acks before it went
        verdict = await judgement.judge(self.stage, marks, _strangers())
        assert verdict.is_well, f"after {' and '.join(names)}: {verdict}"
        figure = Figure(
            fault=" and ".join(names),
            struck_seconds=ended_at - began_at,
            drained_seconds=drained_seconds,
            p95_age_seconds=self.gauges.p95_seconds(ages),
            memory_mib=max(self.gauges.memory[memory:], default=0.0),
            readings=verdict.readings,
            ends=self._ends() - ends,
        )
        self.figures.append(figure)
        self.say(figure.line())

    async def poison(self) -> None:
        """Every kind of poison once, and the verdict on each."""
        await self._steady()
        cases = poison.kinds()
        await self.poisoner.publish_all(cases)
        carried = [case for case in cases if case.name not in self.poisoner.uncarried]
        assert len(carried) > 0.95 * len(cases), sorted(self.poisoner.uncarried)
        await poison.all_judged(self.stage.system, carried)
        self.say(f"{len(carried)} kinds of poison judged; the broker refuses {sorted(self.poisoner.uncarried)}")

    async def finish(self) -> None:
        """Stop every box, empty every outbox, and judge everything once more."""
        for boxes in self.stage.boxes:
            if not boxes.lone:
                await self.stage.stop(boxes)
        marks = judgement.marks(self.stage)
        verdict = await judgement.judge(self.stage, marks, _strangers(), whole=True)
        lost, dropped = await judgement.lost_messages(self.stage)

        assert verdict.is_well, f"at the end: {verdict}"
        assert sum(boxes.waiting() for boxes in self.stage.boxes) == 0
        assert lost <= dropped, f"{lost} messages never arrived, and boxes dropped only {dropped}"
        self.say(f"at the end: {verdict}; {dropped} messages dropped by full outboxes, {lost} missed by the hub")
        self._judge_memory()
        deadlocks = self.stage.system.database.log.read_text(errors="replace").count("deadlock detected")
        self.say(f"{deadlocks} deadlocks in the database")

    def _judge_memory(self) -> None:
        samples = self.gauges.memory
        first, last = max(samples[:_WARM_UP_SAMPLES]), max(samples[_WARM_UP_SAMPLES:])
        self.say(f"memory of ingest: {first:.0f} MiB at first, {last:.0f} MiB at most")
        assert last - first < MEMORY_GROWTH_MIB, f"ingest grew from {first:.0f} to {last:.0f} MiB"

    async def _strike(self, name: str) -> None:
        if name == "poison":
            await self.poison()
        else:
            await faults.IN_TURN[name](self.stage)

    async def _drained(self, marks: dict[str, int], fault: str) -> None:
        try:
            await judgement.drained(self.stage, marks, DRAINED_WITHIN_SECONDS)
        except TimeoutError:
            left = {
                boxes.data.name: waiting
                for boxes in self.stage.boxes
                if (waiting := boxes.waiting(marks[boxes.data.name]))
            }
            raise AssertionError(f"after {fault}: messages never acknowledged: {left}") from None

    async def _steady(self) -> None:
        """Return when readings flow again."""
        async with asyncio.timeout(DRAINED_WITHIN_SECONDS):
            await self.stage.system.answers()
            async with db.connect(self.stage.system.db, "conductor") as connection:
                before = await connection.fetchval(_MESSAGES)
                await processes.until(_grown(connection, before + _STEADY_MESSAGES), DRAINED_WITHIN_SECONDS)

    def _ends(self) -> int:
        return sum(guard.ends for guard in self.stage.guards)


def _grown(connection: db.Connection, messages: int) -> Callable[[], Awaitable[bool]]:
    async def is_so() -> bool:
        return bool(await connection.fetchval(_MESSAGES) >= messages)

    return is_so


def _strangers() -> set[Key]:
    return poison.readings(poison.kinds())


@contextlib.asynccontextmanager
async def conducting(stage: Stage, say: Callable[[str], None]) -> AsyncIterator[Conductor]:
    """A conductor while the block runs, with gauges read and 1 % of poison in the stream."""
    cases = poison.kinds()
    stage.chance.shuffle(cases)
    pause_seconds = stages.INTERVAL_SECONDS / (len(stages.LIVE) * _POISON_SHARE)
    async with (
        gauges.reading(stage, stages.LIVE) as seen,
        poison.trickling(stage.system, cases, pause_seconds) as poisoner,
    ):
        yield Conductor(stage, seen, poisoner, say)
