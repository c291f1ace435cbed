"""Outages and cells as programs read them: GeoJSON (RFC 7946), WGS 84, longitude first."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from api.http import times
from api.http.times import Instant
from crisis.places.areas import Area
from crisis.places.streets import Street
from crisis.state.power import sentence
from crisis.state.power.outages import Cell, CellState, Grade, Outage
from translations import catalogues, domains

_DECIMALS = 5  # about a metre
_COARSE = 3  # about a hundred metres
Position = Annotated[tuple[float, float], Field(examples=[[13.3425, 52.4886]])]

_ID = Field(
    examples=["8d3f5141-3d58-5088-89f2-d353dbb2328d"],
    description="Made from the event of the first box that lost its power: the same on every node.",
)
_NAMES = Field(
    description="The ids that it has, one for each event that belongs to it. Two answers show the same outage if they"
    " have a name in common: when outages merge or split, or an earlier first box comes to light, `id` may change."
)


class Sentences(BaseModel):
    """The outage in one sentence."""

    de: str = Field(examples=["In Schöneberg ist der Strom weg: 41 Straßen (1,9 km²), seit 14:03, …"])
    en: str = Field(examples=["Power is out in Schöneberg: 41 streets (1.9 km²), since 14:03, …"])


class OrtsteilJson(BaseModel):
    """A part of the city."""

    id: str = Field(examples=["0701"])
    name: str = Field(examples=["Schöneberg"])

    @classmethod
    def of(cls, area: Area) -> Self:
        """The view of an area."""
        return cls(id=area.id, name=area.name)


class StreetJson(BaseModel):
    """A street, by its name and its Ortsteil: there are eleven Hauptstraßen in Berlin."""

    name: str = Field(examples=["Hauptstraße"])
    ortsteil: str = Field(examples=["0701"])

    @classmethod
    def of(cls, street: Street) -> Self:
        """The view of a street."""
        return cls(name=street.name, ortsteil=street.ortsteil)


class OutageJson(BaseModel):
    """Boxes that lost their mains power together, and what they speak for. What they do not speak for is not known."""

    id: UUID = _ID
    names: list[UUID] = _NAMES
    grade: Grade = Field(
        description="`firm`: at least two boxes, and at least half of those heard in its Ortsteile, or five. `single`:"
        " one box, or few of many. `old`: nobody has said so lately."
    )
    looks_like_fuse: bool = Field(description="One box alone, and those next to it have power.")
    since: Instant = Field(description="When the first of its boxes lost its power.")
    spread_s: float = Field(description="Between the first of its boxes and the last.", examples=[110.0])
    until: Instant | None = Field(description="When the last of its boxes had power again; null: some have none still.")
    told_at: Instant | None = Field(description="The newest word of its boxes.")
    told_age_s: float | None = Field(examples=[40.0])
    boxes_out: list[str] = Field(examples=[["71-01", "71-02"]])
    boxes_back: list[str] = Field(description="Of its boxes those that have power again, for a day.")
    boxes_heard: int = Field(examples=[9], description="The boxes whose word counts: of its Ortsteile, and its own.")
    area_km2: float = Field(examples=[1.9])
    ortsteile: list[OrtsteilJson]
    streets: list[StreetJson] = Field(description="Without power; when it is over, those that had none.")
    streets_back: list[StreetJson] = Field(description="With power again while others have none.")
    sentence: Sentences

    @classmethod
    def of(cls, outage: Outage, now: datetime) -> Self:
        """The view of an outage."""
        return cls(
            id=outage.id,
            names=sorted(outage.names),
            grade=outage.grade,
            looks_like_fuse=outage.looks_like_fuse,
            since=outage.since,
            spread_s=outage.spread.total_seconds(),
            until=outage.until,
            told_at=outage.told_at,
            told_age_s=None if outage.told_at is None else times.age_s(outage.told_at, now),
            boxes_out=list(outage.boxes_out),
            boxes_back=list(outage.boxes_back),
            boxes_heard=outage.boxes_heard,
            area_km2=round(outage.area_km2, 2),
            ortsteile=[OrtsteilJson.of(area) for area in outage.ortsteile],
            streets=[StreetJson.of(street) for street in outage.streets],
            streets_back=[StreetJson.of(street) for street in outage.streets_back],
            sentence=_sentences(outage, now, is_public=False),
        )


def _sentences(outage: Outage, now: datetime, *, is_public: bool) -> Sentences:
    write = sentence.public if is_public else sentence.of
    german, english = (
        write(outage, catalogues.words(domains.CRISIS, language), now) for language in domains.CRISIS.languages
    )
    return Sentences(de=german, en=english)


# -- features --------------------------------------------------------------------------------------------------------


class Polygon(BaseModel):
    """The ground that a box speaks for: convex, closed."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: list[list[Position]]


class MultiPoint(BaseModel):
    """The middles of Ortsteile."""

    type: Literal["MultiPoint"] = "MultiPoint"
    coordinates: list[Position]


class CellJson(BaseModel):
    """What the box of a cell says of its mains power, and how good that is."""

    box: str = Field(examples=["71-01"])
    state: CellState = Field(
        description="`out`; `on`; `back`: power came back within a day; `unknown`: it never said. A box that falls"
        " silent keeps its word: silence is a failure of the link, not of the grid."
    )
    grade: Grade = Field(description="That of its outage; `old` where the box has not said so lately.")
    since: Instant | None
    told_at: Instant | None
    told_age_s: float | None
    outage: UUID | None = Field(description="Of a cell without power, or where it came back.")
    reachable: bool | None = Field(description="Null: this node cannot know.")
    battery_percent: float | None
    hours_left: float | None
    flapping: bool = Field(description="Its supply comes and goes: it is written down four times an hour at most.")


class CellFeature(BaseModel):
    """A cell; without a geometry where the box has not said where it stands, or nothing of its power."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["71-01"])
    geometry: Polygon | None
    properties: CellJson


def cell(found: Cell, outage: UUID | None, now: datetime) -> CellFeature:
    """A cell as a feature."""
    known = found.evidence
    points = [(round(longitude, _DECIMALS), round(latitude, _DECIMALS)) for longitude, latitude in found.ring]
    return CellFeature(
        id=found.box,
        geometry=Polygon(coordinates=[[*points, points[0]]]) if points else None,
        properties=CellJson(
            box=found.box,
            state=found.state,
            grade=found.grade,
            since=found.since,
            told_at=known.told_at,
            told_age_s=None if known.told_at is None else times.age_s(known.told_at, now),
            outage=outage,
            reachable=known.reachable,
            battery_percent=known.battery_percent,
            hours_left=None if known.hours_left is None else round(known.hours_left, 1),
            flapping=known.flapping,
        ),
    )


class CoarseOutage(BaseModel):
    """What anybody may know of a sure outage: in which Ortsteile, and since when. No streets, no boxes."""

    id: UUID = _ID
    since: Instant
    until: Instant | None
    ortsteile: list[OrtsteilJson]
    sentence: Sentences


class CoarseFeature(BaseModel):
    """An outage at the middles of its Ortsteile: where they end is not where the outage ends."""

    type: Literal["Feature"] = "Feature"
    id: UUID = _ID
    geometry: MultiPoint | None
    properties: CoarseOutage


def coarse(outage: Outage, now: datetime) -> CoarseFeature:
    """An outage for the public."""
    middles = [(round(area.centre[0], _COARSE), round(area.centre[1], _COARSE)) for area in outage.ortsteile]
    return CoarseFeature(
        id=outage.id,
        geometry=MultiPoint(coordinates=middles) if middles else None,
        properties=CoarseOutage(
            id=outage.id,
            since=outage.since,
            until=outage.until,
            ortsteile=[OrtsteilJson.of(area) for area in outage.ortsteile],
            sentence=_sentences(outage, now, is_public=True),
        ),
    )


# -- examples for the OpenAPI document -------------------------------------------------------------------------------

OUTAGE: dict[str, Any] = {
    "id": "8d3f5141-3d58-5088-89f2-d353dbb2328d",
    "names": ["8d3f5141-3d58-5088-89f2-d353dbb2328d", "ea5b3915-f933-5b90-a932-febe53d024fc"],
    "grade": "firm",
    "looks_like_fuse": False,
    "since": "2025-11-23T07:40:00.000Z",
    "spread_s": 38.0,
    "until": None,
    "told_at": "2025-11-23T08:00:50.000Z",
    "told_age_s": 10.0,
    "boxes_out": ["71-01", "71-02"],
    "boxes_back": [],
    "boxes_heard": 3,
    "area_km2": 1.94,
    "ortsteile": [{"id": "0701", "name": "Schöneberg"}],
    "streets": [{"name": "Hauptstraße", "ortsteil": "0701"}],
    "streets_back": [],
    "sentence": {
        "de": "In Schöneberg ist der Strom weg: 1 Straße (1,9 km²), seit 08:40 (alle binnen 1 min), laut 2 von 3 Boxen;"
        " jüngste Nachricht vor 10 s.",
        "en": "Power is out in Schöneberg: 1 street (1.9 km²), since 08:40 (all within 1 min), by the word of 2 of 3"
        " boxes; the newest word is of 10 s ago.",
    },
}
OUTAGES: dict[str, Any] = {
    "as_of": "2025-11-23T08:01:00.000Z",
    "age_s": 0.0,
    "type": "FeatureCollection",
    "coarse": False,
    "outages": [OUTAGE],
    "features": [
        {
            "type": "Feature",
            "id": "71-01",
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[13.335, 52.481], [13.347, 52.481], [13.341, 52.491], [13.335, 52.481]]],
            },
            "properties": {
                "box": "71-01",
                "state": "out",
                "grade": "firm",
                "since": "2025-11-23T07:40:00.000Z",
                "told_at": "2025-11-23T08:00:50.000Z",
                "told_age_s": 10.0,
                "outage": "8d3f5141-3d58-5088-89f2-d353dbb2328d",
                "reachable": True,
                "battery_percent": 81.5,
                "hours_left": 17.5,
                "flapping": False,
            },
        }
    ],
}
