"""What one connection may do: each limit, and what its client is told."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.support import raw_client
from tests.api.support.raw_client import ASK, connected
from tests.support.waiting import HANGING_SECONDS

POST = b"POST /crisis/distress HTTP/1.1\r\nHost: box\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: box\r\nX-Long: " + b"a" * 70_000, 431),  # one that never ends
        (b"GET /livez HTTP/1.1\r\nHost: box\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /livez HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(101)) + b"\r\n", 431),
        (b"GET /livez HTTP/1.1\r\n" + b"X-A: " + b"a" * 700 + b"\r\n" * 1 + b"X-B: y\r\n" * 9_000, 431),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: box\r\n\r\n", 414),
        (b"GET /" + b"a" * 70_000, 414),
    ],
)
async def test_a_head_of_more_than_64_kib_or_100_fields_is_refused(port: int, head: bytes, status: int) -> None:
    answer = await raw_client.ask(port, request=head)

    assert answer.status == status
    assert answer.problem["type"] == "urn:kiezbox:problem:head-too-large"
    assert answer.headers["connection"] == "close"


async def test_a_head_of_60_kib_that_comes_in_small_parts_is_read(port: int) -> None:
    async with connected(port) as client:
        client.send(b"GET /livez HTTP/1.1\r\nHost: box\r\n")
        for _ in range(6):
            client.send(b"X-Long: " + b"a" * 10_000 + b"\r\n")
            await client.writer.drain()
        client.send(b"\r\n")

        assert (await client.answer()).status == 200


async def test_headers_without_end_are_not_kept(port: int) -> None:
    """The server closes long before it has read all of them; what it still reads after its refusal is bounded."""
    async with connected(port) as client:
        client.send(b"GET /livez HTTP/1.1\r\nX-Long: ")
        sent = await client.send_until_closed(b"a" * 100_000, 200_000_000)

    assert sent < 50_000_000  # most of it in the kernel's buffers
    assert (await raw_client.ask(port)).status == 200


async def test_a_head_that_does_not_end_in_time_is_answered_with_408(impatient_port: int) -> None:
    async with connected(impatient_port) as client:
        client.send(b"GET /livez HTTP/1.1\r\nHost: b")

        answer = await client.answer()

    assert (answer.status, answer.problem["type"]) == (408, "urn:kiezbox:problem:too-slow")


async def test_a_connection_without_a_request_is_closed_without_a_word(impatient_port: int) -> None:
    async with (
        connected(impatient_port) as silent,
        connected(impatient_port) as lines,
        connected(impatient_port) as idle,
    ):
        lines.send(b"\r\n")
        idle.send(ASK)
        await idle.answer()
        idle.send(b"\r\n")  # which ends uvicorn's own timeout for idle connections

        async with asyncio.timeout(HANGING_SECONDS):
            rests = [await client.reader.read() for client in (silent, lines, idle)]

    assert rests == [b""] * 3


async def test_a_body_that_does_not_come_in_time_is_answered_with_408_and_nothing_is_kept(impatient_port: int) -> None:
    async with connected(impatient_port) as client:
        client.send(POST % 100 + b'{"text": "Hil')

        answer = await client.answer()

    assert answer.status == 408
    assert "nothing of it was kept" in answer.problem["detail"]
    assert (await raw_client.ask(impatient_port)).status == 200


async def test_a_long_body_has_time_for_its_bytes(impatient_port: int) -> None:
    """500 bytes a second and a second besides in this test: 5,000 bytes at once allow for eleven seconds."""
    body = b'{"text": "' + b"a" * 5_000
    async with connected(impatient_port) as client:
        client.send(POST % (len(body) + 2) + body)
        await asyncio.sleep(2.2)  # one second, and one until deadlines are looked at
        client.send(b'"}')

        assert (await client.answer()).status == 201


async def test_a_pipeline_has_a_bound(port: int) -> None:
    async with connected(port) as client:
        client.send(ASK * 5_000)

        assert await client.is_closed()
    assert (await raw_client.ask(port)).status == 200


async def test_short_pipelines_are_answered_in_order(port: int) -> None:
    async with connected(port) as client:
        client.send(ASK * 3 + b"GET /nowhere HTTP/1.1\r\nHost: box\r\n\r\n")

        assert [(await client.answer()).status for _ in range(4)] == [200, 200, 200, 404]
