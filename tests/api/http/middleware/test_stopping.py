"""Requests that are cancelled when the server stops (their end over a real port: tests/api/test_server.py)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from api.http.middleware.stopping import Stopping

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

SCOPE = {"type": "http", "method": "GET", "path": "/boxes/71-01", "headers": []}


async def nothing() -> Message:
    return {"type": "http.disconnect"}


async def cancelled(*begun: Message, method: str = "GET") -> list[Message]:
    """What a client of an application gets that sends this and is then cancelled."""
    sent: list[Message] = []
    waits = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in begun:
            await send(message)
        waits.set()
        await asyncio.Event().wait()

    async def keep(message: Message) -> None:
        sent.append(message)

    task = asyncio.ensure_future(Stopping(app)({**SCOPE, "method": method}, nothing, keep))
    await waits.wait()
    task.cancel()
    await task
    return sent


async def test_who_has_no_answer_yet_is_told_to_come_again() -> None:
    start, body = await cancelled()

    headers = dict(start["headers"])
    assert start["status"] == 503
    assert (headers[b"retry-after"], headers[b"refresh"], headers[b"connection"]) == (b"5", b"5", b"close")
    assert b"stopping" in body["body"]


async def test_what_somebody_wrote_into_a_form_is_not_loaded_away() -> None:
    start, _ = await cancelled(method="POST")

    headers = dict(start["headers"])
    assert (start["status"], headers[b"retry-after"]) == (503, b"5")
    assert b"refresh" not in headers


async def test_an_answer_that_has_begun_gets_no_second_one() -> None:
    with pytest.raises(asyncio.CancelledError):
        await cancelled({"type": "http.response.start", "status": 200, "headers": []})
