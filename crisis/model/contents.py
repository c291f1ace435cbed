"""What a notice and a place of help consist of, as a whole and as the fields that one event changes.

The last writer wins each field by itself: if one person changes the text of a notice at a box and another extends it at
the hub, both changes hold. Texts are one field per language (`texts.de`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from crisis.model.areas import EVERYWHERE, Area
from crisis.model.event_bodies import STRICT, Language, Latitude, Longitude, Moment
from crisis.model.texts import ShortText, StaffText

GERMAN = "de"
_TEXTS = "texts"


class Severity(StrEnum):
    """How bad (CAP 1.2)."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Urgency(StrEnum):
    """How soon to act (CAP 1.2)."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure (CAP 1.2)."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class Hazard(StrEnum):
    """What a notice is about. It selects the guidance that is shown beside the notice."""

    BLACKOUT = "blackout"
    HEAT = "heat"
    FLOOD = "flood"
    STORM = "storm"
    FIRE = "fire"
    CBRN = "cbrn"
    OTHER = "other"


class PointKind(StrEnum):
    """What a place of help is."""

    KAT_LEUCHTTURM = "kat_leuchtturm"
    KAT_INFO = "kat_info"
    EMERGENCY_CALL = "emergency_call"
    WATER = "water"
    WARMTH = "warmth"
    CHARGING = "charging"
    SHELTER = "shelter"
    MEDICAL = "medical"
    TOILET = "toilet"
    FOOD = "food"


@dataclass(frozen=True, slots=True, config=STRICT)
class NoticeText:
    """A notice in one language."""

    headline: Annotated[ShortText, StringConstraints(min_length=1)]
    text: StaffText = ""
    instruction: StaffText = ""


@dataclass(frozen=True, slots=True, config=STRICT)
class NoticeContent:
    """A notice as staff write it. German is required; without `until_at` it holds until it is withdrawn."""

    texts: Annotated[dict[Language, NoticeText], Field(max_length=20)]
    severity: Severity = Severity.UNKNOWN
    urgency: Urgency = Urgency.UNKNOWN
    certainty: Certainty = Certainty.UNKNOWN
    hazard: Hazard = Hazard.OTHER
    area: Area = EVERYWHERE
    from_at: Moment | None = None
    until_at: Moment | None = None
    replaces: UUID | None = None
    exercise: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> "NoticeContent":
        if GERMAN not in self.texts:
            raise ValueError("a notice needs its German text (texts.de)")
        if self.from_at is not None and self.until_at is not None and self.from_at >= self.until_at:
            raise ValueError("a notice must begin before it ends (from_at, until_at)")
        return self


@dataclass(frozen=True, slots=True, config=STRICT)
class PointContent:
    """A place of help as staff write it. `open_now` None: not known; `confirmed_at`: when somebody last checked."""

    kind: PointKind
    name: Annotated[ShortText, StringConstraints(min_length=1)]
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    address: ShortText = ""
    area: Area = EVERYWHERE
    open_now: bool | None = None
    hours: ShortText = ""
    offers: Annotated[tuple[ShortText, ...], Field(max_length=20, strict=False)] = ()  # JSON has only lists
    note: StaffText = ""
    confirmed_at: Moment | None = None
    exercise: bool = False


Content = NoticeContent | PointContent
_Content = TypeVar("_Content")


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def fields_of(content: Any) -> dict[str, JsonValue]:
    """The content, one of these classes or of incidents/contents.py, as flat fields: of each the last writer wins."""
    fields: dict[str, JsonValue] = _adapter(type(content)).dump_python(content, mode="json")
    texts = fields.pop(_TEXTS, None)
    if isinstance(texts, dict):
        fields |= {f"{_TEXTS}.{language}": text for language, text in texts.items()}
    return fields


def changes(content: _Content, before: _Content | None) -> dict[str, JsonValue]:
    """The fields that differ from `before`; a removed language is null. All fields when `before` is None."""
    new = fields_of(content)
    if before is None:
        return new
    old = fields_of(before)
    gone: dict[str, JsonValue] = {name: None for name in old if name not in new}
    return gone | {name: value for name, value in new.items() if name not in old or old[name] != value}


def read(kind: type[_Content], fields: Mapping[str, JsonValue]) -> _Content | None:
    """The content that these fields make. An invalid field counts as absent; None when a required field is absent.

    So an invalid field of a newer node, or one that came before the notice's first event, never hides the rest.
    """
    left: dict[str, Any] = {name: value for name, value in fields.items() if "." not in name and name != _TEXTS}
    texts = {name.partition(".")[2]: value for name, value in fields.items() if name.startswith(f"{_TEXTS}.")}
    left |= {_TEXTS: {language: text for language, text in texts.items() if text is not None}} if texts else {}
    while True:
        try:
            content: _Content = _adapter(kind).validate_python(left, strict=False, extra="ignore")
        except ValidationError as error:
            if not _drop(left, error):
                return None
        else:
            return content


def _drop(fields: dict[str, Any], error: ValidationError) -> bool:
    """Remove the field or text that the error is about. False when there was nothing left to remove."""
    before = len(fields) + len(fields.get(_TEXTS, ()))
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        name, *inner = found["loc"] or ("until_at",)  # when fields contradict each other, `until_at` is removed
        if name == _TEXTS and inner:
            fields.get(_TEXTS, {}).pop(inner[0], None)
        else:
            fields.pop(str(name), None)
    return len(fields) + len(fields.get(_TEXTS, ())) < before
