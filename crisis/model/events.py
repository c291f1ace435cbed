"""Events: what happened, who did it, where and when. Never changed, named by their ids, the same on every node."""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from crisis.model import event_bodies
from crisis.model.event_bodies import KINDS, Body
from devices import readings

if TYPE_CHECKING:
    from datetime import datetime

BODY_BYTES_MAX = 60 * 1024  # so that a frame of the sync holds at least one event, in the 64 KiB of protocol.md
_LEVELS_MAX = 32  # of objects and lists in a body; ours have three
HUB = "hub"  # the hub's node, and the actor of what the hub notes by itself
RESIDENT = "resident"  # the actor of what residents send
COMMAND_LINE = "command line"  # the actor of what was done to accounts there: no account can have this name
NODE = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")
ACTOR_CHARACTERS_MAX = 200
UNSIGNED = 0  # the serial of an event that a node of the version before sent without a signature
SERIAL_MAX = 2**48  # so that every JSON library reads it exactly
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Unread:
    """A body that this program cannot read: of an unknown kind, or from a newer node. It is kept and passed on."""

    kind: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `clock_at` is what the node's clock said, if that differs from `at` (clock.py)."""

    id: UUID
    node: str  # where it was written down first
    at: datetime
    actor: str  # an account, `resident`, a box, `!mesh-node`
    kind: str
    body: Body | Unread
    clock_at: datetime | None = None
    is_unsigned: bool = False  # a node of the version before sent it without a signature: nobody vouches for its author


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as it is stored and sent: a node can pass it on without knowing the kind of its body."""

    id: UUID
    node: str
    at_ms: int
    actor: str
    kind: str
    body: str  # JSON, with every key that its author wrote
    clock_ms: int | None = None
    serial: int | None = None  # of the signer's certificate; UNSIGNED when a peer sent it so, None before it is signed
    signature: bytes | None = None  # over `canonical` bytes (crisis/trust/signatures.py)


class InvalidEventError(ValueError):
    """Something is not a valid event: it has no id, time or author, or is too large."""


_Body = TypeVar("_Body", bound=Any)  # one of Body

_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind: TypeAdapter(body) for kind, body in KINDS.items()}
_KIND_OF: dict[type[Any], str] = {body: kind for kind, body in KINDS.items()}


def kind_of(body: Body) -> str:
    """The kind of events with this body."""
    return kind_of_type(type(body))


def kind_of_type(body_type: type[Any]) -> str:
    """The kind of events with a body of this type."""
    return _KIND_OF[body_type]


def encode(event: Event) -> EncodedEvent:
    """The event as it is stored. Raises InvalidEventError when peers would refuse it: no actor, or a body too large."""
    if isinstance(event.body, Unread):
        raise InvalidEventError(f"an event of kind {event.kind} that was not read cannot be written")
    if not (_is_node(event.node) and _is_actor(event.actor)):
        raise InvalidEventError(f"{event.actor!r} at {event.node!r} can do nothing")
    clock_ms = None if event.clock_at is None else event_bodies.milliseconds(event.clock_at)
    written = _written(event.body)
    return EncodedEvent(
        event.id, event.node, event_bodies.milliseconds(event.at), event.actor, event.kind, written, clock_ms
    )


def check_size(body: Body) -> None:
    """Raise InvalidEventError when an event with this body could not be kept."""
    _written(body)


def _written(body: Body) -> str:
    kind = kind_of(body)
    # In the form that `compact` gives it again at every node, because signatures are over these bytes.
    return compact(json.loads(_ADAPTERS[kind].dump_json(body, exclude_none=True)), kind)


def decode(encoded: EncodedEvent) -> Event:
    """The event. Invalid fields of its body are left out if they are optional; otherwise the body is Unread."""
    clock_at = None if encoded.clock_ms is None else readings.moment(encoded.clock_ms)
    at = readings.moment(encoded.at_ms)
    is_unsigned = encoded.serial == UNSIGNED
    return Event(encoded.id, encoded.node, at, encoded.actor, encoded.kind, _read(encoded), clock_at, is_unsigned)


def _read(encoded: EncodedEvent) -> Body | Unread:
    adapter = _ADAPTERS.get(encoded.kind)
    if adapter is None:
        return Unread(encoded.kind)
    try:
        body: Body = adapter.validate_json(encoded.body, strict=False, extra="ignore")
    except ValidationError:
        try:
            body = read_leniently(KINDS[encoded.kind], json.loads(encoded.body))
        except (ValueError, RecursionError):
            return Unread(encoded.kind)
    return body


def read_leniently(kind: type[_Body], fields: dict[str, Any]) -> _Body:
    """The body with the fields that are valid: a call for help with an unknown `kind` is still a call for help.

    Raises ValueError when a required field is missing or invalid.
    """
    adapter = _ADAPTERS[_KIND_OF[kind]]
    try:
        body: _Body = adapter.validate_python(fields, strict=False, extra="ignore")
    except ValidationError as error:
        wrong = {str(found["loc"][0]) for found in error.errors(include_url=False, include_input=False) if found["loc"]}
        if not wrong:
            raise
        left = {name: value for name, value in fields.items() if name not in wrong}
        body = adapter.validate_python(left, strict=False, extra="ignore")
    return body


def to_json(encoded: EncodedEvent) -> dict[str, Any]:
    """The event as it stands in a frame of the sync (frames.py)."""
    made = {
        "id": str(encoded.id),
        "node": encoded.node,
        "at": encoded.at_ms,
        "actor": encoded.actor,
        "kind": encoded.kind,
        "body": json.loads(encoded.body),
    }
    if encoded.clock_ms is not None:
        made["clock_at"] = encoded.clock_ms
    if encoded.serial and encoded.signature is not None:
        made["signature"] = {"serial": encoded.serial, "value": base64.b64encode(encoded.signature).decode()}
    return made


def from_json(value: object) -> EncodedEvent:
    """The event in a frame. Raises InvalidEventError. Unknown keys beside the body come from newer nodes: ignored."""
    if not isinstance(value, dict):
        raise InvalidEventError("not an object")
    node, actor, kind, body = (value.get(name) for name in ("node", "actor", "kind", "body"))
    if not (isinstance(node, str) and _is_node(node)):
        raise InvalidEventError("no node")
    if not (isinstance(actor, str) and _is_actor(actor)):
        raise InvalidEventError("no actor")
    if not (isinstance(kind, str) and _SLUG.fullmatch(kind)):
        raise InvalidEventError("no kind")
    if not isinstance(body, dict):
        raise InvalidEventError("no body")
    clock_ms = None if value.get("clock_at") is None else _ms(value["clock_at"])
    signature = _signature(value.get("signature"))
    return EncodedEvent(
        _uuid(value.get("id")), node, _ms(value.get("at")), actor, kind, compact(body), clock_ms, *signature
    )


def _signature(value: object) -> tuple[int, bytes | None]:
    """The serial and the signature beside an event; UNSIGNED and None when there are none."""
    if value is None:
        return UNSIGNED, None
    try:
        serial, signature = value["serial"], base64.b64decode(value["value"], validate=True)  # type: ignore[index]  # whatever a peer sent: checked by what follows
    except (KeyError, TypeError, ValueError, IndexError):
        raise InvalidEventError("a signature without serial and value") from None
    if type(serial) is not int or not 0 < serial < SERIAL_MAX or len(signature) != _SIGNATURE_BYTES:
        raise InvalidEventError("no signature of ours")
    return serial, signature


def _is_node(node: str) -> bool:
    return NODE.fullmatch(node) is not None


def _is_actor(actor: str) -> bool:
    return 0 < len(actor) <= ACTOR_CHARACTERS_MAX and actor.isprintable()


def compact(body: dict[str, Any], kind: str = "body") -> str:
    """A body as it is stored, and signed. Raises InvalidEventError: too large, too deep, or not JSON.

    A body that arrives in a small frame may be large when it is written out (`1e15`), and then fit into no frame. One
    of many levels may be read here, and not where the stack is higher: in a page, for as long as the event is kept.
    """
    if _is_deeper(body, _LEVELS_MAX):
        raise InvalidEventError(f"a {kind} of more than {_LEVELS_MAX} levels")
    try:
        written = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(written.encode())
    except ValueError as error:
        raise InvalidEventError(f"body: {error}") from None
    if size > BODY_BYTES_MAX:
        raise InvalidEventError(f"a {kind} of {size} bytes, at most {BODY_BYTES_MAX} can be kept")
    return written


def _is_deeper(value: object, levels: int) -> bool:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if children is None:
        return False
    return levels == 0 or any(_is_deeper(child, levels - 1) for child in children)


def _uuid(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise InvalidEventError("no id") from None


def _ms(value: object) -> int:
    if type(value) is not int:
        raise InvalidEventError("no time")
    try:
        readings.moment(value)
    except OverflowError:
        raise InvalidEventError("a time beyond the years 1 to 9999") from None
    return value


class Ids:
    """UUIDs of version 7 (RFC 9562): they sort by time, and within one process strictly (method 1: a counter)."""

    def __init__(self) -> None:
        self._ms = -1
        self._count = 0

    def next(self, at_ms: int) -> UUID:
        """An id for an event of this time; always greater than the one before, whatever the clock did."""
        if at_ms > self._ms:
            self._ms, self._count = at_ms, secrets.randbits(11)  # half of the counter is left for this millisecond
        else:
            self._count += 1
            if self._count >> 12:
                self._ms, self._count = self._ms + 1, 0
        head = (max(self._ms, 0) & (1 << 48) - 1) << 16 | 7 << 12 | self._count
        return UUID(int=head << 64 | 2 << 62 | secrets.randbits(62))
