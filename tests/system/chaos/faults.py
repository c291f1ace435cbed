"""Everything that goes wrong. A fault strikes, lasts as long as the call, and leaves the stage to itself."""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from typing import TYPE_CHECKING

from tests.system import processes
from tests.system.chaos import gauges, judgement
from tests.system.chaos import stage as stage_

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.system.chaos.boxes import Boxes
    from tests.system.chaos.stage import Stage

    Fault = Callable[[Stage], Awaitable[None]]

YEAR_SECONDS = 365 * 24 * 3600
LIVE_P95_SECONDS = 10.0  # "live stays live"
_SLOW_SECONDS = 0.5  # each way, each piece
_REPLAYS_PER_SECOND = 100
_numbers = itertools.count(1)


async def ingest_killed(stage: Stage) -> None:
    stage.ingest.kill()
    await stage.returned()


async def broker_killed(stage: Stage) -> None:
    stage.broker.kill()
    await stage.returned()


async def database_killed(stage: Stage) -> None:
    stage.database.kill()
    await stage.returned()


async def box_killed(stage: Stage) -> None:
    """One process of boxes, the fleet or one with a single box."""
    stage.chance.choice([boxes for boxes in stage.boxes if not boxes.lone]).guard.kill()
    await stage.returned()


async def all_killed(stage: Stage) -> None:
    for guard in stage.guards:
        guard.kill()
    await stage.returned()


async def database_away(stage: Stage) -> None:
    async with stage.database.away(stage.chance.choice([signal.SIGINT, signal.SIGKILL])):
        await asyncio.sleep(stage.outage_seconds)


async def broker_away(stage: Stage) -> None:
    async with stage.broker.away(stage.chance.choice([signal.SIGTERM, signal.SIGKILL])):
        await asyncio.sleep(stage.outage_seconds)


async def outbox_disk_full(stage: Stage) -> None:
    async with stage.disks["boxes"].full():
        await asyncio.sleep(stage.outage_seconds)


async def broker_disk_full(stage: Stage) -> None:
    async with stage.disks["broker"].full():
        await asyncio.sleep(stage.outage_seconds)
    if stage.broker.part.program.name == "nats":
        # Once a write has failed, NATS (2.15) goes on refusing though there is room: deploy/nats/kiezbox.conf says so,
        # and what to do.
        stage.broker.kill()
    await stage.returned()


async def database_disk_full(stage: Stage) -> None:
    async with stage.disks["database"].full():
        await asyncio.sleep(stage.outage_seconds)


async def network_slow(stage: Stage) -> None:
    with stage.network.slow(_SLOW_SECONDS):
        await asyncio.sleep(stage.outage_seconds)


async def network_cut(stage: Stage) -> None:
    async with stage.network.cut():
        await asyncio.sleep(stage.outage_seconds)


async def network_half_open(stage: Stage) -> None:
    stage.network.half_open()
    await processes.until(stage.network.is_noticed)  # each box finds out by itself: nobody tells it


async def clocks_jump(stage: Stage) -> None:
    """A year forth while the hub takes nothing, so that much waits in the outbox; back; a year behind; and right."""
    jumps = [(3, YEAR_SECONDS), (5, -YEAR_SECONDS), (7, -YEAR_SECONDS), (9, YEAR_SECONDS)]
    options = [part for after, by in jumps for part in ("--clock-jump", f"{after}:{by}")]
    wrong = stage.new_box(f"clock-{next(_numbers)}", *options, interval_seconds=0.2)
    async with stage.ingest.away():
        wrong.guard.watch()
        await asyncio.sleep(4.5)
    await processes.until(lambda: _has_lived_through(wrong, ["right", "ahead", "right", "behind", "right"]))
    await stage.stop(wrong)

    assert set(wrong.refused()) == {"bad_time"}, wrong.refused()


async def week_replayed(stage: Stage) -> None:
    """One box sends a week at once; what the others measure meanwhile is seen as soon as ever."""
    returned = stage.new_box(f"week-{next(_numbers)}", "--replays-per-second", str(_REPLAYS_PER_SECOND))
    messages = returned.fill_with_a_week(returned.data.name, stage_.SEED)
    async with gauges.reading(stage, stage_.LIVE) as seen:
        returned.guard.watch()
        mark = {**dict.fromkeys((boxes.data.name for boxes in stage.boxes), 0), returned.data.name: messages}
        await judgement.drained(stage, mark, 20 * processes.HANGING_SECONDS)
    await stage.stop(returned)

    assert seen.p95_seconds() < LIVE_P95_SECONDS


async def _has_lived_through(boxes: Boxes, expected: list[str]) -> bool:
    """Whether the clock has shown these times, one after the other."""
    now_ms = time.time_ns() // 1_000_000
    ahead = [(at - now_ms) / 1000 for at in await asyncio.to_thread(boxes.times_ms)]
    shown = ["right" if abs(s) < YEAR_SECONDS / 2 else "ahead" if s > 0 else "behind" for s in ahead]
    return [name for name, _ in itertools.groupby(shown)] == expected


IN_TURN: dict[str, Fault] = {
    "ingest killed": ingest_killed,
    "broker killed": broker_killed,
    "database killed": database_killed,
    "box killed": box_killed,
    "all killed": all_killed,
    "database away": database_away,
    "broker away": broker_away,
    "outbox disk full": outbox_disk_full,
    "broker disk full": broker_disk_full,
    "database disk full": database_disk_full,
    "network slow": network_slow,
    "network cut": network_cut,
    "network half open": network_half_open,
    "clocks jump": clocks_jump,
    "week replayed": week_replayed,
}
# In these the broker has a part of its own: where there is no time for everything, they run on every broker.
ABOUT_BROKERS = frozenset(
    {"ingest killed", "broker killed", "all killed", "database away", "broker away", "broker disk full"}
    | {"network half open"}
)
# These watch boxes of their own closely: nothing else may happen to them meanwhile.
ALONE = frozenset({"clocks jump", "week replayed"})
NEED_SMALL_DISKS = frozenset({"outbox disk full", "broker disk full", "database disk full"})
