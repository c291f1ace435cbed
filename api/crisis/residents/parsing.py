"""What residents send, as a call or a report. Nothing is refused for its form: what does not fit stays in the text."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import unquote_plus

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from api.crisis.residents import body as bodies
from api.crisis.residents.body import Body
from crisis.model import event_bodies, texts
from crisis.model.event_bodies import DistressReceived, ReportReceived
from devices import quantities
from devices.readings import DistressKind, ReportKind
from devices.wire import details
from devices.wire.v1.fields import FORGIVING, Complaint
from translations.marks import N_

TEXT_MAX, LINE_MAX = 10_000, 200  # characters; more is cut
_NOTE_MAX, _NOTES_MAX = 500, 4_000  # characters of one value that does not fit, and of all of them

# -- JSON ------------------------------------------------------------------------------------------------------------


def _empty_for_null(given: object) -> object:
    return "" if given is None else given


def _fits_a_line(text: str) -> str:
    if len(text) > LINE_MAX:
        raise ValueError(f"more than {LINE_MAX} characters")
    return text


SentText = Annotated[str | None, BeforeValidator(_empty_for_null), FORGIVING]
SentLine = Annotated[str | None, AfterValidator(_fits_a_line), BeforeValidator(_empty_for_null), FORGIVING]


class _Sent(BaseModel):
    """What a call and a report have in common. Unknown keys come from newer programs and are ignored."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    text: SentText = Field(default="", description="What it is about; beyond 10,000 characters it is cut.")
    people: Annotated[event_bodies.People | None, FORGIVING] = Field(
        default=None, description="How many people it is about."
    )
    latitude: Annotated[event_bodies.Latitude | None, FORGIVING] = None
    longitude: Annotated[event_bodies.Longitude | None, FORGIVING] = None
    contact: SentLine = Field(default="", description="How to reach whoever sends it.")
    language: Annotated[event_bodies.Language | None, FORGIVING] = Field(
        default=None, description="The language of the text (BCP 47)."
    )
    exercise: Annotated[bool | None, Field(strict=True), FORGIVING] = Field(
        default=False, description="`true` when it is sent in a drill; anything else is real."
    )


class SentDistress(_Sent):
    """A call for help."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "fire", "text": "Rauch im Keller, Müllerstraße 5", "people": 3}]}
    )

    kind: Annotated[DistressKind | None, FORGIVING] = DistressKind.HELP


class SentReport(_Sent):
    """What a resident needs, offers or has seen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "need", "text": "Insulin muss gekühlt werden"}]})

    kind: Annotated[ReportKind | None, FORGIVING] = ReportKind.INFORMATION


def read_json(body: Body, *, is_distress: bool) -> DistressReceived | ReportReceived:
    """The call or report in a body that is a JSON object, or else any text: then the body is its text.

    A value that does not fit its field is noted in the text, in brackets, as in calls by MQTT (devices/wire/calls.py).
    """
    written = bodies.text(body)
    found = _object(written)
    if found is None:
        found = {"text": _plain(written)}
    complaints: list[Complaint] = []
    sent = (SentDistress if is_distress else SentReport).model_validate(
        _without_lone_surrogates(found), context=complaints
    )
    latitude, longitude = quantities.position(sent.latitude, sent.longitude)
    values = dict(sent) | {
        "latitude": latitude,
        "longitude": longitude,
        "text": _with_notes(sent.text or "", [(each.field, each.value) for each in complaints]),
        "contact": texts.clean(sent.contact or ""),
        "exercise": bool(sent.exercise),
    }
    if isinstance(sent, SentDistress):
        return DistressReceived(**values | {"kind": sent.kind or DistressKind.HELP})
    assert isinstance(sent, SentReport)
    return ReportReceived(**values | {"kind": sent.kind or ReportKind.INFORMATION})


def _object(written: str) -> dict[str, Any] | None:
    found = _loaded(written)
    return found if isinstance(found, dict) else None


def _plain(written: str) -> str:
    """A text that was sent as a JSON string, without its quotation marks; any other text as it is."""
    found = _loaded(written)
    return found if isinstance(found, str) else written


def _loaded(written: str) -> Any:
    try:
        return json.loads(written.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None


def _with_notes(text: str, notes: list[tuple[str, object]]) -> str:
    """The text, cut, and after it in brackets what was sent in other fields and does not fit there."""
    shown = " ".join(f"[{field}: {_shown(value)}]" for field, value in notes)
    return " ".join(part for part in (texts.clean(text, TEXT_MAX), texts.clean(shown, _NOTES_MAX)) if part)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return details.one_line(text, _NOTE_MAX)


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

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything into it."""
        return not (self.place or self.text or self.people or self.contact)


def read_form(body: Body) -> FormFields:
    """The fields of a form. What is unknown is ignored; text that is no form at all is the text of one."""
    fields = bodies.fields(body)
    if not fields.keys() & FormFields.__dataclass_fields__.keys() and body.type == bodies.FORM_TYPE:
        fields = {"text": unquote_plus(bodies.text(body))}
    return FormFields(
        kind=texts.clean(fields.get("kind", ""), LINE_MAX),
        place=texts.clean(fields.get("place", ""), TEXT_MAX),
        text=texts.clean(fields.get("text", ""), TEXT_MAX),
        people=texts.clean(fields.get("people", ""), TEXT_MAX),
        contact=texts.clean(fields.get("contact", ""), TEXT_MAX),
        token=texts.clean(fields.get("token", ""))[: FormFields.TOKEN_MAX],
        lang=texts.clean(fields.get("lang", ""), LINE_MAX),
    )


def is_json(body: Body) -> bool:
    """Whether a body that says that it is a form is a JSON object: so `curl -d '{...}'` sends it."""
    return body.content.lstrip()[:1] == b"{" and _object(bodies.text(body)) is not None


def errors_of(typed: FormFields, *, is_distress: bool) -> dict[str, str]:
    """What is missing, by field. A call for help needs one word anywhere; a report needs its message."""
    if is_distress:
        return {"place": N_("Write where you are or what you need.")} if typed.is_empty else {}
    return {} if typed.text else {"text": N_("Write your message.")}


def _number(typed: str) -> int | None:
    try:
        number = int(typed)
    except ValueError:
        return None
    return number if 0 <= number <= event_bodies.PEOPLE_MAX else None


def body_of(typed: FormFields, language: str, *, is_distress: bool) -> DistressReceived | ReportReceived:
    """The call or report of a form. What does not fit its field is noted in the text."""
    kinds: type[DistressKind | ReportKind] = DistressKind if is_distress else ReportKind
    people, contact = _number(typed.people), typed.contact
    fits = {
        "kind": not typed.kind or typed.kind in list(kinds),
        "people": not typed.people or people is not None,
        "contact": len(contact) <= LINE_MAX,
    }
    notes: list[tuple[str, object]] = [(field, getattr(typed, field)) for field, is_fit in fits.items() if not is_fit]
    values: dict[str, Any] = {
        "text": _with_notes("\n".join(part for part in (typed.place, typed.text) if part), notes),
        "people": people,
        "contact": contact if fits["contact"] else "",
        "language": language,
    }
    known = typed.kind if fits["kind"] else ""
    if is_distress:
        return DistressReceived(kind=DistressKind(known or DistressKind.HELP), **values)
    return ReportReceived(kind=ReportKind(known or ReportKind.INFORMATION), **values)
