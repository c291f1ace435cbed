"""What residents send, read from a form or from JSON. What can be understood is kept: no formality costs a call."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from api.http import problems
from crisis.model import event_bodies, texts
from crisis.model.event_bodies import DistressReceived, ReportReceived
from devices import quantities
from devices.readings import DistressKind, ReportKind
from translations.marks import N_

BODY_BYTES_MAX = 512 * 1024  # a text of 100 kB in any script, percent-encoded, with room to spare
TEXT_MAX, LINE_MAX = 10_000, 200  # characters; more is cut
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
_FIELDS_MAX = 50
_PLACE_MAX = 500


class TooLargeError(Exception):
    """The body is larger than anything that a form can hold."""


async def read_body(request: Request) -> bytes:
    """The body of a request. Raises TooLargeError without reading more than is allowed."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_BYTES_MAX:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)


# -- JSON ------------------------------------------------------------------------------------------------------------


def _cut(characters_max: int) -> AfterValidator:
    return AfterValidator(lambda text: texts.clean(text, characters_max))


def _empty_for_null(given: object) -> object:
    return "" if given is None else given


SentText = Annotated[str, BeforeValidator(_empty_for_null), _cut(TEXT_MAX)]
SentLine = Annotated[str, BeforeValidator(_empty_for_null), _cut(LINE_MAX)]


class _Sent(BaseModel):
    """What a call and a report have in common. Unknown keys come from newer programs and are ignored."""

    model_config = ConfigDict(extra="ignore")

    text: SentText = Field(default="", description="What it is about; beyond 10,000 characters it is cut.")
    people: event_bodies.People | None = Field(default=None, description="How many people it is about.")
    latitude: event_bodies.Latitude | None = None
    longitude: event_bodies.Longitude | None = None
    contact: SentLine = Field(default="", description="How to reach whoever sends it.")
    language: event_bodies.Language | None = Field(default=None, description="The language of the text (BCP 47).")


class SentDistress(_Sent):
    """A call for help."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "fire", "text": "Rauch im Keller, Müllerstraße 5", "people": 3}]}
    )

    kind: DistressKind = DistressKind.HELP


class SentReport(_Sent):
    """What a resident needs, offers or has seen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "need", "text": "Insulin muss gekühlt werden"}]})

    kind: ReportKind = ReportKind.INFORMATION


def read_json(body: bytes, shape: type[SentDistress] | type[SentReport]) -> DistressReceived | ReportReceived:
    """The call or report in a JSON body. Raises RequestValidationError, or Problem 400 for a body that is not JSON."""
    try:
        found: Any = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        raise problems.Problem(
            400, problems.Slug.INVALID_BODY, "Invalid body", 'The body is not JSON. Send an object: {"text": "..."}'
        ) from None
    try:
        sent = shape.model_validate(_without_lone_surrogates(found))
    except ValidationError as error:
        found_errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in found_errors]) from None
    kind = DistressReceived if isinstance(sent, SentDistress) else ReportReceived
    latitude, longitude = quantities.position(sent.latitude, sent.longitude)
    return kind(**dict(sent) | {"latitude": latitude, "longitude": longitude})


def _without_lone_surrogates(found: Any) -> Any:
    r"""JSON can hold "\ud800", which cannot be stored as UTF-8: it is replaced."""
    if isinstance(found, dict):
        return {
            key: value.encode(errors="replace").decode() if isinstance(value, str) else value
            for key, value in found.items()
        }
    return found


# -- forms -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FormFields:
    """What somebody typed into a form, as it goes back into the form when something is wrong with it."""

    kind: str = ""
    place: str = ""
    text: str = ""
    people: str = ""
    contact: str = ""
    token: str = ""
    lang: str = ""

    TOKEN_MAX: ClassVar[int] = 64


def read_form(body: bytes) -> FormFields:
    """The fields of a form. What is not UTF-8 is replaced, what is unknown ignored, what is too long cut."""
    pairs = parse_qsl(
        body.decode(errors="replace").replace("\0", ""), keep_blank_values=True, errors="replace", separator="&"
    )[:_FIELDS_MAX]
    fields = dict(reversed(pairs))
    return FormFields(
        kind=texts.clean(fields.get("kind", ""), LINE_MAX),
        place=texts.clean(fields.get("place", ""), _PLACE_MAX),
        text=texts.clean(fields.get("text", ""), TEXT_MAX),
        people=texts.clean(fields.get("people", ""), LINE_MAX),
        contact=texts.clean(fields.get("contact", ""), LINE_MAX),
        token=texts.clean(fields.get("token", ""))[: FormFields.TOKEN_MAX],
        lang=texts.clean(fields.get("lang", ""), LINE_MAX),
    )


def errors_of(typed: FormFields, *, is_distress: bool) -> dict[str, str]:
    """What has to be corrected, by field. A call for help needs as little as possible."""
    found = {}
    if not typed.text and not (is_distress and typed.place):
        if is_distress:
            found["place"] = N_("Write where you are or what you need.")
        else:
            found["text"] = N_("Write your message.")
    if typed.people and _number(typed.people) is None:
        found["people"] = N_("Write a number, for example 3.")
    return found


def _number(typed: str) -> int | None:
    try:
        number = int(typed)
    except ValueError:
        return None
    return number if 0 <= number <= event_bodies.PEOPLE_MAX else None


def body_of(typed: FormFields, language: str, *, is_distress: bool) -> DistressReceived | ReportReceived:
    """The call or report of a form in which nothing is wrong."""
    values: dict[str, Any] = {
        "text": texts.clean("\n".join(part for part in (typed.place, typed.text) if part), TEXT_MAX),
        "people": _number(typed.people) if typed.people else None,
        "contact": typed.contact,
        "language": language,
    }
    if is_distress:
        known = typed.kind in list(DistressKind)
        return DistressReceived(kind=DistressKind(typed.kind) if known else DistressKind.HELP, **values)
    known = typed.kind in list(ReportKind)
    return ReportReceived(kind=ReportKind(typed.kind) if known else ReportKind.INFORMATION, **values)
