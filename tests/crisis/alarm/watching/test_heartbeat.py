"""The heartbeat, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from crisis.alarm.watching import heartbeat
from kiezbox import metrics
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from crisis.node import Node
    from tests.crisis.alarm.support.services import HttpService


def number(outcome: str) -> float:
    return float(metrics.ALARM_HEARTBEATS.labels(outcome)._value.get())


@contextlib.asynccontextmanager
async def beating(url: str, is_well: Callable[[], bool] = lambda: True) -> AsyncIterator[None]:
    work = asyncio.create_task(heartbeat.run(url, 0.01, is_well))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait([work])
        assert work.cancelled()  # nothing else ended it


async def test_the_address_is_called_again_and_again(service: HttpService) -> None:
    service.status = 200
    async with beating(f"{service.url}/ping/geheim"):
        await until(lambda: len(service.requests) >= 3)

    assert {path for path, _, _ in service.requests} == {"/ping/geheim"}


@pytest.mark.parametrize("status", [404, 500])
async def test_an_answer_that_says_no_is_a_failure_and_the_next_beat_comes(service: HttpService, status: int) -> None:
    service.status, failed, sent = status, number("failed"), number("sent")
    async with beating(service.url):
        await until(lambda: number("failed") >= failed + 2)
        service.status = 200
        await until(lambda: number("sent") > sent)


async def test_what_is_no_http_is_a_failure_and_the_secret_address_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n\r\n")

        failed = number("failed")
        answering = asyncio.create_task(asyncio.to_thread(answer))
        async with beating(f"http://127.0.0.1:{server.getsockname()[1]}/geheim"):
            await until(lambda: number("failed") > failed)
        await answering
    failed = number("failed")
    async with beating("http://127.0.0.1/ge heim"):
        await until(lambda: number("failed") > failed)

    assert "the heartbeat reaches nobody" in caplog.text
    assert all("heim" not in str(vars(record)) for record in caplog.records if record.name == heartbeat.__name__)


async def test_a_node_that_looks_at_its_alarms_no_more_is_missed(service: HttpService) -> None:
    is_well, withheld = False, number("withheld")
    async with beating(service.url, lambda: is_well):
        await until(lambda: number("withheld") > withheld)
        assert service.requests == []
        is_well = True
        await until(lambda: bool(service.requests))


async def test_a_look_that_fails_is_none(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    async with speaking(node, KeepingChannel("push")) as alarms:
        await alarms.look()
        assert alarms.service.is_looking()
        now = alarms.service._looked_at
        monkeypatch.setattr("crisis.alarm.service.time.monotonic", lambda: now + 121)
        assert not alarms.service.is_looking()
