"""What staff typed into the forms of a notice and of a place of help, as content. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import ValidationError

from api.crisis.refusals import Reason
from api.crisis.staff import rendering
from crisis.model.contents import (
    GERMAN,
    Certainty,
    Hazard,
    NoticeContent,
    NoticeText,
    PointContent,
    PointKind,
    Severity,
    Urgency,
)
from crisis.state.rules import Why
from translations import berlin

# The languages of the residents' page, and German in easy words.
LANGUAGES = ("de-x-leicht", "en", "tr", "ar", "uk", "ru", "pl", "fr", "es")
_OPEN = {"yes": True, "no": False}

_TOO_LONG = {"string_too_long", "too_long"}  # pydantic: the first for texts, the second for lists and cleaned texts

_Content = TypeVar("_Content")
_Option = TypeVar("_Option", bound=StrEnum)


class FieldError(Exception):
    """A field that cannot be accepted: why, and its name, after a colon with what is wrong."""

    def __init__(self, reason: Why | Reason, about: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.about = about


def notice(fields: Mapping[str, str], before: NoticeContent | None) -> NoticeContent:
    """The notice that a form holds. What the form has no field for stays as it was before. Raises FieldError."""
    # Texts in a language that the form has no fields for are kept.
    texts = (
        {} if before is None else {name: text for name, text in before.texts.items() if name not in _form_languages()}
    )
    for name in _form_languages():
        headline = fields.get(f"headline.{name}", "").strip()
        text, instruction = fields.get(f"text.{name}", ""), fields.get(f"instruction.{name}", "")
        if headline:
            texts[name] = _content(NoticeText, headline=headline, text=text, instruction=instruction)
        elif name == GERMAN:
            raise FieldError(Reason.GERMAN_MISSING)
        elif text.strip() or instruction.strip():
            raise FieldError(Why.BAD_VALUE, f"{name}: headline")
    return _content(
        NoticeContent,
        texts=texts,
        severity=_choice(Severity, fields, "severity"),
        urgency=_choice(Urgency, fields, "urgency"),
        certainty=_choice(Certainty, fields, "certainty"),
        hazard=_choice(Hazard, fields, "hazard"),
        area=fields.get("area", "").strip(),
        from_at=time(fields, "from_at", None if before is None else before.from_at),
        until_at=time(fields, "until_at", None if before is None else before.until_at),
        replaces=None if before is None else before.replaces,
        exercise="exercise" in fields,
    )


def _form_languages() -> tuple[str, ...]:
    return (GERMAN, *LANGUAGES)


def point(fields: Mapping[str, str], before: PointContent | None, now: datetime) -> PointContent:
    """The place of help that a form holds. Raises FieldError."""
    offers = tuple(line.strip() for line in fields.get("offers", "").splitlines() if line.strip())
    confirmed_at = None if before is None else before.confirmed_at
    return _content(
        PointContent,
        kind=_choice(PointKind, fields, "kind"),
        name=fields.get("name", ""),
        latitude=_number(fields, "latitude"),
        longitude=_number(fields, "longitude"),
        address=fields.get("address", ""),
        area=fields.get("area", "").strip(),
        open_now=_OPEN.get(fields.get("open_now", "")),
        hours=fields.get("hours", ""),
        offers=offers,
        note=fields.get("note", ""),
        confirmed_at=now if "confirm_now" in fields else confirmed_at,
        exercise="exercise" in fields,
    )


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


def time(fields: Mapping[str, str], name: str, before: datetime | None) -> datetime | None:
    """The time in a field of the form, in UTC; None when it is empty. Raises FieldError.

    When the clocks go back a time comes twice: then a notice begins at the earlier one, and ends at the later one.
    """
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    if before is not None and typed == rendering.local(before):
        return before  # the form has minutes only: a time that nobody changed keeps its seconds
    try:
        return berlin.read(typed, is_later=name == "until_at")
    except berlin.NoSuchTimeError:
        raise FieldError(Reason.SKIPPED_TIME, name) from None
    except (ValueError, OverflowError):
        raise FieldError(Reason.BAD_TIME, name) from None
