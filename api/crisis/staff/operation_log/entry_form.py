"""What staff typed into the form of an entry, as its content."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from api.crisis.refusals import Reason
from api.crisis.staff import form_parsing
from api.crisis.staff.form_parsing import FieldError
from crisis.model.log_bodies import EntrySort, EntryWritten, Priority, Quality, StaffFunction, Way
from crisis.node import Node
from crisis.state.rules import Why

_Option = TypeVar("_Option", bound=StrEnum)
_TOO_LONG = {"string_too_long", "too_long"}


async def read(fields: Mapping[str, str], node: Node) -> EntryWritten:
    """The entry that a form holds. Raises FieldError."""
    text = fields.get("text", "")
    if not text.strip():
        raise FieldError(Reason.EMPTY, "text")
    numbers = _numbers(fields)
    try:
        return EntryWritten(
            text=text,
            sort=_choice(EntrySort, fields, "sort") or EntrySort.MESSAGE,
            way=_choice(Way, fields, "way"),
            channel=fields.get("channel", ""),
            sender=fields.get("sender", ""),
            recipient=fields.get("recipient", ""),
            function=_choice(StaffFunction, fields, "function"),
            priority=_choice(Priority, fields, "priority") or Priority.ROUTINE,
            quality=_choice(Quality, fields, "quality"),
            happened_at=form_parsing.time(fields, "happened_at", None),
            about=tuple([await _event_of(node, number) for number in numbers]),
            area=fields.get("area", "").strip() or node.default_area,
            exercise="exercise" in fields,
        )
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(found["loc"][0]).replace("about", "references")
        reasons = {"string_pattern_mismatch": Reason.BAD_CHOICE, **dict.fromkeys(_TOO_LONG, Reason.TOO_LONG)}
        reason = reasons.get(found["type"])
        raise FieldError(reason or Why.BAD_VALUE, name if reason else f"{name}: {found['msg']}") from None


def _choice(choices: type[_Option], fields: Mapping[str, str], name: str) -> _Option | None:
    chosen = fields.get(name, "")
    if not chosen:
        return None
    try:
        return choices(chosen)
    except ValueError:
        raise FieldError(Reason.BAD_CHOICE, name) from None


def _numbers(fields: Mapping[str, str]) -> list[int]:
    typed = fields.get("references", "").replace(",", " ").replace(";", " ").split()
    try:
        return [int(each) for each in dict.fromkeys(typed)]
    except ValueError:
        raise FieldError(Reason.BAD_NUMBER, "references") from None


async def _event_of(node: Node, number: int) -> UUID:
    """The event whose line has this number. Raises FieldError."""
    records = await node.log.places(node.book.places(number, number))
    if not records or number < 1:
        raise FieldError(Reason.NO_SUCH_LINE, f"references: {number}")
    return records[0].encoded.id
