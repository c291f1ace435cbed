"""What the existing Kiezbox web app asks its box: the mode as a number, and where the box stands.

The app takes every even number for an emergency (`mode % 2 == 0`): also 0, which is maintenance. Here 2 means a real
emergency that is known to hold now; everything else is 1, and `name` says what it is.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.crisis.deps import ServedNode
from api.crisis.residents import situation
from api.crisis.staff_api import examples
from api.http import etags, times
from api.http.times import Instant
from crisis.model import areas
from crisis.node import Node
from devices.readings import Mode

router = APIRouter(tags=["crisis"])

NO_EMERGENCY, EMERGENCY = 1, 2

Coordinates = Annotated[
    tuple[float, float] | None,
    Field(
        examples=[[13.3425, 52.4886]],
        description="Longitude, latitude; null where the settings of this node have none.",
    ),
]


class ModeNumber(BaseModel):
    """The mode, in a form that the existing app cannot misread."""

    mode: int = Field(examples=[1], description="2: a real emergency that is known to hold now. 1: anything else.")
    coordinates: Coordinates
    is_emergency: bool
    name: Mode = Field(description="What was decided, also when it is an exercise, or stale.")
    area: str = Field(examples=["all"], description="The area whose decision holds here.")
    exercise: bool
    since: Instant | None
    as_of: Instant | None
    age_s: float | None = Field(examples=[0.0])
    stale: bool = Field(description="The hub was not heard lately: the answer may be out of date.")


class Info(BaseModel):
    """Where the box stands, and what it is called."""

    lon: float | None = Field(examples=[13.3425])
    lat: float | None = Field(examples=[52.4886])
    coordinates: Coordinates
    node: str = Field(examples=["71-01"])
    place: str = Field(examples=["Rathaus Schöneberg"])
    is_emergency: bool
    since: Instant | None
    as_of: Instant | None
    age_s: float | None = Field(examples=[0.0])
    stale: bool


@router.get("/api/mode", response_model=ModeNumber, responses=examples.of(examples.MODE_NUMBER, 304))
async def show_mode(request: Request, node: ServedNode) -> Response:
    """The mode that holds where this node stands, as the Kiezbox web app asks for it every 15 seconds."""
    made = mode_of(node)
    unaged = made.model_dump(exclude={"as_of", "age_s"})
    return etags.answer(request, etags.of((), unaged), lambda: made)


@router.get("/api/info", response_model=Info, responses=examples.of(examples.INFO, 304))
async def show_info(request: Request, node: ServedNode) -> Response:
    """Where this node stands."""
    mode = mode_of(node)
    lon, lat = mode.coordinates or (None, None)
    made = Info(
        lon=lon,
        lat=lat,
        node=node.name,
        place=node.settings.place,
        **mode.model_dump(include={"coordinates", "is_emergency", "since", "as_of", "age_s", "stale"}),
    )
    unaged = made.model_dump(exclude={"as_of", "age_s"})
    return etags.answer(request, etags.of((), unaged), lambda: made)


def mode_of(node: Node) -> ModeNumber:
    """The mode at a node. A stale mode, an exercise and maintenance are no emergency."""
    now = node.now()
    found = node.state.mode_at(areas.EVERYWHERE if node.is_hub else node.name)
    as_of, is_stale = situation.freshness(node, now)
    is_emergency = found.mode is Mode.EMERGENCY and not found.exercise and not is_stale
    longitude, latitude = node.settings.longitude, node.settings.latitude
    return ModeNumber(
        mode=EMERGENCY if is_emergency else NO_EMERGENCY,
        coordinates=None if longitude is None or latitude is None else (longitude, latitude),
        is_emergency=is_emergency,
        name=found.mode,
        area=found.area,
        exercise=found.exercise,
        since=found.since,
        as_of=as_of,
        age_s=None if as_of is None else times.age_s(as_of, now),
        stale=is_stale,
    )
