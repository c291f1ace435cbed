"""Frames of the sync on the wire: JSON, at most 64 KiB. protocol.py says what they mean.

    {"v": 1, "node": "71-01", "log": "5d1f…", "now": 1763853600000, "head": 57, "ask": false,
     "have": {"log": "a2c4…", "seq": 412, "id": "0192f3c0-…"},
     "after": 55, "through": 57, "through_id": "0192f3c1-…",
     "events": [{"id": …, "node": …, "at": …, "actor": …, "kind": …, "body": {…}}]}

A frame of a node with a key ends in `,"signature":"…"}`: Ed25519 in base64, over `kiezbox-frame-1`, a NUL, and every
byte before. Beside the fields above it has `to`, for whom it is, and `serial`, of the certificate. A box that took a
bundle shows `join` until it gets its `certificate`. `reject` says why the receiver is not answered otherwise.

A frame without `after` carries urgent events out of turn: they are sent again in their place. `have` is null while the
sender knows nothing of the receiver's log. Unknown keys come from newer nodes and are ignored.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crisis.model import events
from crisis.model.events import EncodedEvent, InvalidEventError
from crisis.sync.protocol import Have
from crisis.trust import keys

if TYPE_CHECKING:
    from crisis.trust.keys import SigningKey
    from crisis.trust.rights import Reason

_MARK = b"kiezbox-frame-1\0"
_BEFORE, _AFTER = b',"signature":"', b'"}'
_TAIL_BYTES = len(_BEFORE) + 88 + len(_AFTER)  # 64 bytes in base64

_Seq = Annotated[int, Field(ge=0, lt=2**63)]
_Clock = Annotated[
    int, Field(ge=-(2**53), le=2**53)
]  # ms since 1970; what a float cannot hold exactly is no clock time


class Join(BaseModel):
    """What a box shows that took a bundle: its public keys, to sign and to seal with (base64), and the proof that it
    holds the bundle's secret.
    """

    model_config = ConfigDict(strict=True, frozen=True)

    key: Annotated[str, StringConstraints(max_length=64)]
    sealing: Annotated[str, StringConstraints(max_length=64)]
    proof: Annotated[str, StringConstraints(max_length=64)]


class _HaveV1(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    log: UUID
    seq: _Seq
    id: UUID | None = None


class InvalidFrameError(ValueError):
    """The payload is no frame of version 1, or the frame is not for us."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nobody takes the frame, for this reason. `reply`: whether its sender is told, which costs and is rationed."""

    why: Reason
    reply: bool = True


class Frame(BaseModel):
    """A frame without its events, which are written and read one by one."""

    model_config = ConfigDict(strict=True, frozen=True)

    v: Literal[1] = 1
    node: Annotated[str, StringConstraints(pattern=f"^{events.NODE.pattern}$")]
    log: UUID
    now: _Clock
    head: _Seq
    ask: bool = False
    have: _HaveV1 | None = None
    after: _Seq | None = None
    through: _Seq | None = None
    through_id: UUID | None = None
    to: Annotated[str, StringConstraints(max_length=64)] | None = None
    serial: Annotated[int, Field(ge=1, lt=events.SERIAL_MAX)] | None = None
    join: Join | None = None
    certificate: Annotated[str, StringConstraints(max_length=4_000)] | None = None
    hub_key: Annotated[str, StringConstraints(max_length=64)] | None = None
    reject: Annotated[str, StringConstraints(max_length=64)] | None = None

    @property
    def confirms(self) -> Have | None:
        """How far the sender has the receiver's log; None while it knows nothing of that."""
        return None if self.have is None else Have(self.have.log, self.have.seq, self.have.id)


def confirmation(have: Have | None) -> _HaveV1 | None:
    """How far we have the receiver's log, as a part of a frame."""
    return None if have is None else _HaveV1(log=have.log, seq=have.seq, id=have.id)


def event_json(event: EncodedEvent) -> str:
    """The JSON of an event in a frame."""
    return json.dumps(events.to_json(event), ensure_ascii=False, separators=(",", ":"))


def encode(frame: Frame, written: list[str], key: SigningKey | None = None) -> bytes:
    """The frame with events that `event_json` wrote; signed, if there is a key."""
    head = frame.model_dump_json(exclude_none=True)
    payload = f'{head[:-1]},"events":[{",".join(written)}]'.encode()
    return payload + b"}" if key is None else signed(payload, key, _MARK)


def signed(payload: bytes, key: SigningKey, mark: bytes) -> bytes:
    """A JSON object, which lacks its last brace, with the signature of what stands there so far as its last member."""
    return payload + _BEFORE + base64.b64encode(key.sign(mark + payload)) + _AFTER


def is_signed(payload: bytes) -> bool:
    """Whether the payload ends in a signature, right or wrong."""
    return payload.endswith(_AFTER) and payload[-_TAIL_BYTES:].startswith(_BEFORE)


def is_valid(payload: bytes, key: bytes, mark: bytes | None = None) -> bool:
    """Whether the holder of this public key signed the payload."""
    if not is_signed(payload):
        return False
    try:
        signature = base64.b64decode(payload[-_TAIL_BYTES + len(_BEFORE) : -len(_AFTER)], validate=True)
    except ValueError:
        return False
    return keys.is_valid(key, signature, (mark or _MARK) + payload[:-_TAIL_BYTES])


def decode(payload: bytes) -> tuple[Frame, list[EncodedEvent], list[InvalidEventError]]:
    """The frame, its valid events, and the errors of the invalid ones. Raises InvalidFrameError."""
    try:
        value: Any = json.loads(payload)
        found = value.pop("events", [])
        frame = Frame.model_validate_json(json.dumps(value))
    except (ValidationError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise InvalidFrameError(f"not a frame: {type(error).__name__}") from None
    if not isinstance(found, list) or (frame.after is None) != (frame.through is None):
        raise InvalidFrameError("not a frame: `after` or `through` or the list of events is missing")
    valid: list[EncodedEvent] = []
    errors: list[InvalidEventError] = []
    for each in found:
        try:
            valid.append(events.from_json(each))
        except InvalidEventError as error:
            errors.append(error)
    return frame, valid, errors


def key_of(text: str | None) -> bytes | None:
    """A public key in base64; None when it is none."""
    try:
        found = base64.b64decode(text or "", validate=True)
    except ValueError:
        return None
    return found if len(found) == keys.KEY_BYTES else None
