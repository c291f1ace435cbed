"""The faults that are injected. A fault lasts as long as the call; afterwards the deployment must recover by itself."""

from __future__ import annotations

import asyncio
import itertools
import signal
import time
from typing import TYPE_CHECKING

from tests.support import waiting
from tests.system.chaos.support import deployment as deployments
from tests.system.chaos.support import samples, verification
from tests.system.support import processes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.system.chaos.support.box_process import BoxProcess
    from tests.system.chaos.support.deployment import Deployment

    Fault = Callable[[Deployment], Awaitable[None]]

YEAR_SECONDS = 365 * 24 * 3600
LIVE_P95_SECONDS = 10.0  # "live stays live"
_SLOW_SECONDS = 0.5  # each way, each piece
_REPLAYS_PER_SECOND = 100
_numbers = itertools.count(1)


async def ingest_killed(deployment: Deployment) -> None:
    deployment.ingest.kill()
    await deployment.recovered()


async def broker_killed(deployment: Deployment) -> None:
    deployment.broker.kill()
    await deployment.recovered()


async def database_killed(deployment: Deployment) -> None:
    deployment.database.kill()
    await deployment.recovered()


async def box_killed(deployment: Deployment) -> None:
    """One process of boxes, the fleet or one with a single box."""
    deployment.chance.choice([boxes for boxes in deployment.boxes if not boxes.is_temporary]).process.kill()
    await deployment.recovered()


async def all_killed(deployment: Deployment) -> None:
    for process in deployment.processes:
        process.kill()
    await deployment.recovered()


async def database_away(deployment: Deployment) -> None:
    async with deployment.database.away(deployment.chance.choice([signal.SIGINT, signal.SIGKILL])):
        await asyncio.sleep(deployment.outage_seconds)


async def broker_away(deployment: Deployment) -> None:
    async with deployment.broker.away(deployment.chance.choice([signal.SIGTERM, signal.SIGKILL])):
        await asyncio.sleep(deployment.outage_seconds)


async def outbox_disk_full(deployment: Deployment) -> None:
    async with deployment.disks["boxes"].full():
        await asyncio.sleep(deployment.outage_seconds)


async def broker_disk_full(deployment: Deployment) -> None:
    async with deployment.disks["broker"].full():
        await asyncio.sleep(deployment.outage_seconds)
    if deployment.broker.part.program.name == "nats":
        # After a failed write NATS (2.15) refuses everything, even with free space: see deploy/nats/kiezbox.conf.
        deployment.broker.kill()
    await deployment.recovered()


async def database_disk_full(deployment: Deployment) -> None:
    async with deployment.disks["database"].full():
        await asyncio.sleep(deployment.outage_seconds)


async def network_slow(deployment: Deployment) -> None:
    with deployment.network.slow(_SLOW_SECONDS):
        await asyncio.sleep(deployment.outage_seconds)


async def network_cut(deployment: Deployment) -> None:
    async with deployment.network.cut():
        await asyncio.sleep(deployment.outage_seconds)


async def network_half_open(deployment: Deployment) -> None:
    deployment.network.half_open()
    await waiting.until(deployment.network.is_noticed)  # each box has to find out by itself


async def clocks_jump(deployment: Deployment) -> None:
    """A year ahead while the hub takes nothing, so that messages wait in the outbox; right; a year behind; right."""
    jumps = [(3, YEAR_SECONDS), (5, -YEAR_SECONDS), (7, -YEAR_SECONDS), (9, YEAR_SECONDS)]
    options = [part for after, by in jumps for part in ("--clock-jump", f"{after}:{by}")]
    wrong = deployment.new_box(f"clock-{next(_numbers)}", *options, interval_seconds=0.2)
    async with deployment.ingest.away():
        wrong.process.watch()
        await asyncio.sleep(4.5)
    await waiting.until(lambda: _has_shown(wrong, ["right", "ahead", "right", "behind", "right"]))
    await deployment.stop(wrong)

    assert set(wrong.refused()) == {"bad_time"}, wrong.refused()


async def week_replayed(deployment: Deployment) -> None:
    """One box sends a week at once; what the others measure meanwhile is seen as soon as always."""
    returned = deployment.new_box(f"week-{next(_numbers)}", "--replays-per-second", str(_REPLAYS_PER_SECOND))
    messages = returned.fill_with_a_week(returned.data.name, deployments.SEED)
    async with samples.sampling(deployment, deployments.LIVE) as seen:
        returned.process.watch()
        mark = {**dict.fromkeys((boxes.data.name for boxes in deployment.boxes), 0), returned.data.name: messages}
        await verification.drained(deployment, mark, 20 * processes.HANGING_SECONDS)
    await deployment.stop(returned)

    assert seen.p95_seconds() < LIVE_P95_SECONDS


async def _has_shown(boxes: BoxProcess, expected: list[str]) -> bool:
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
# Their outcome depends on the broker: the short form runs them on every broker.
ABOUT_BROKERS = frozenset(
    {"ingest killed", "broker killed", "all killed", "database away", "broker away", "broker disk full"}
    | {"network half open"}
)
# They watch boxes of their own: no other fault may run at the same time.
ALONE = frozenset({"clocks jump", "week replayed"})
NEED_SMALL_DISKS = frozenset({"outbox disk full", "broker disk full", "database disk full"})
