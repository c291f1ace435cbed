"""The residents' part by itself: a real node over a real log, and the application around it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from api import assembly
from api.crisis import deps, refusals
from api.crisis.auth import accounts
from api.crisis.residents import near, routes, submit
from api.crisis.residents.receipts import routes as receipts
from api.crisis.residents.receipts import submit as receipts_submit
from api.live.parts import LIVE_PARTS, LiveParts
from api.maps import routes as maps
from api.maps.served import Maps
from crisis import node as nodes
from tests.crisis.conftest import Wall, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node

# The town hall of Schöneberg.
HERE = {"place": "Rathaus Schöneberg", "latitude": 52.4851, "longitude": 13.3436}
PAGE = {"Accept": "text/html", "Accept-Language": "de"}


@pytest.fixture
def wall() -> Wall:
    """The clock of `node`."""
    return Wall()


@pytest.fixture
def open_node(tmp_path: Path, wall: Wall) -> Callable[..., AbstractAsyncContextManager[Node]]:
    """Opens a node without background work; the same name again has the same log."""

    @contextlib.asynccontextmanager
    async def opened(name: str = "hub", *, is_hub: bool = True, **crisis: Any) -> AsyncIterator[Node]:
        async with nodes.opened(settings_of(name, tmp_path, is_hub=is_hub, **crisis), wall) as node:
            yield node

    return opened


@pytest.fixture
async def node(open_node: Callable[..., AbstractAsyncContextManager[Node]]) -> AsyncIterator[Node]:
    """A hub that knows where it stands."""
    async with open_node(**HERE) as made:
        yield made


def app_of(node: Node, parts: LiveParts | None = None) -> FastAPI:
    """The residents' routes with everything that surrounds them in an API; all works without other `parts`."""
    settings = settings_of("hub", node.settings.folder, is_hub=True)
    app = assembly.complete(FastAPI(redirect_slashes=False), settings)
    deps.hand_over(app, deps.of_node(settings, node, accounts.of_node(node)))
    LIVE_PARTS.put(app, parts or LiveParts({}))
    refusals.install(app)
    maps.MAPS.put(app, Maps(settings))
    assembly.include(app, routes.router, receipts.router, near.router, submit.router, receipts_submit.router)
    return app


@contextlib.asynccontextmanager
async def client_of(node: Node, address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
    """A client with an address of its own."""
    transport = httpx.ASGITransport(app_of(node), raise_app_exceptions=False, client=(address, 40_000))
    async with httpx.AsyncClient(verify=False, transport=transport, base_url="http://box") as client:
        yield client


@pytest.fixture
async def client(node: Node) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(node) as client:
        yield client
