"""What people send: a call for help, and a report. Neither is refused for a field that does not fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from devices import quantities
from devices.readings import Distress, DistressKind, Message, Report, ReportKind
from devices.wire import calls, details, json_text
from devices.wire.v1.fields import (
    FORGIVING,
    INT4_MAX,
    WHOLE,
    Complaint,
    Latitude,
    Longitude,
    Version,
    judge,
    validated,
)

if TYPE_CHECKING:
    from datetime import datetime


class _CallV1(BaseModel):
    """What a distress and a report have in common."""

    model_config = ConfigDict(strict=True)

    v: Version
    id: Annotated[UUID | None, FORGIVING] = None
    at: Annotated[int | None, WHOLE, FORGIVING] = None
    text: Annotated[str | None, FORGIVING] = None
    people: Annotated[int | None, Field(ge=0, le=INT4_MAX), WHOLE, FORGIVING] = None
    latitude: Latitude = None
    longitude: Longitude = None
    exercise: Annotated[bool | None, FORGIVING] = None  # what is not `true` is real


_Call = TypeVar("_Call", bound=_CallV1)


class ReportV1(_CallV1):
    """The payload of `kb/v1/{box}/report`."""

    kind: Annotated[ReportKind | None, FORGIVING] = None


class DistressV1(_CallV1):
    """The payload of `kb/v1/{box}/distress`."""

    kind: Annotated[DistressKind | None, FORGIVING] = None
    button: Annotated[int | None, Field(ge=-INT4_MAX - 1, le=INT4_MAX), WHOLE, FORGIVING] = None


def distress(box: str, topic: str, payload: bytes, received_at: datetime) -> Message:
    """A call for help. A field that does not fit is noted in its text, in brackets; only what is not v1 is refused."""
    call, common = _call(DistressV1, box, topic, payload, received_at)
    return Message(box=box, distress=Distress(**common, kind=call.kind or DistressKind.HELP, button=call.button))


def report(box: str, topic: str, payload: bytes, received_at: datetime) -> Message:
    """What a resident wrote. It is read as leniently as a call for help."""
    call, common = _call(ReportV1, box, topic, payload, received_at)
    return Message(box=box, report=Report(**common, kind=call.kind or ReportKind.INFORMATION))


def _call(
    model: type[_Call], box: str, topic: str, payload: bytes, received_at: datetime
) -> tuple[_Call, dict[str, Any]]:
    """The payload as its model, and the fields that a Distress and a Report have in common."""
    complaints: list[Complaint] = []
    call = validated(model, box, _mended(payload), complaints)
    at = judge(call.at, received_at, complaints)
    latitude, longitude = quantities.position(call.latitude, call.longitude)
    notes = [f"{item.field}: {_note(item.value)}" for item in complaints]
    return call, {
        "id": call.id or calls.id_of_bytes(topic, payload, "" if at else received_at.isoformat()),
        "at": at or received_at,
        "text": calls.text(call.text or "", notes),
        "people": call.people,
        "latitude": latitude,
        "longitude": longitude,
        "exercise": bool(call.exercise),
    }


def _mended(payload: bytes) -> bytes:
    """The JSON, its bad characters replaced if there are any: half an emoji, a raw line end, another encoding."""
    try:
        return json_text.parsed(payload)[1]
    except ValueError:
        text = json_text.standardized(payload).decode(errors="replace")
    try:
        return json.dumps(json.loads(text, strict=False), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError):
        return payload


def _note(value: object) -> str:
    return details.one_line(value) if isinstance(value, str) else details.excerpt(value)
