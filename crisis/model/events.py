"""Events: what happened, who did it, where and when. Never changed, named by their ids, true wherever they are read."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from crisis.model import event_bodies
from crisis.model.event_bodies import KINDS, Body

if TYPE_CHECKING:
    from datetime import datetime

BODY_BYTES_MAX = 60 * 1024  # a frame of the sync holds at least one event, in the 64 KiB of protocol.md
NODE = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")
ACTOR_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Unread:
    """A body that this program cannot read: of a kind it does not know, or from a newer node. Kept and passed on."""

    kind: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `clock_at` is what the node's clock said when `at` is not that (clock.py)."""

    id: UUID
    node: str  # where it was written down first
    at: datetime
    actor: str  # an account, `resident`, a box, `!mesh-node`
    kind: str
    body: Body | Unread
    clock_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event as it is stored and sent: whoever passes it on needs to know nothing about its body."""

    id: UUID
    node: str
    at_ms: int
    actor: str
    kind: str
    body: str  # JSON, with every key that its author wrote
    clock_ms: int | None = None


class Bad(ValueError):  # noqa: N818 -- a verdict, as Malformed is
    """What cannot be an event: without name, time or author, or larger than one may be."""


_Body = TypeVar("_Body", bound=Any)  # one of Body

_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind: TypeAdapter(body) for kind, body in KINDS.items()}
_KIND_OF: dict[type[Any], str] = {body: kind for kind, body in KINDS.items()}


def kind_of(body: Body) -> str:
    """The kind of events that have such a body."""
    return _KIND_OF[type(body)]


def seal(event: Event) -> Sealed:
    """The event as it is stored. Raises Bad for one that a peer would not take: no actor, or a body too large."""
    if isinstance(event.body, Unread):
        raise Bad(f"an event of kind {event.kind} that was not read cannot be written")
    if not (_is_node(event.node) and _is_actor(event.actor)):
        raise Bad(f"{event.actor!r} at {event.node!r} can do nothing")
    clock_ms = None if event.clock_at is None else event_bodies.milliseconds(event.clock_at)
    written = _written(event.body)
    return Sealed(event.id, event.node, event_bodies.milliseconds(event.at), event.actor, event.kind, written, clock_ms)


def check_size(body: Body) -> None:
    """Raise Bad when an event with this body could not be kept."""
    _written(body)


def _written(body: Body) -> str:
    kind = kind_of(body)
    written: bytes = _ADAPTERS[kind].dump_json(body, exclude_none=True)
    if len(written) > BODY_BYTES_MAX:
        raise Bad(f"a {kind} of {len(written)} bytes, at most {BODY_BYTES_MAX} can be kept")
    return written.decode()


def unseal(sealed: Sealed) -> Event:
    """The event. What of its body does not fit is left out where it may be absent; else the body is Unread."""
    clock_at = None if sealed.clock_ms is None else event_bodies.moment(sealed.clock_ms)
    at = event_bodies.moment(sealed.at_ms)
    return Event(sealed.id, sealed.node, at, sealed.actor, sealed.kind, _read(sealed), clock_at)


def _read(sealed: Sealed) -> Body | Unread:
    adapter = _ADAPTERS.get(sealed.kind)
    if adapter is None:
        return Unread(sealed.kind)
    try:
        body: Body = adapter.validate_json(sealed.body, strict=False, extra="ignore")
    except ValidationError:
        try:
            body = read_kindly(KINDS[sealed.kind], json.loads(sealed.body))
        except (ValueError, RecursionError):
            return Unread(sealed.kind)
    return body


def read_kindly(kind: type[_Body], told: dict[str, Any]) -> _Body:
    """The body with those fields that fit: a call for help with a new sort of `kind` is still one.

    Raises ValueError when a field that must be there is not, or does not fit.
    """
    adapter = _ADAPTERS[_KIND_OF[kind]]
    try:
        body: _Body = adapter.validate_python(told, strict=False, extra="ignore")
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors(include_url=False, include_input=False) if found["loc"]}
        if not wrong:
            raise
        left = {name: value for name, value in told.items() if name not in wrong}
        body = adapter.validate_python(left, strict=False, extra="ignore")
    return body


def to_json(sealed: Sealed) -> dict[str, Any]:
    """The event as it stands in a frame of the sync (frames.py)."""
    made = {
        "id": str(sealed.id),
        "node": sealed.node,
        "at": sealed.at_ms,
        "actor": sealed.actor,
        "kind": sealed.kind,
        "body": json.loads(sealed.body),
    }
    return made if sealed.clock_ms is None else made | {"clock_at": sealed.clock_ms}


def from_json(told: object) -> Sealed:
    """The event in a frame. Raises Bad. Unknown keys beside the body are newer nodes' and mean nothing to us."""
    if not isinstance(told, dict):
        raise Bad("not an object")
    node, actor, kind, body = (told.get(name) for name in ("node", "actor", "kind", "body"))
    if not (isinstance(node, str) and _is_node(node)):
        raise Bad("no node")
    if not (isinstance(actor, str) and _is_actor(actor)):
        raise Bad("no actor")
    if not (isinstance(kind, str) and _SLUG.fullmatch(kind)):
        raise Bad("no kind")
    if not isinstance(body, dict):
        raise Bad("no body")
    clock_ms = None if told.get("clock_at") is None else _ms(told["clock_at"])
    return Sealed(_uuid(told.get("id")), node, _ms(told.get("at")), actor, kind, compact(body), clock_ms)


def _is_node(node: str) -> bool:
    return NODE.fullmatch(node) is not None


def _is_actor(actor: str) -> bool:
    return 0 < len(actor) <= ACTOR_CHARACTERS_MAX and actor.isprintable()


def compact(body: dict[str, Any]) -> str:
    """A body as it is stored. Raises Bad for numbers and characters that JSON does not have, and for one too large.

    What arrives in a small frame may be large when it is written out (`1e15`), and would then fit into no frame.
    """
    try:
        written = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(written.encode())
    except (ValueError, RecursionError) as error:
        raise Bad(f"body: {error}") from None
    if size > BODY_BYTES_MAX:
        raise Bad(f"a body of {size} bytes, at most {BODY_BYTES_MAX} can be kept")
    return written


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Bad("no id") from None


def _ms(value: object) -> int:
    if type(value) is not int:
        raise Bad("no time")
    try:
        event_bodies.moment(value)
    except OverflowError:
        raise Bad("a time beyond the years 1 to 9999") from None
    return value


class Ids:
    """UUIDs of version 7 (RFC 9562): they sort by time, and within one process strictly (method 1: a counter)."""

    def __init__(self) -> None:
        self._ms = -1
        self._count = 0

    def next(self, at_ms: int) -> UUID:
        """An id for an event of this time; never less than the one before, whatever the clock did."""
        if at_ms > self._ms:
            self._ms, self._count = at_ms, secrets.randbits(11)  # half of the counter is left for this millisecond
        else:
            self._count += 1
            if self._count >> 12:
                self._ms, self._count = self._ms + 1, 0
        head = (max(self._ms, 0) & (1 << 48) - 1) << 16 | 7 << 12 | self._count
        return UUID(int=head << 64 | 2 << 62 | secrets.randbits(62))
