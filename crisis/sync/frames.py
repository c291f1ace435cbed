"""Frames of the sync as they stand on the wire: JSON, at most 64 KiB. link.py says what they mean.

    {"v": 1, "node": "71-01", "log": "5d1f…", "now": 1763853600000, "head": 57, "ask": false,
     "have": {"log": "a2c4…", "seq": 412, "id": "0192f3c0-…"},
     "after": 55, "through": 57, "through_id": "0192f3c1-…",
     "events": [{"id": …, "node": …, "at": …, "actor": …, "kind": …, "body": {…}}]}

A frame without `after` carries urgent events out of turn: they come again in their place. `have` is null while the
sender knows nothing of the receiver's log. Unknown keys come from newer nodes and are ignored.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from crisis.model import events
from crisis.model.events import Bad, Sealed
from crisis.sync.protocol import Have

_Seq = Annotated[int, Field(ge=0, lt=2**63)]
_Clock = Annotated[int, Field(ge=-(2**53), le=2**53)]  # ms since 1970; beyond what a float holds exactly is no clock


class _HaveV1(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    log: UUID
    seq: _Seq
    id: UUID | None = None


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
        """How far the sender has the receiver's log."""
        return None if self.have is None else Have(self.have.log, self.have.seq, self.have.id)


def confirmation(have: Have | None) -> _HaveV1 | None:
    """How far we have the receiver's log, as a part of a frame."""
    return None if have is None else _HaveV1(log=have.log, seq=have.seq, id=have.id)


def event_json(sealed: Sealed) -> str:
    """An event as it stands in a frame."""
    return json.dumps(events.to_json(sealed), ensure_ascii=False, separators=(",", ":"))


def encode(frame: Frame, written: list[str]) -> bytes:
    """The frame with events that `event_json` wrote."""
    head = frame.model_dump_json(exclude_none=True)
    return f'{head[:-1]},"events":[{",".join(written)}]}}'.encode()


def decode(payload: bytes) -> tuple[Frame, list[Sealed], list[Bad]]:
    """The frame, its events, and why some of them are none. Raises Bad when it is no frame."""
    try:
        told: Any = json.loads(payload)
        found = told.pop("events", [])
        frame = Frame.model_validate_json(json.dumps(told))
    except (ValidationError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise Bad(f"no frame: {type(error).__name__}") from None
    if not isinstance(found, list) or (frame.after is None) != (frame.through is None):
        raise Bad("no frame: half of it is missing")
    good: list[Sealed] = []
    bad: list[Bad] = []
    for each in found:
        try:
            good.append(events.from_json(each))
        except Bad as why:
            bad.append(why)
    return frame, good, bad
