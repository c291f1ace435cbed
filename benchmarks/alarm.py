"""How soon somebody is told: from the acceptance of a call to the first channel's call, with many alarms open; and what
10,000 boxes that fall silent within a minute make of it. One node, on this machine's disk.

python -m benchmarks.alarm [--open 200] [--calls 300] [--boxes 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crisis import node as nodes
from crisis.alarm import service as alarms
from crisis.alarm.alarms import Alarm
from crisis.alarm.channel import Place, Sort
from crisis.alarm.speaking import speaker
from crisis.model.event_bodies import DistressReceived
from kiezbox.settings import AlarmSettings, CrisisSettings, Settings

if TYPE_CHECKING:
    from crisis.alarm.channel import Disclosure, Heard, Message
    from crisis.alarm.service import AlarmService
    from crisis.node import Node

PLAN = """
[channels.push]
{people}
[chains.call]
steps = [{{after_minutes = 0, to = ["p0"]}}, {{after_minutes = 60, to = ["everybody"]}}]
[chains.warning]
steps = [{{after_minutes = 0, to = ["p1"]}}]
"""


class TimedChannel:
    """Notes when it was called for what."""

    name, place, real_only, reason, works_offline = "push", Place.OUTSIDE, False, "", True
    allows: frozenset[Disclosure] = frozenset()

    def __init__(self) -> None:
        self.called: list[tuple[float, Message]] = []
        self.news = asyncio.Event()

    async def send(self, message: Message) -> None:
        """Take it."""
        self.called.append((time.perf_counter(), message))
        self.news.set()

    async def check(self) -> str:
        """It works."""
        return ""

    async def run(self, heard: Heard) -> None:
        """It has no answers."""
        del heard


async def measure(open_: int, calls: int, boxes: int) -> None:
    """Print both figures."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "hub"
        folder.mkdir()
        people = "\n".join(f'[people.p{number}]\npush = "x"' for number in range(2))
        (folder / "alarm.toml").write_text(PLAN.format(people=people), encoding="utf-8")
        found = Settings(
            crisis=CrisisSettings(folder=folder, copies=False, reserve_mib=0), alarm=AlarmSettings(test_day=None)
        )
        async with nodes.opened(found) as node:
            for _ in range(open_):
                await node.receive(DistressReceived(text="Hilfe"))
            channel = TimedChannel()
            async with alarms.running(node, found, [channel]) as service:
                await until_open(service, open_)
                await asyncio.sleep(3)
                await delays(node, service, channel, calls)
                await silent_boxes(service, channel, boxes)


async def until_open(service: AlarmService, number: int) -> None:
    """Wait until so many alarms are open."""
    while len(service.speaker.open()) < number:
        await service.look()


async def delays(node: Node, service: AlarmService, channel: TimedChannel, calls: int) -> None:
    """From the acceptance of a call to the channel's call. The limit for one person is lifted: it would count them."""
    found: list[float] = []
    open_ = len(service.speaker.open())
    speaker.LIMIT = 10**9
    for _ in range(calls):
        accepted = await node.receive(DistressReceived(text="Hilfe"))
        begun = time.perf_counter()
        name = str(node.state.distress(accepted.id).label)  # type: ignore[union-attr]  # it was accepted just now
        while not any(message.number == name and message.sort is Sort.ALARM for _, message in channel.called[-3:]):
            channel.news.clear()
            await channel.news.wait()
        found.append(channel.called[-1][0] - begun)
    found.sort()
    p50, p99 = found[len(found) // 2], found[int(len(found) * 0.99)]
    print(f"call to channel, {open_} alarms open: median {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms of {calls}")


async def silent_boxes(service: AlarmService, channel: TimedChannel, boxes: int) -> None:
    """Let boxes fall silent one after another for a minute's worth of looks, and count what people are told."""
    now, begun, before = service.node.now(), time.perf_counter(), len(channel.called)
    looks = 12
    for look in range(1, looks + 1):
        silent = tuple(
            Alarm(kind="unreachable", subject=f"x-{number}", opened_at=now + timedelta(seconds=1), area="all")
            for number in range(boxes * look // looks)
        )
        service.gathering.put("unreachable", silent)
        await service.look()
    await asyncio.sleep(1)
    told = [(at, message) for at, message in channel.called[before:] if message.kind in {"unreachable", "count"}]
    first = told[0][0] - begun if told else float("nan")
    seconds = time.perf_counter() - begun
    said = f"first message after {first:.1f} s, {len(told)} messages to one person"
    print(f"{boxes} boxes silent: {said}, {looks} looks in {seconds:.1f} s")


def main() -> None:
    """Read the options, and measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--open", type=int, default=200)
    options.add_argument("--calls", type=int, default=300)
    options.add_argument("--boxes", type=int, default=10_000)
    given = options.parse_args()
    asyncio.run(measure(given.open, given.calls, given.boxes))


if __name__ == "__main__":
    main()
