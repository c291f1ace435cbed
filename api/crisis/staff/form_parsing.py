"""A notice and a place of help as forms: what was typed, as content. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from pydantic import ValidationError

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
from translations import berlin

# The languages of the residents' page, and German in easy words.
LANGUAGES = ("de-x-leicht", "en", "tr", "ar", "uk", "ru", "pl", "fr", "es")
_OPEN = {"yes": True, "no": False}

_TOO_LONG = {"string_too_long", "too_long"}  # pydantic has one for texts and one for what it checks after cleaning

_Made = TypeVar("_Made")
_Choice = TypeVar("_Choice", bound=StrEnum)


class Wrong(Exception):  # noqa: N818 -- a finding
    """What cannot be taken: the words for it, and what it is about."""

    def __init__(self, words: str, about: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.about = about


def notice(fields: Mapping[str, str], before: NoticeContent | None) -> NoticeContent:
    """The notice that a form holds. What the form does not show stays as it was before. Raises Wrong."""
    # A language that the form has no fields for is kept.
    texts = {} if before is None else {name: text for name, text in before.texts.items() if name not in _shown()}
    for name in _shown():
        headline = fields.get(f"headline.{name}", "").strip()
        text, instruction = fields.get(f"text.{name}", ""), fields.get(f"instruction.{name}", "")
        if headline:
            texts[name] = _made(NoticeText, headline=headline, text=text, instruction=instruction)
        elif name == GERMAN:
            raise Wrong("why_german_missing")
        elif text.strip() or instruction.strip():
            raise Wrong("why_bad_value", f"{name}: headline")
    return _made(
        NoticeContent,
        texts=texts,
        severity=_one(Severity, fields, "severity"),
        urgency=_one(Urgency, fields, "urgency"),
        certainty=_one(Certainty, fields, "certainty"),
        hazard=_one(Hazard, fields, "hazard"),
        area=fields.get("area", "").strip(),
        from_at=_time(fields, "from_at", None if before is None else before.from_at),
        until_at=_time(fields, "until_at", None if before is None else before.until_at),
        replaces=None if before is None else before.replaces,
        exercise="exercise" in fields,
    )


def _shown() -> tuple[str, ...]:
    return (GERMAN, *LANGUAGES)


def point(fields: Mapping[str, str], before: PointContent | None, now: datetime) -> PointContent:
    """The place of help that a form holds. Raises Wrong."""
    offers = tuple(line.strip() for line in fields.get("offers", "").splitlines() if line.strip())
    confirmed_at = None if before is None else before.confirmed_at
    return _made(
        PointContent,
        kind=_one(PointKind, fields, "kind"),
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


def _made(kind: type[_Made], /, **values: object) -> _Made:
    try:
        return kind(**values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "/".join(map(str, found["loc"]))
        if found["type"] in _TOO_LONG:
            raise Wrong("why_too_long", name) from None
        if found["type"] == "string_pattern_mismatch":
            raise Wrong("why_bad_choice", name) from None
        raise Wrong("why_bad_value", f"{name}: {found['msg']}".removeprefix(": ")) from None


def _one(choices: type[_Choice], fields: Mapping[str, str], name: str) -> _Choice:
    try:
        return choices(fields.get(name, ""))
    except ValueError:
        raise Wrong("why_bad_choice", name) from None


def _number(fields: Mapping[str, str], name: str) -> float | None:
    typed = fields.get(name, "").strip().replace(",", ".")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        raise Wrong("why_bad_number", name) from None


def _time(fields: Mapping[str, str], name: str, before: datetime | None) -> datetime | None:
    typed = fields.get(name, "").strip()
    if not typed:
        return None
    if before is not None and typed == rendering.local(before):
        return before  # the form knows minutes only: what nobody touched keeps its seconds
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=berlin.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong("why_bad_time", name) from None
