"""What the messages of protocol v1 have in common: forgiving fields, and descriptions of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from devices.wire import details, salvage, times
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

INT4_MAX = 2**31 - 1
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
    """Take an optional field as None when it does not fit, and add a Complaint to the list in `context`."""
    try:
        return validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        reason = Reason.OUT_OF_RANGE if found["type"] in _BEYOND_LIMITS else Reason.BAD_SCHEMA
        field = str(info.field_name)
        detail = f"{details.pointer(field)}: {details.excerpt(value)}: {found['msg']}"
        assert info.context is not None
        info.context.append(Complaint(field, value, reason, details.one_line(detail)))
        return None


FORGIVING = WrapValidator(_forgive)
Version = Annotated[int, Field(ge=1, le=1)]
Boot = Annotated[str, StringConstraints(pattern=f"^{salvage.BOOT}$")]
Latitude = Annotated[float | None, Field(ge=-90, le=90), FORGIVING]
Longitude = Annotated[float | None, Field(ge=-180, le=180), FORGIVING]


def judge(at_ms: int | None, received_at: datetime, complaints: list[Complaint]) -> datetime | None:
    """The time of a status or a distress; None, with a complaint, when that time is impossible."""
    at = None if at_ms is None else times.measured(at_ms, received_at)
    if at_ms is not None and at is None:
        complaints.append(
            Complaint("at", at_ms, Reason.BAD_TIME, details.one_line(f"/at: {times.complaint(at_ms, received_at)}"))
        )
    return at


def malformed(error: ValidationError, box: str, payload: bytes) -> Malformed:
    """Why a whole message is rejected: the first thing that is wrong with it."""
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
