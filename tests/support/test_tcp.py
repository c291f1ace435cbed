"""Whenever a connection of a test ends, and whoever ends it, nothing of it is left open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.api.support import tcp_proxy
from tests.support import tcp

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS = range(12)  # of the event loop: more than it takes from connecting to the first bytes


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)


async def turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def test_bytes_come_back_through_a_relay() -> None:
    async with (
        tcp.Server(echo) as server,
        tcp.Server(tcp.relay_to("127.0.0.1", server.port)) as relay,
        tcp.connection("127.0.0.1", relay.port) as (reader, writer),
    ):
        writer.write(b"a word")

        assert await reader.readexactly(6) == b"a word"


async def test_what_a_handler_raises_is_raised_at_the_end() -> None:
    async def fail(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        raise AssertionError("a claim of the test's server")

    with pytest.raises(AssertionError, match="a claim"):
        async with tcp.Server(fail) as server, tcp.connection("127.0.0.1", server.port) as (reader, _):
            await reader.read()


@pytest.mark.parametrize("before_cut", TURNS)
@pytest.mark.parametrize("kind", ["relay", "proxy"])
async def test_a_cut_at_any_moment_leaves_nothing_open(
    kind: str, before_cut: int, free_port: Callable[[], int]
) -> None:
    process = psutil.Process()
    async with tcp.Server(echo) as server:
        before = process.num_fds()
        for before_end in TURNS:
            port = free_port()
            relay = tcp.Server(tcp.relay_to("127.0.0.1", server.port), port)
            async with relay if kind == "relay" else tcp_proxy.before(server.port, port):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                await turn(before_end)
                writer.transport.abort()
                await turn(before_cut)
        await server.drop()

        assert process.num_fds() == before
