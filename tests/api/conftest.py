"""The API as tests use it: in this process over ASGI, or served on a port."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from api import app as application
from api import server
from kiezbox import db
from kiezbox.settings import ApiSettings, DatabaseSettings, MqttSettings, ProcessSettings, Settings
from storage.rights import Role
from tests import conftest as servers_conftest
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from tests.conftest import Server

HANGING_SECONDS = 30.0


def fail(error: BaseException) -> None:
    raise AssertionError("the background work died") from error


@contextlib.asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose lifespan runs meanwhile."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(verify=False, transport=transport, base_url="http://api") as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def crisis_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where every application of this test has its crisis log, unless its settings say otherwise."""
    folder = tmp_path / "crisis"
    monkeypatch.setenv("KIEZBOX_CRISIS_FOLDER", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared_database(postgres_server: Server, template: str) -> Iterator[DatabaseSettings]:
    """One database for all tests of the API: emptying it is faster than making one for each."""
    with servers_conftest._database(postgres_server, template) as settings:
        yield settings


@pytest.fixture
def database(shared_database: DatabaseSettings) -> DatabaseSettings:
    """The shared database, with the catalogue and nothing else."""
    with asyncio.Runner() as runner:
        runner.run(_empty(shared_database))
    return shared_database


async def _empty(settings: DatabaseSettings) -> None:
    tables = (
        "box, status, series, stored_reading, latest, feed, message_ledger, progress, reject, deferred, crisis_event,"
        " district, district_change"
    )
    async with db.connect(settings, "tests") as connection:
        await connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.fixture
def settings(database: DatabaseSettings, free_port: Callable[[], int]) -> Settings:
    """Settings of an API on a free port, with its own database roles; nothing listens where its broker should be."""
    own = as_role(database, Role.API).model_copy(update={"write_url": as_role(database, Role.WRITER).url})
    return Settings(
        database=own,
        mqtt=MqttSettings(port=free_port()),
        api=ApiSettings(port=free_port(), public_boxes="all"),
        process=ProcessSettings(shutdown_seconds=5),
    )


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return application.create(settings, fail)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@dataclass(frozen=True, slots=True)
class Served:
    """An API that listens on a port."""

    url: str
    stop: asyncio.Event
    task: asyncio.Task[None]


@contextlib.asynccontextmanager
async def serving(settings: Settings, *, is_away: bool = False) -> AsyncIterator[Served]:
    """An API on its port, stopped in order at the end. With `is_away` it may be without its database."""
    stop = asyncio.Event()
    task = asyncio.create_task(server.serve(settings, stop))
    url = server.address(settings.api).rstrip("/")
    try:
        async with asyncio.timeout(HANGING_SECONDS), httpx.AsyncClient(verify=False, base_url=url) as client:
            while not task.done():
                with contextlib.suppress(httpx.TransportError):
                    parts = {part["name"]: part["ok"] for part in (await client.get("/readyz")).json()["parts"]}
                    if is_away or parts["stream"]:
                        break
                await asyncio.sleep(0.01)
        yield Served(url, stop, task)
    finally:
        stop.set()
        await task


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[Served]:
    async with serving(settings) as served:
        yield served
