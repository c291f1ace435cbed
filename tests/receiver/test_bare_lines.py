"""HTTP with bare line feeds, as senseBox's sketches send it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from api.http.connections import limits
from receiver.bare_lines import LineEnds
from tests.devices.wire.formats.airrohr import FULL

if TYPE_CHECKING:
    from tests.receiver.conftest import Receiving

BARE = b"POST /x HTTP/1.1\nHost: a\nContent-Length: 6\n\na\nb\n\nc"
PROPER = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\na\nb\n\nc"


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("sent", [BARE, PROPER])
def test_heads_get_the_ends_that_http_wants_and_bodies_stay_as_they_are(sent: bytes, size: int) -> None:
    ends = LineEnds()
    whole = sent + sent

    given = b"".join(ends.feed(whole[start : start + size]) for start in range(0, len(whole), size))

    assert given == PROPER + PROPER


@pytest.mark.parametrize(
    "sent",
    [
        b"POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n0\n\n",
        b"POST / HTTP/1.1\nHost: a\r\nX: b\n\n",
        b"\nGET / HTTP/1.1\n\n",
    ],
)
def test_what_is_doubtful_goes_to_the_parser_as_it_came(sent: bytes) -> None:
    assert LineEnds().feed(sent) == sent


def test_a_head_without_an_end_fills_no_memory() -> None:
    ends = LineEnds()

    given = b"".join(ends.feed(b"POST / HTTP/1.1\n" if not number else b"x" * 1024) for number in range(200))

    assert len(given) > 200 * 1024 - limits.HEAD_BYTES_MAX


async def test_a_sensor_with_bare_line_feeds_is_heard(receiver: Receiving) -> None:
    address = await receiver.address("airrohr")
    path = address.removeprefix(receiver.url)
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    head = f"POST {path} HTTP/1.1\nHost: hub\nX-Sensor: esp8266-7\nConnection: close\nContent-Length: {len(FULL)}\n\n"

    writer.write(head.encode() + FULL.encode())
    answer = await reader.read()

    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(await receiver.readings()) == 5
