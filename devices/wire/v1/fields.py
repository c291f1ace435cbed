"""What the messages of protocol v1 have in common: forgiving fields, and descriptions of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from devices.wire import details, json_text, salvage, times
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

INT4_MAX = 2**31 - 1
_BEYOND_LIMITS = {"greater_than_equal", "less_than_equal", "finite_number"}  # pydantic's names of these errors
_Model = TypeVar("_Model", bound=BaseModel)


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
WHOLE = BeforeValidator(json_text.whole)
Version = Annotated[int, Field(ge=1, le=1), WHOLE]
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


def validated(model: type[_Model], box: str, payload: bytes, complaints: list[Complaint]) -> _Model:
    """The payload as its model, with what its optional fields lack in `complaints`. Raises Malformed."""
    try:
        _, text = json_text.parsed(payload)
    except ValueError as error:
        raise no_json(error, box, payload) from None
    try:
        return model.model_validate_json(text, context=complaints)
    except ValidationError as error:
        raise malformed(error, box, payload) from None


def no_json(error: ValueError, box: str, payload: bytes) -> Malformed:
    """Why a payload that is no JSON is rejected."""
    boot, seq = salvage.from_head(payload)
    return Malformed(Reason.BAD_JSON, details.one_line(f"Invalid JSON: {error}"), box=box, boot=boot, seq=seq)


def malformed(error: ValidationError, box: str, payload: bytes) -> Malformed:
    """Why a whole message is rejected: the first thing that is wrong with it."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    is_too_long = found["type"] == "too_long" and found["loc"] == ("samples",)
    boot, seq = salvage.from_payload(payload)
    return Malformed(
        Reason.TOO_LARGE if is_too_long else Reason.BAD_SCHEMA, where_and_what(error), box=box, boot=boot, seq=seq
    )


def where_and_what(error: ValidationError, *path: str | int) -> str:
    """The first thing that is wrong with what stands at `path` in a message."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = details.pointer(*path, *found["loc"])
    return details.one_line(f"{where}: {found['msg']}" if where else found["msg"])
