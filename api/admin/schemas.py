"""A box as its operators know it, and what they send to change it."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from api.http.times import Instant, TimeInput
from api.readings.schemas.base import BoxId, Page, Resource, two_digits
from storage import boxes
from storage.box_history import ChangeKind, Via
from storage.boxes import BoxState
from storage.places import Position

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[52.4886])]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[13.3425])]
Name = Annotated[str, Field(max_length=boxes.NAME_CHARACTERS, examples=["Rathaus Schöneberg"])]
Since = Annotated[
    TimeInput | None, Field(description="Since when it stands there: from 2020 until now. Null, or left out: now.")
]


class AdminPosition(Resource):
    """Where a box stands (WGS 84, degrees)."""

    latitude: Latitude
    longitude: Longitude

    @classmethod
    def of(cls, position: Position) -> Self:
        """A position that is known."""
        return cls(latitude=position.latitude, longitude=position.longitude)


class AdminBox(Resource):
    """A box: registered, only seen, or retired."""

    box: BoxId
    name: str | None = Field(examples=["Rathaus Schöneberg"])
    district: str | None = Field(examples=["71"])
    number: str | None = Field(examples=["01"])
    state: BoxState
    position: AdminPosition | None
    located_at: Instant | None = Field(description="Since when it has been there; null: not known.")
    registered_at: Instant | None
    retired_at: Instant | None
    withdrawn_at: Instant | None = Field(description="When its retained status was deleted at the broker.")
    first_seen_at: Instant | None
    last_seen_at: Instant | None
    public: bool | None = Field(description="Whether everybody may see it; null: KIEZBOX_API_PUBLIC_BOXES decides.")
    exact_place: bool = Field(description="Whether everybody may know its position exactly, or to 300 m.")

    @classmethod
    def of(cls, box: boxes.Box) -> Self:
        """A box as storage/boxes.py knows it."""
        names = ("name", "state", "located_at", "registered_at", "retired_at", "withdrawn_at")
        return cls(
            box=box.id,
            district=two_digits(box.district),
            number=two_digits(box.number),
            position=None if box.position is None else AdminPosition.of(box.position),
            first_seen_at=box.first_seen,
            last_seen_at=box.last_seen,
            public=box.is_public,
            exact_place=box.place_is_exact,
            **{name: getattr(box, name) for name in names},
        )


class AdminBoxes(Page):
    """A page of boxes."""

    items: list[AdminBox]


class Place(AdminPosition):
    """Where a box has stood, from a time on until its next place. The earliest also counts for all before it."""

    since: Instant


class Change(Resource):
    """What an operator changed."""

    at: Instant
    actor: str = Field(examples=["anna"], description="An account, or a user of the machine.")
    via: Via
    change: ChangeKind
    before: dict[str, Any] = Field(examples=[{"name": None}])
    after: dict[str, Any] = Field(examples=[{"name": "Rathaus Schöneberg"}])


class BoxHistory(Resource):
    """A box, where it has stood, and who changed what, each the newest first; 200 of each at the most."""

    box: AdminBox
    places: list[Place]
    changes: list[Change]

    @classmethod
    def of(cls, history: boxes.History) -> Self:
        """A history as storage/boxes.py knows it."""
        return cls(
            box=AdminBox.of(history.box),
            places=[
                Place(since=place.since, latitude=place.position.latitude, longitude=place.position.longitude)
                for place in history.places
            ],
            changes=[
                Change(
                    at=change.at,
                    actor=change.author.name,
                    via=change.author.via,
                    change=change.kind,
                    before=dict(change.before),
                    after=dict(change.after),
                )
                for change in history.changes
            ],
        )


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RegisterBody(_Body):
    """What is known about a box. What is left out stays as it is known."""

    name: Name | None = None
    position: AdminPosition | None = None
    since: Since = None


class RenameBody(_Body):
    """The name that people read; an empty one removes it."""

    name: Name


class MoveBody(_Body):
    """Where the box stands."""

    position: AdminPosition
    since: Since = None


class PublishBody(_Body):
    """Who may see the box. What is left out, or null, stays as it is."""

    public: bool | None = Field(default=None, description="Whether everybody may see it.")
    exact_place: bool | None = Field(
        default=None, description="Whether everybody may know its position exactly, or to 300 m."
    )


def position_of(position: AdminPosition) -> Position:
    """A position as storage/boxes.py takes it."""
    return Position(position.latitude, position.longitude)


def example(at: datetime) -> AdminBox:
    """For the OpenAPI document."""
    return AdminBox(
        box="71-01",
        name="Rathaus Schöneberg",
        district="71",
        number="01",
        state=BoxState.REGISTERED,
        position=AdminPosition(latitude=52.4886, longitude=13.3425),
        located_at=at,
        registered_at=at,
        retired_at=None,
        withdrawn_at=None,
        first_seen_at=at,
        last_seen_at=at,
        public=True,
        exact_place=False,
    )
