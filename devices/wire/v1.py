"""Protocol v1: JSON (protocol.md). Strict about what a reading means, forgiving about what merely comes with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypeVar
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import from_json
from typing_extensions import TypedDict

from devices.readings import (
    Clock,
    Distress,
    DistressKind,
    Message,
    Mode,
    RejectedReading,
    Report,
    ReportKind,
    Status,
)
from devices.wire import calls, details, flawless, salvage, times
from devices.wire.samples import Samples
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

_INT4_MAX = 2**31 - 1
_INT8_MAX = 2**63 - 1
_BEYOND_LIMITS = {"greater_than_equal", "less_than_equal", "finite_number"}  # pydantic's names of these errors
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Complaint:
    """An optional field that could not be used."""

    field: str
    value: object
    reason: Reason
    detail: str


def _forgive(value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """Take an optional field as not known when it does not fit, and note that: `context` is a list of Complaints."""
    try:
        return validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        reason = Reason.OUT_OF_RANGE if found["type"] in _BEYOND_LIMITS else Reason.BAD_SCHEMA
        field = str(info.field_name)
        detail = f"{details.pointer(field)}: {details.shown(value)}: {found['msg']}"
        assert info.context is not None
        info.context.append(Complaint(field, value, reason, details.one_line(detail)))
        return None


_FORGIVING = WrapValidator(_forgive)
_Version = Annotated[int, Field(ge=1, le=1)]
_Boot = Annotated[str, StringConstraints(pattern=f"^{salvage.BOOT}$")]
_Source = Annotated[str, StringConstraints(pattern=f"^{flawless.SOURCE}$")]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Latitude = Annotated[float | None, Field(ge=-90, le=90), _FORGIVING]
_Longitude = Annotated[float | None, Field(ge=-180, le=180), _FORGIVING]


class SampleV1(TypedDict):
    """What one source measured at one time."""

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # read by pydantic, no key

    at: int
    source: _Source
    values: dict[str, Any]  # judged one by one: samples.py


class TelemetryV1(TypedDict):
    """The payload of `kb/v1/{box}/telemetry`. Unknown keys, here and below, come from newer boxes and are ignored.

    A dictionary and no model: of a key that is not there nothing is said.
    """

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # read by pydantic, no key

    v: _Version
    boot: _Boot
    seq: Annotated[int, Field(ge=1, le=salvage.SEQ_MAX)]
    sent: NotRequired[int | None]
    clock: NotRequired[Clock | None]
    samples: Annotated[list[SampleV1], Field(max_length=flawless.SAMPLES_MAX), FailFast()]


_TELEMETRY = TypeAdapter(TelemetryV1)


class StatusV1(BaseModel):
    """The payload of `kb/v1/{box}/status`."""

    model_config = ConfigDict(strict=True)

    v: _Version
    online: bool
    boot: Annotated[_Boot | None, _FORGIVING] = None
    at: Annotated[int | None, _FORGIVING] = None
    mode: Annotated[Mode | None, _FORGIVING] = None
    mains: Annotated[bool | None, _FORGIVING] = None
    router_powered: Annotated[bool | None, _FORGIVING] = None
    uplink: Annotated[_Word | None, _FORGIVING] = None
    battery_percent: Annotated[float | None, Field(ge=0, le=100), _FORGIVING] = None
    clients: Annotated[int | None, Field(ge=0, le=_INT4_MAX), _FORGIVING] = None
    interval_s: Annotated[float | None, Field(ge=0, allow_inf_nan=False), _FORGIVING] = None
    outbox: Annotated[int | None, Field(ge=0, le=_INT8_MAX), _FORGIVING] = None
    firmware: Annotated[_Word | None, _FORGIVING] = None
    latitude: _Latitude = None
    longitude: _Longitude = None


class _CallV1(BaseModel):
    """What a distress and a report have in common."""

    model_config = ConfigDict(strict=True)

    v: _Version
    id: Annotated[UUID | None, _FORGIVING] = None
    at: Annotated[int | None, _FORGIVING] = None
    text: Annotated[str | None, _FORGIVING] = None
    people: Annotated[int | None, Field(ge=0, le=_INT4_MAX), _FORGIVING] = None
    latitude: _Latitude = None
    longitude: _Longitude = None


_Call = TypeVar("_Call", bound=_CallV1)


class ReportV1(_CallV1):
    """The payload of `kb/v1/{box}/report`."""

    kind: Annotated[ReportKind | None, _FORGIVING] = None


class DistressV1(_CallV1):
    """The payload of `kb/v1/{box}/distress`."""

    kind: Annotated[DistressKind | None, _FORGIVING] = None
    button: Annotated[int | None, Field(ge=-_INT4_MAX - 1, le=_INT4_MAX), _FORGIVING] = None


def telemetry(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The readings of a box. Malformed when the message as a whole is not what protocol.md describes."""
    return flawless.read(box, payload, received_at, catalogue) or scrutinize(box, payload, received_at, catalogue)


def scrutinize(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The same for any message: what is wrong, and what of it can be stored all the same."""
    try:
        told = _TELEMETRY.validate_json(payload)
    except ValidationError as error:
        raise _malformed(error, box, payload) from None
    said = told["samples"]
    # As many colons as keys were read: no key is unknown, and none came twice. Otherwise it takes a closer look.
    keys = len(told) + sum(len(sample["values"]) + 3 for sample in said)
    if payload.count(b":") != keys and (key := _repeated_key(payload)) is not None:
        boot, seq = salvage.from_payload(payload)
        detail = details.one_line(f'the key "{key}" comes twice in one object')
        raise Malformed(Reason.BAD_SCHEMA, detail, box=box, boot=boot, seq=seq)
    clock, sent_ms = told.get("clock"), told.get("sent")
    if sent_ms is not None and not times.is_moment(sent_ms):
        sent_ms = None
    samples = Samples(catalogue, received_at, box, clock)
    for index, sample in enumerate(said):
        samples.judge(f"/samples/{index}", sample["source"], sample["at"], sample["values"])
    return Message(
        box=box,
        samples=tuple(samples.found),
        rejected=tuple(samples.rejected),
        boot=told["boot"],
        seq=told["seq"],
        sent_ms=sent_ms,
        clock=clock,
    )


def status(box: str, payload: bytes, received_at: datetime) -> Message:
    """What a box says about itself. Presence counts: a field that does not fit is rejected alone, as a value is.

    Nor does a wrong clock hide that a box is there: such a status has no time, and the hub gives it its own.
    """
    complaints: list[Complaint] = []
    try:
        told = StatusV1.model_validate_json(payload, context=complaints)
    except ValidationError as error:
        raise _malformed(error, box, payload) from None
    known = told.model_dump(exclude={"v", "at", "mode"})
    at = _judge(told.at, received_at, complaints)
    return Message(
        box=box,
        rejected=tuple(RejectedReading("status", item.field, item.reason, item.detail) for item in complaints),
        status=Status(at=at, mode=told.mode or Mode.UNKNOWN, **known),
    )


def distress(box: str, topic: str, payload: bytes, received_at: datetime) -> Message:
    """A call for help. What of it does not fit stands in its text, in brackets; only what is not v1 is refused."""
    told, said = _call(DistressV1, box, topic, payload, received_at)
    return Message(box=box, distress=Distress(**said, kind=told.kind or DistressKind.HELP, button=told.button))


def report(box: str, topic: str, payload: bytes, received_at: datetime) -> Message:
    """What a resident wrote, read as kindly as a call for help."""
    told, said = _call(ReportV1, box, topic, payload, received_at)
    return Message(box=box, report=Report(**said, kind=told.kind or ReportKind.INFORMATION))


def _call(
    model: type[_Call], box: str, topic: str, payload: bytes, received_at: datetime
) -> tuple[_Call, dict[str, Any]]:
    """The payload as its model, and what a distress and a report make of it alike."""
    complaints: list[Complaint] = []
    try:
        told = model.model_validate_json(_mended(payload), context=complaints)
    except ValidationError as error:
        raise _malformed(error, box, payload) from None
    at = _judge(told.at, received_at, complaints)
    notes = [f"{item.field}: {_note(item.value)}" for item in complaints]
    return told, {
        "id": told.id or calls.id_of_bytes(topic, payload, "" if at else received_at.isoformat()),
        "at": at or received_at,
        "text": calls.text(told.text or "", notes),
        "people": told.people,
        "latitude": told.latitude,
        "longitude": told.longitude,
    }


def _mended(payload: bytes) -> bytes:
    """The JSON, or what becomes JSON without its bad characters: half an emoji, a raw line end, another encoding."""
    try:
        from_json(payload)
    except ValueError:
        try:
            content = json.loads(payload.decode("utf-8-sig", errors="replace"), strict=False)
            return json.dumps(content, ensure_ascii=False).encode(errors="replace")
        except (ValueError, RecursionError):
            return payload
    return payload


def _note(value: object) -> str:
    return details.one_line(value) if isinstance(value, str) else details.shown(value)


def _judge(at_ms: int | None, received_at: datetime, complaints: list[Complaint]) -> datetime | None:
    """The time of a status or a distress, or None with a complaint when it cannot be."""
    at = None if at_ms is None else times.measured(at_ms, received_at)
    if at_ms is not None and at is None:
        complaints.append(
            Complaint("at", at_ms, Reason.BAD_TIME, details.one_line(f"/at: {times.complaint(at_ms, received_at)}"))
        )
    return at


def _malformed(error: ValidationError, box: str, payload: bytes) -> Malformed:
    """The verdict on a whole message, with the first thing that is wrong."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = Reason.BAD_SCHEMA
    if found["type"] == "json_invalid":
        reason = Reason.BAD_JSON
    elif found["type"] == "too_long" and found["loc"] == ("samples",):
        reason = Reason.TOO_LARGE
    where = details.pointer(*found["loc"])
    hint = " (it starts with a byte order mark)" if payload.startswith(_BYTE_ORDER_MARK) else ""
    detail = details.one_line(f"{where}: {found['msg']}" if where else f"{found['msg']}{hint}")
    boot, seq = salvage.from_payload(payload)
    return Malformed(reason, detail, box=box, boot=boot, seq=seq)


class _Repeated(Exception):  # noqa: N818 -- carries a find out of the JSON parser
    """A key that comes twice in one object."""


def _repeated_key(payload: bytes) -> str | None:
    """The first key that comes twice in one object: JSON parsers keep one of the two, and a reading would be gone."""

    def check(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Repeated(key)
            seen.add(key)

    try:
        json.loads(payload.decode(), object_pairs_hook=check, parse_int=str, parse_float=str)
    except _Repeated as repeated:
        return str(repeated)
    return None
