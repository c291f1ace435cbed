"""Nodes of the crisis part as processes, and requests of their staff and residents."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any

import httpx

from stack.embedded.program import Program
from tests.api.crisis.support import applications
from tests.conftest import unused_port
from tests.crisis.support import members
from tests.support.waiting import until
from tests.system.support.processes import HANGING_SECONDS, ManagedProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

QUICK = {
    "KIEZBOX_CRISIS_RESEND_SECONDS": "0.3",
    "KIEZBOX_CRISIS_HEARTBEAT_SECONDS": "1",
    "KIEZBOX_MQTT_RECONNECT_MIN_SECONDS": "0.1",
    "KIEZBOX_MQTT_RECONNECT_MAX_SECONDS": "0.3",
}
_OWN = {"as_of", "age_s", "doubtful", "text", "note", "outcome", "contact", "receipt", "withheld"}


class Node:
    """One `kiezbox api`. Its staff are those of applications.PEOPLE."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.folder = folder / name
        self.port = unused_port()
        self.headers = applications.tokens(self.folder)
        own = {
            "KIEZBOX_CRISIS_NODE": name,
            "KIEZBOX_CRISIS_FOLDER": str(self.folder),
            "KIEZBOX_API_PORT": str(self.port),
        }
        program = Program(
            name, (sys.executable, "-m", "stack.cli", "api"), {**os.environ, **QUICK, **own, **environment}
        )
        self.part = ManagedProcess(program, folder / f"{name}.log")

    async def start(self) -> None:
        """Start it, and return when it answers."""
        self.part.start()

        async def answers() -> bool:
            assert self.part.is_running, self.part.log.read_text(errors="replace")
            with contextlib.suppress(httpx.TransportError):
                return (await self.ask("GET", "/livez")).status_code == httpx.codes.OK
            return False

        await until(answers)

    async def ask(self, method: str, path: str, json: Any = None, who: str = "") -> httpx.Response:
        """The answer to a request; not signed in without `who`."""
        url = f"http://127.0.0.1:{self.port}"
        headers = self.headers[who] if who else {}
        async with httpx.AsyncClient(verify=False, base_url=url, timeout=HANGING_SECONDS) as client:
            return await client.request(method, path, json=json, headers=headers)

    async def do(self, who: str, method: str, path: str, json: Any = None) -> dict[str, Any]:
        """The JSON answer to a request, which must succeed."""
        answer = await self.ask(method, path, json, who)
        assert answer.is_success, (self.name, path, answer.status_code, answer.text)
        found: dict[str, Any] = answer.json()
        return found

    async def history(self, query: str = "") -> list[dict[str, Any]]:
        """Every event, the newest first."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await self.do("ewa", "GET", f"/crisis/history?limit=1000{query}{cursor}")
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = f"&cursor={page['next']}"

    async def situation(self) -> dict[str, Any]:
        """The state of this node, without what differs between nodes: ages, peers, boxes, and what residents said."""
        whole = await self.do("ewa", "GET", "/crisis/situation")
        found = {name: whole[name] for name in ("modes", "distress", "reports", "open")}
        found |= {name: (await self.do("ewa", "GET", f"/crisis/{name}"))["items"] for name in ("notices", "points")}
        unaged: dict[str, Any] = _without_ages(found)
        return unaged


def _without_ages(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _without_ages(value) for name, value in found.items() if name not in _OWN}
    if isinstance(found, list):
        return [_without_ages(each) for each in found]
    return found


@contextlib.asynccontextmanager
async def running(
    name: str, folder: Path, environment: Mapping[str, str], of: str | None = None
) -> AsyncIterator[Node]:
    """A node that answers; ended at the end of the block. `of`: the hub that a box is made a member of."""
    if of is not None:
        members.invite(folder / of, of, folder / name, name)
    node = Node(name, folder, environment)
    try:
        await node.start()
        yield node
    finally:
        node.part.clear()
