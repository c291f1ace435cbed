"""Beats: how nodes tell each other that they are there, over the session of the sync.

What they say: crisis/alarm/watching/beat.py. With QoS 0: a broker keeps none for a node that is away. A box speaks to
its district, the hub to all.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.model.areas import EVERYWHERE

if TYPE_CHECKING:
    from crisis.node import Node
    from crisis.sync.sending import Connection

_LEVEL = "watch"
_PAUSE_SECONDS = 1.0  # at least, between two beats
_LOOK_SECONDS = 1.0  # how soon a lost connection is noticed
ALL = f"kb/v1/+/{_LEVEL}"


def topic(area: str) -> str:
    """Where nodes of an area speak: a district, a box without one, or `all` for the hub."""
    return f"kb/v1/{area}/{_LEVEL}"


def own_area(box: str) -> str:
    """Where a box speaks."""
    return areas.district(box) or box


def heard_by(box: str) -> tuple[str, ...]:
    """What a box listens to: the hub, and the boxes of its district."""
    return topic(EVERYWHERE), topic(own_area(box))


def is_one(name: str) -> bool:
    """Whether a message on this topic is a beat."""
    return name.endswith(f"/{_LEVEL}")


async def run(node: Node, session: Connection, beat_seconds: float) -> None:
    """Say at every beat that we are there, for as long as the session lasts; soon when that is due, or it is new."""
    where = topic(EVERYWHERE if node.is_hub else own_area(node.name))
    while True:
        await session.connected.wait()
        node.beats.is_due.clear()
        payload = node.beats.make()
        if payload is not None:
            session.publish(where, payload)
        await asyncio.sleep(min(_PAUSE_SECONDS, beat_seconds))
        await _next_one(node, session, beat_seconds - _PAUSE_SECONDS)


async def _next_one(node: Node, session: Connection, seconds: float) -> None:
    """Wait for the next beat: so long, until one is due, or until there is a new connection."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while session.connected.is_set() and (left := until - loop.time()) > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(node.beats.is_due.wait(), min(left, _LOOK_SECONDS))
            return
