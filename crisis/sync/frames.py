"""Frames of the sync on the wire: JSON, at most 64 KiB. protocol.py says what they mean.

    {"v": 1, "node": "71-01", "log": "5d1f…", "now": 1763853600000, "head": 57, "ask": false,
     "have": {"log": "a2c4…", "seq": 412, "id": "0192f3c0-…"},
     "after": 55, "through": 57, "through_id": "0192f3c1-…",
     "events": [{"id": …, "node": …, "at": …, "actor": …, "kind": …, "body": {…}}]}

A frame without `after` carries urgent events out of turn: they are sent again in their place. `have` is null while the
sender knows nothing of the receiver's log. Unknown keys come from newer nodes and are ignored.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crisis.model import events
from crisis.model.events import EncodedEvent, InvalidEventError
from crisis.sync.protocol import Have

_Seq = Annotated[int, Field(ge=0, lt=2**63)]
_Clock = Annotated[
    int, Field(ge=-(2**53), le=2**53)
]  # ms since 1970; what a float cannot hold exactly is no clock time


class _HaveV1(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    log: UUID
    seq: _Seq
    id: UUID | None = None


class InvalidFrameError(ValueError):
    """The payload is no frame of version 1, or the frame is not for us."""


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


def encode(frame: Frame, written: list[str]) -> bytes:
    """The frame with events that `event_json` wrote."""
    head = frame.model_dump_json(exclude_none=True)
    return f'{head[:-1]},"events":[{",".join(written)}]}}'.encode()


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
