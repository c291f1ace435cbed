"""A node's alarms whose looks and clock a test makes: nothing happens by itself but what channels carry."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from crisis.alarm.outbox.chain_clock import ChainClock
from crisis.alarm.outbox.outbox import Outbox
from crisis.alarm.service import AlarmService
from crisis.model.moments import milliseconds
from kiezbox.settings import AlarmSettings, Settings
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crisis.node import Node
    from tests.crisis.alarm.support.channels import KeepingChannel

# Anna is on duty in tests that put her there, Bert is second, Dana is the head.
PLAN = """
[channels.sms]
[channels.push]
[people.anna]
push = "a"
sms = "+491"
[people.bert]
push = "b"
sms = "+492"
[people.dana]
push = "d"
language = "en"
[staff]
head = "dana"
"""


class Steady:
    """The clock of the chains, which a test moves on."""

    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms

    def pass_minutes(self, minutes: float) -> None:
        self.ms += int(minutes * 60_000)


class Speaking:
    """The alarms of one node."""

    def __init__(self, service: AlarmService, steady: Steady) -> None:
        self.service = service
        self.node = service.node
        self.clock = steady

    async def look(self, minutes: float = 0.0) -> None:
        """The node looks, and what is due is carried; and again when so many minutes have passed."""
        await self._look()
        if minutes:
            self.clock.pass_minutes(minutes)
            await self._look()

    async def _look(self) -> None:
        for _ in range(8):  # a channel that fails leads to the next one, a step that fails to the next step
            await self.service.look()
            if not await self._settled():
                break
        await self.service.delivery.note()

    async def _settled(self) -> bool:
        """Wait until no channel has anything before it. Whether any had."""
        delivery = self.service.delivery
        had = bool(delivery.given)
        await until(lambda: not delivery.given or all(lane in delivery.stuck() for lane in delivery.busy()))
        return had


@contextlib.asynccontextmanager
async def speaking(
    node: Node, *channels: KeepingChannel, plan: str = PLAN, steady: Steady | None = None, **alarm: Any
) -> AsyncIterator[Speaking]:
    """The alarms of this node, with these channels; the same folder again goes on with what is in the outbox."""
    settings = Settings(
        role="hub" if node.is_hub else "box",
        crisis=node.settings.model_copy(update={"copies": False}),
        alarm=AlarmSettings(**{"public_url": "https://kiez.example", **alarm}),
    )
    (node.settings.folder / "alarm.toml").write_text(plan, encoding="utf-8")
    clock = steady or Steady()
    outbox = Outbox(node.settings.folder, lambda: milliseconds(node.wall()))
    saved = outbox.clock.state() if steady is None else None
    outbox.clock = ChainClock(saved, lambda: milliseconds(node.wall()), clock, boot=1)
    service = AlarmService(node, settings, outbox, channels)
    carrying = asyncio.create_task(service.delivery.run())
    try:
        yield Speaking(service, clock)
    finally:
        carrying.cancel()
        await asyncio.wait([carrying])
        outbox.close()
