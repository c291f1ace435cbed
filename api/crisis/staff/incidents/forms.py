"""What staff typed into the forms of incidents, tasks and units, as content. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from api.crisis.refusals import Reason
from api.crisis.staff import form_parsing
from api.crisis.staff.form_parsing import FieldError
from crisis.model.incidents.contents import (
    IncidentContent,
    IncidentSort,
    IncidentState,
    Organisation,
    PeopleRule,
    TaskContent,
    TaskState,
    UnitContent,
    UnitStatus,
)
from crisis.model.log_bodies import StaffFunction
from crisis.state.rules import Why

ITEM = "item-"  # the beginning of the names of boxes that are ticked: the id of a call or report follows
_DIGITS_MAX = 9
_TOO_LONG = {"string_too_long", "too_long"}  # pydantic: the first for texts, the second for cleaned texts

_Content = TypeVar("_Content")
_Option = TypeVar("_Option", bound=StrEnum)


def incident(fields: Mapping[str, str], before: IncidentContent | None) -> IncidentContent:
    """The incident that a form holds. What the form has no field for stays as it was. Raises FieldError."""
    is_reopened = before is not None and before.state is IncidentState.CLOSED and "reopen" in fields
    state = IncidentState.OPEN if before is None or is_reopened else before.state
    return _content(
        IncidentContent,
        title=fields.get("title", ""),
        sort=_choice(IncidentSort, fields, "sort"),
        priority=_whole(fields, "priority") or 3,
        place=fields.get("place", ""),
        latitude=_number(fields, "latitude"),
        longitude=_number(fields, "longitude"),
        area=fields.get("area", "").strip(),
        people=_whole(fields, "people"),
        people_rule=PeopleRule.SUM if "people_sum" in fields else PeopleRule.MAXIMUM,
        power_dependent="power_dependent" in fields,
        note=fields.get("note", ""),
        state=state,
        outcome="" if before is None else before.outcome,
        exercise="exercise" in fields,
    )


def task(fields: Mapping[str, str], before: TaskContent | None) -> TaskContent:
    """The task that a form holds. Raises FieldError."""
    return _content(
        TaskContent,
        title=fields.get("title", ""),
        function=_choice(StaffFunction, fields, "function") if fields.get("function") else None,
        assignee=fields.get("assignee", ""),
        due_at=form_parsing.time(fields, "due_at", None if before is None else before.due_at),
        priority=_whole(fields, "priority") or 3,
        incident=_id(fields, "incident"),
        area=fields.get("area", "").strip(),
        note=fields.get("note", ""),
        state=_choice(TaskState, fields, "state") if fields.get("state") else TaskState.OPEN,
        outcome=fields.get("outcome", ""),
        exercise="exercise" in fields,
    )


def unit(fields: Mapping[str, str]) -> UnitContent:
    """The unit that a form holds. Raises FieldError."""
    try:
        status = UnitStatus(_whole(fields, "status") or UnitStatus.READY_AT_STATION)
    except ValueError:
        raise FieldError(Reason.BAD_CHOICE, "status") from None
    return _content(
        UnitContent,
        name=fields.get("name", ""),
        organisation=_choice(Organisation, fields, "organisation"),
        status=status,
        leaders=_whole(fields, "leaders") or 0,
        sub_leaders=_whole(fields, "sub_leaders") or 0,
        helpers=_whole(fields, "helpers") or 0,
        incident=_id(fields, "incident"),
        area=fields.get("area", "").strip(),
        note=fields.get("note", ""),
        is_released="is_released" in fields,
        exercise="exercise" in fields,
    )


def ticked(fields: Mapping[str, str]) -> tuple[UUID, ...]:
    """The calls and reports that are ticked in a form. Raises FieldError."""
    return tuple(_uuid(name.removeprefix(ITEM), "items") for name in fields if name.startswith(ITEM))


def _content(kind: type[_Content], /, **values: object) -> _Content:
    try:
        return kind(**values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "/".join(map(str, found["loc"]))
        if found["type"] in _TOO_LONG:
            raise FieldError(Reason.TOO_LONG, name) from None
        if found["type"] == "string_pattern_mismatch":
            raise FieldError(Reason.BAD_CHOICE, name) from None
        if found["type"].startswith(("less_than", "greater_than")):
            raise FieldError(Reason.BAD_NUMBER, name) from None
        raise FieldError(Why.BAD_VALUE, f"{name}: {found['msg']}".removeprefix(": ")) from None


def _choice(choices: type[_Option], fields: Mapping[str, str], name: str) -> _Option:
    try:
        return choices(fields.get(name, ""))
    except ValueError:
        raise FieldError(Reason.BAD_CHOICE, name) from None


def _number(fields: Mapping[str, str], name: str) -> float | None:
    typed = fields.get(name, "").strip().replace(",", ".")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        raise FieldError(Reason.BAD_NUMBER, name) from None


def _whole(fields: Mapping[str, str], name: str) -> int | None:
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > _DIGITS_MAX:
        raise FieldError(Reason.BAD_NUMBER, name)
    return int(typed)


def _id(fields: Mapping[str, str], name: str) -> UUID | None:
    typed = fields.get(name, "").strip()
    return _uuid(typed, name) if typed else None


def _uuid(typed: str, name: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise FieldError(Reason.BAD_CHOICE, name) from None
