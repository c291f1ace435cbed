"""One request as one principal: whether the application refuses it because of who sends it."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.routing import Route

from api.crisis.auth import access
from crisis.accounts import sessions, walls
from crisis.model.roles import Role
from tests.security.support import tables

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from tests.api.crisis.support.applications import Application

ANONYMOUS = "anonymous"
WALL = "wall"  # a wall display, by its cookie: it has no column, because it may what anonymous may, and two routes more
WALL_ROUTES = ("GET /crisis/lage", "GET /crisis/lage/stream")
PRINCIPALS = (ANONYMOUS, *Role)
NODES = ("hub", "box")
PEOPLE = {
    Role.VIEWER: "ewa",
    Role.OPERATOR: "anna",
    Role.RESPONDER: "cem",
    Role.COMMANDER: "dana",
    Role.ADMIN: "finn",
}
YES, PROOF, NO = "yes", "proof", tables.NOTHING  # what stands in the table
SIGN_OUT = "/crisis/sign-out"
_HANGING_SECONDS = 30
_OF_PEOPLE = (
    "/crisis/staff",
    "/crisis/tagebuch",
    "/crisis/bericht",
    "/crisis/uebergabe",
    "/crisis/lage",
    "/crisis/antrag",
    "/crisis/alarms",
    SIGN_OUT,
)  # pages; everything else is for programs too
# For a place in an address, and a form for each page that needs one to come as far as the question who may.
_PLACES = {
    "district": "0701",
    "key": "pm2_5",
    "view": "city",
    "zoom": "13",
    "column": "4399",
    "row": "2687",
    "box": "71-01",
    "path": "Things",
    "quantity": "pm10",
    "topic": "heat",
    "what": "notices",
    "receipt": "AAAA-AAAA",
    "serial": "1",
    "sender": "71-01",
    "number": "1",
    "month": "2025-11",
    "suffix": "ttl",
    "token": "A" * 38,
}
FORMS = {
    "/crisis/staff/calls/{name}/close": {"outcome": "done"},
    "/crisis/staff/reports/{name}/answer": {"text": "ja"},
    "/crisis/staff/mode": {"act": "propose", "area": "district-71", "reason": "test"},
    "/crisis/staff/notices/{name}": {
        "headline.de": "Strom",
        "headline.en": "Power",
        "hazard": "blackout",
        "severity": "Severe",
        "urgency": "Immediate",
        "certainty": "Observed",
        "area": "all",
        "until_at": "2099-07-01T12:30",
    },
    "/crisis/staff/entries": {"text": "Strom weg"},
    "/crisis/alarms/duty": {"person": "anna", "area": "all", "day1": "yes"},
    "/crisis/alarms/silence": {"kind": "battery", "area": "all", "hours": "1", "reason": "Umbau"},
    "/crisis/alarms/seen": {"alarm": "distress/1"},
    "/crisis/alarms/test/end": {"alarm": "test/1"},
    "/crisis/staff/entries/{name}/strike": {"reason": "falsch"},
    "/crisis/staff/points/{name}": {"name": "Rathaus", "kind": "warmth", "address": "Platz 1", "area": "all"},
}
BODIES = {"/crisis/mode": {"action": "propose", "area": "district-71", "mode": "emergency", "reason": "test"}}


@dataclass(frozen=True, slots=True)
class Answer:
    """The beginning of an answer."""

    status: int
    headers: Mapping[str, str]

    @property
    def begins_session(self) -> bool:
        """Whether somebody is signed in by it."""
        return self.headers.get("set-cookie", "").startswith(f"{access.COOKIE}=") and self.status == 303

    @property
    def is_refused(self) -> bool:
        """Whether it says: not you. A page says so by leading to the sign-in."""
        leads_to_sign_in = self.headers.get("location", "").partition("?")[0] == access.SIGN_IN
        return self.status in {401, 403} or (self.status == 303 and leads_to_sign_in)


@dataclass(frozen=True, slots=True)
class Door:
    """An application with a token and a session of each role."""

    application: Application
    tokens: Mapping[Role, Mapping[str, str]]
    secrets: Mapping[Role, str] = field(repr=False)
    ending: Mapping[Role, str] = field(repr=False)  # sessions that may end
    wall: str = field(repr=False)  # the token of a wall display

    async def ask(self, method: str, route: str, principal: str, *, forged: bool = False) -> Answer:
        """Send it, and wait for the first of the answer. `forged`: as another site makes somebody's browser send it."""
        headers, fields = {"host": "api"}, dict(FORMS.get(route, {}))
        is_page = route.startswith(_OF_PEOPLE)
        if principal == WALL:
            headers["cookie"] = f"{access.WALL_COOKIE}={self.wall}"
        elif principal != ANONYMOUS and (is_page or forged):
            secret = (self.ending if route == SIGN_OUT else self.secrets)[Role(principal)]
            headers |= {"cookie": f"{access.COOKIE}={secret}", "origin": "http://evil" if forged else "http://api"}
            fields |= {"once": uuid.uuid4().hex} | ({} if forged else {access.CSRF_FIELD: access.csrf_of(secret)})
        elif principal != ANONYMOUS:
            headers |= {name.lower(): value for name, value in self.tokens[Role(principal)].items()}
        body = b""
        if method != "GET":
            is_form = is_page or route not in BODIES
            body = urlencode(fields).encode() if is_form else json.dumps(BODIES[route]).encode()
            headers["content-type"] = "application/x-www-form-urlencoded" if is_form else "application/json"
        return await _first_of(self.application.app, method, path_of(route), headers, body)


def path_of(route: str) -> str:
    """A route's address with something in each place; what has an id is another one each time."""
    for name in ("name", "notice", "point", "distress", "report", "proposal", "alert", "item", "need", "offer"):
        route = route.replace("{" + name + "}", str(uuid.uuid4()))
    for name, value in _PLACES.items():
        route = route.replace("{" + name + "}", value).replace("{" + name + ":path}", value)
    assert "{" not in route, f"{route}: say what stands in this place"
    return route


def routes(application: Application) -> list[str]:
    """Every route with its method: those of the OpenAPI document, pages, what phones ask behind a captive portal."""
    return [
        f"{method} {route.path}"
        for route in application.app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


async def door_of(application: Application, people: Mapping[Role, str] = PEOPLE) -> Door:
    """The application with a session for each of these accounts, which have tokens already."""
    service = application.deps.accounts
    first, second = [
        {
            role: await service.run(sessions.begin, name, application.node.now(), service.terms)
            for role, name in people.items()
        }
        for _ in range(2)
    ]
    wall = await service.run(walls.add, "situation-room", application.node.now())
    return Door(application, {role: application.headers[name] for role, name in people.items()}, first, second, wall)


async def _first_of(app: Any, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """The beginning of the answer; then the client is gone, so that a stream ends."""
    begun: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    asked = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if asked:
            return asked.pop()
        await asyncio.shield(begun)  # the application may give up waiting; we do not
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and not begun.done():
            pairs = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            begun.set_result(Answer(message["status"], pairs))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "client": ("127.0.0.1", 1),
        "server": ("api", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    task = asyncio.create_task(app(scope, receive, send))
    try:
        await asyncio.wait({task, begun}, timeout=_HANGING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return begun.result()
    finally:
        task.cancel()
        await asyncio.wait({task})
