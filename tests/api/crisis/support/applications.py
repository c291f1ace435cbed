"""Running applications of a hub or a box whose accounts have tokens."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from api import app as applications
from api.crisis.deps import CRISIS_DEPS
from crisis.accounts import accounts, sessions, store
from crisis.model.roles import Role
from kiezbox.settings import ApiSettings, CrisisSettings, DatabaseSettings, MqttSettings, Settings
from tests.api.conftest import client_of, fail
from tests.conftest import unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    import httpx
    from fastapi import FastAPI

    from api.crisis.deps import CrisisDeps
    from crisis.node import Node

PEOPLE = {
    "anna": Role.OPERATOR,
    "bert": Role.OPERATOR,
    "cem": Role.RESPONDER,
    "dana": Role.COMMANDER,
    "ewa": Role.VIEWER,
    "finn": Role.ADMIN,
}


def tokens(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Make accounts for PEOPLE at the node of this folder. Returns the headers that each of them sends, by name."""
    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    with store.opened(folder) as found:
        for name, role in PEOPLE.items():
            accounts.add(found, name, role, None, now)
            made[name] = {"Authorization": f"Bearer {sessions.add_token(found, name, 'tests', now, None)}"}
    return made


def settings_of(folder: Path, role: str = "hub", **crisis: Any) -> Settings:
    """Settings of a node without database and broker."""
    node = {"node": "71-01"} if role == "box" else {}
    return Settings(
        role="box" if role == "box" else "hub",
        database=DatabaseSettings(
            url=SecretStr(f"postgresql://kiezbox@127.0.0.1:{unused_port()}/kiezbox"), connect_timeout_seconds=0.5
        ),
        mqtt=MqttSettings(port=unused_port()),
        api=ApiSettings(port=unused_port()),
        crisis=CrisisSettings(folder=folder, **{**node, **crisis}),
    )


@dataclass(frozen=True, slots=True)
class Application:
    """A running application and a client without any rights; `headers` has what each of PEOPLE sends."""

    app: FastAPI
    client: httpx.AsyncClient
    headers: Mapping[str, Mapping[str, str]]

    @property
    def deps(self) -> CrisisDeps:
        """What its crisis routes work with."""
        return CRISIS_DEPS.of(self.app)

    @property
    def node(self) -> Node:
        """Its node."""
        return self.deps.node

    def replace(self, **parts: Any) -> None:
        """Let its crisis routes work with other parts, for example a throttle whose clock stands still."""
        CRISIS_DEPS.put(self.app, dataclasses.replace(self.deps, **parts))

    async def ask(self, who: str, method: str, path: str, json: Any = None) -> httpx.Response:
        """The answer that this person gets."""
        return await self.client.request(method, path, json=json, headers=self.headers[who])


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Application]:
    """An application with these settings while the block runs."""
    headers = tokens(settings.crisis.folder)
    app = applications.create(settings, fail)
    async with client_of(app) as client:
        yield Application(app, client, headers)
