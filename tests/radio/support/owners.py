"""An owner of a port in this process, and what is heard through it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from kiezbox.settings import RadioSettings
from radio import socket_link
from radio.owner import Owner
from tests.radio.support.simulated_node import STAFF
from tests.support import waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from devices.wire.meshtastic import mesh_pb2
    from radio.socket_link import SocketLink
    from tests.radio.support.simulated_node import SimulatedNode


@contextlib.asynccontextmanager
async def owning(node: SimulatedNode, radio_socket: Path, channel: str = STAFF) -> AsyncIterator[Owner]:
    """An owner of the node's port, while the block runs; it ends in order afterwards."""
    owner = Owner(RadioSettings(device=node.device, channel=channel), radio_socket)
    stop = asyncio.Event()
    serving = asyncio.create_task(owner.serve(stop))
    try:
        yield owner
    finally:
        stop.set()
        await serving


async def answers(radio_socket: Path) -> bool:
    """Whether an owner serves there."""
    try:
        async with socket_link.connected(radio_socket):
            return True
    except OSError:
        return False


@contextlib.asynccontextmanager
async def listening(radio_socket: Path) -> AsyncIterator[tuple[SocketLink, list[mesh_pb2.FromRadio]]]:
    """A connection to an owner that has found its node, and what is heard over it."""
    heard: list[mesh_pb2.FromRadio] = []

    async def collect(link: SocketLink) -> None:
        async for said in link.heard():
            heard.append(said)  # noqa: PERF401 -- others look at it meanwhile

    await waiting.until(lambda: answers(radio_socket))
    async with socket_link.connected(radio_socket) as link:
        collecting = asyncio.create_task(collect(link))
        try:
            await waiting.until(lambda: any(said.my_info.my_node_num for said in heard))
            yield link, heard
        finally:
            collecting.cancel()
