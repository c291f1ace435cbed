"""Requests of one client through a trusted proxy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from api.http.middleware.client_share import ClientShare
from api.http.public_address import PublicAddress
from kiezbox.settings import ApiSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Slow:
    """An application whose answers wait until a test lets them go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.running = 0

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        self.running += 1
        await self.go.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def client(app: ASGIApp, peer: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(PublicAddress(app, ApiSettings()), client=(peer, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://api")


def of(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def test_one_client_of_a_proxy_has_a_share_and_its_neighbours_are_served() -> None:
    slow = Slow()
    share = ClientShare(slow, 3)
    async with client(share) as proxy, asyncio.TaskGroup() as group:
        busy = [group.create_task(proxy.get("/", headers=of("192.0.2.1"))) for _ in range(3)]
        while slow.running < 3:
            await asyncio.sleep(0)
        refused = await proxy.get("/", headers=of("192.0.2.1"))
        slow.go.set()
        neighbour = await proxy.get("/", headers=of("192.0.2.2"))

    again = await client(share).get("/", headers=of("192.0.2.1"))
    assert [task.result().status_code for task in busy] == [200] * 3
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert (neighbour.status_code, again.status_code) == (200, 200)
    assert not share._running


async def test_the_address_that_somebody_else_names_is_not_believed() -> None:
    slow = Slow()
    slow.go.set()
    share = ClientShare(slow, 0)

    answer = await client(share, "192.0.2.9").get("/", headers=of("192.0.2.1"))

    assert answer.status_code == 200  # counted by its connections, not here


@pytest.mark.slow
async def test_ten_thousand_addresses_leave_nothing_behind() -> None:
    slow = Slow()
    slow.go.set()
    share = ClientShare(slow, 1)

    async with client(share) as proxy:
        for number in range(10_000):
            await proxy.get("/", headers=of(f"10.{number // 256}.{number % 256}.1"))

    assert not share._running
