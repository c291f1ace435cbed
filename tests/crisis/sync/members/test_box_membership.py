"""What a box makes of what its hub says about it."""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

import pytest

from crisis.model.event_bodies import NodeRevoked
from crisis.sync.exchange import Exchange
from crisis.trust.identity import Hub
from tests.crisis.support import members
from tests.crisis.support.lossy_link import End

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]


@pytest.fixture
async def hub(open_node: OpenNode) -> AsyncIterator[Node]:
    async with open_node() as made:
        yield made


@pytest.fixture
async def box(open_node: OpenNode) -> AsyncIterator[Node]:
    async with open_node("71-01", is_hub=False) as made:
        yield made


async def a_frame_of(box: Node) -> bytes:
    """What the box asks its hub, as it is now."""
    end = End(random.Random(1), 0.0)
    end.other = End(random.Random(1), 0.0)
    exchange = Exchange(box, end)
    return exchange._sender.encoded("hub", exchange._sender.frame(exchange._made("hub", []), ask=True), [])


async def hears_about(box: Node, hub: Node, frame: bytes) -> None:
    """The hub gets a frame in the name of the box, and its answer to that reaches the box."""
    here, there = End(random.Random(1), 0.0), End(random.Random(1), 0.0)
    here.other, there.other = there, here
    await Exchange(hub, here).handle("71-01", frame)
    for payload in here.sent:
        await Exchange(box, there).handle(None, payload)
    assert here.sent


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.message for each in caplog.records if each.levelno >= logging.ERROR]


async def test_a_frame_of_before_a_box_joined_does_not_make_it_a_stranger(
    hub: Node, box: Node, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    old = await a_frame_of(box)  # the broker keeps it
    await members.enrol(hub, box)

    await hears_about(box, hub, old)

    assert box.rejected is None
    assert complaints(caplog) == []
    assert "rejects a frame in our name that shows no certificate" in caplog.text


async def test_a_box_that_has_not_joined_says_that_its_hub_does_not_know_it(
    hub: Node, box: Node, caplog: pytest.LogCaptureFixture
) -> None:
    assert hub.identity.key is not None
    box.identity.join(Hub("hub", hub.identity.key.public), b"of another time")
    box.know_hub()

    await hears_about(box, hub, await a_frame_of(box))

    assert box.rejected == "unknown_node"
    assert complaints(caplog) == ["the hub does not take this box for a member"]


async def test_a_box_that_is_revoked_says_so(hub: Node, box: Node, caplog: pytest.LogCaptureFixture) -> None:
    made = await members.enrol(hub, box)
    await hub.record(NodeRevoked("71-01", (made.serial,), "gestohlen"), "hub")

    await hears_about(box, hub, await a_frame_of(box))

    assert box.rejected == "revoked"
    assert complaints(caplog) == ["the hub does not take this box for a member"]
