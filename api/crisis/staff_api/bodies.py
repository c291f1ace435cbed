"""The bodies of requests that staff's programs send. An unknown key is refused by its name: it may be mistyped."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.times import TimeInput
from crisis.model import call_bodies, event_bodies
from crisis.model.contents import Certainty, Hazard, PointKind, Severity, Urgency
from crisis.model.texts import ShortText, StaffText
from devices.readings import Mode

AreaName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$",
        examples=["district-71"],
        description="`all`, a district (`district-71`) or a box (`71-01`).",
    ),
]

ReasonQuery = Annotated[str, Query(max_length=4_000, examples=["Der Strom ist wieder da"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NoticeTextBody(_Body):
    """A notice in one language."""

    headline: Annotated[ShortText, Field(min_length=1)]
    text: StaffText = ""
    instruction: StaffText = ""


class NoticeBody(_Body):
    """A whole notice: a key that is left out takes its default. German texts are required."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "texts": {"de": {"headline": "Stromausfall in Schöneberg", "text": "Dauer noch nicht bekannt."}},
                    "severity": "Severe",
                    "urgency": "Immediate",
                    "certainty": "Observed",
                    "hazard": "blackout",
                    "area": "district-71",
                }
            ]
        }
    )

    texts: Annotated[dict[event_bodies.Language, NoticeTextBody], Field(max_length=20)]
    severity: Severity = Severity.UNKNOWN
    urgency: Urgency = Urgency.UNKNOWN
    certainty: Certainty = Certainty.UNKNOWN
    hazard: Hazard = Hazard.OTHER
    area: AreaName = "all"
    from_at: TimeInput | None = None
    until_at: TimeInput | None = Field(default=None, description="Null holds until it is withdrawn.")
    replaces: UUID | None = None
    exercise: bool = False


class PointBody(_Body):
    """A whole place of help: a key that is left out takes its default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "kat_leuchtturm",
                    "name": "Rathaus Schöneberg",
                    "latitude": 52.4847,
                    "longitude": 13.3435,
                    "address": "John-F.-Kennedy-Platz",
                    "area": "district-71",
                    "open_now": True,
                    "hours": "rund um die Uhr",
                    "offers": ["Strom", "Wasser"],
                }
            ]
        }
    )

    kind: PointKind
    name: ShortText
    latitude: event_bodies.Latitude | None = None
    longitude: event_bodies.Longitude | None = None
    address: ShortText = ""
    area: AreaName = "all"
    open_now: bool | None = Field(default=None, description="Null: nobody knows.")
    hours: ShortText = ""
    offers: Annotated[list[ShortText], Field(max_length=20)] = []
    note: StaffText = ""
    confirmed_at: TimeInput | None = Field(default=None, description="When somebody last looked.")
    exercise: bool = False


class ProposeBody(_Body):
    """Propose an emergency, or a mode that ends a city-wide one, for a second person to confirm."""

    action: Literal["propose"]
    area: AreaName
    mode: Mode = Mode.EMERGENCY
    reason: StaffText = ""
    exercise: bool = False


class ConfirmBody(_Body):
    """Confirm what somebody else proposed."""

    action: Literal["confirm"]
    proposal: UUID


class SetModeBody(_Body):
    """Set a mode at once: `maintenance` or `normal`; `emergency`, and the end of a city-wide one, by a commander."""

    action: Literal["set"]
    area: AreaName
    mode: Mode
    reason: StaffText = ""
    exercise: bool = False


ModeBody = Annotated[ProposeBody | ConfirmBody | SetModeBody, Field(discriminator="action")]


class TakeBody(_Body):
    """Go and help. `over` takes the call from whoever has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Streife 3, in 5 Minuten da"}]})

    note: StaffText = ""
    over: bool = False


class CloseBody(_Body):
    """What was done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "Feuer gelöscht, niemand verletzt"}]})

    outcome: StaffText


class NoteBody(_Body):
    """How things stand with a call."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Sind vor Ort, die Tür ist verschlossen"}]})

    text: StaffText


class AssignBody(_Body):
    """Who is to take a call, or to take it over: the name of an account, or a unit."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "dana", "note": "Bitte mit Aufzugschlüssel"}]})

    to: ShortText
    note: StaffText = ""


class PriorityBody(_Body):
    """How urgent a call is: 1 comes first, 4 last; null leaves it to the rule."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"priority": 1}]})

    priority: call_bodies.Urgency | None


class ReopenBody(_Body):
    """Why a call is open again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Der Aufzug steckt wieder"}]})

    reason: StaffText


class AnswerBody(_Body):
    """The answer that the holder of the receipt reads."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Das Rathaus kühlt Insulin, rund um die Uhr."}]})

    text: StaffText
