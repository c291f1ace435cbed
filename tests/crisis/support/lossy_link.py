"""A link between two nodes that loses, doubles and delays frames."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from typing import TYPE_CHECKING

from crisis.sync.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crisis.node import Node


class End:
    """One end of the link: a node's session, as far as the exchange uses it."""

    def __init__(self, chance: random.Random, loss: float) -> None:
        self.connected = asyncio.Event()
        self.connected.set()
        self.sent: list[bytes] = []
        self.other: End | None = None
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.loss = loss
        self._chance = chance

    def publish(self, _topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        assert (qos in {0, 1}, retain) == (True, False)
        assert self.other is not None
        if not self.connected.is_set():
            return False
        self.sent.append(payload)
        copies = 0 if self._chance.random() < self.loss else self._chance.choice([1, 1, 2])
        for _ in range(copies):
            delay = self._chance.random() * 0.05 if self.loss else 0
            asyncio.get_running_loop().call_later(delay, self.other.inbox.put_nowait, payload)
        return True

    def events_sent(self) -> list[str]:
        """The ids of the events in all frames so far."""
        return [each["id"] for payload in self.sent for each in json.loads(payload)["events"]]


@contextlib.asynccontextmanager
async def linked(hub: Node, box: Node, loss: float = 0.0, seed: int = 1) -> AsyncIterator[tuple[End, End]]:
    """Both nodes talk to each other during the block."""
    chance = random.Random(seed)
    ends = End(chance, loss), End(chance, loss)
    ends[0].other, ends[1].other = ends[1], ends[0]
    exchanges = Exchange(hub, ends[0]), Exchange(box, ends[1])

    async def receive(exchange: Exchange, end: End, sender: str | None) -> None:
        while True:
            await exchange.handle(sender, await end.inbox.get())

    works = [each.run() for each in exchanges]
    works += [receive(exchanges[0], ends[0], box.name), receive(exchanges[1], ends[1], None)]
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield ends
    finally:
        for task in tasks:
            task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [each for each in found if isinstance(each, Exception)] == []
