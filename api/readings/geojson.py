"""Boxes and readings as GeoJSON (RFC 7946): WGS 84, longitude first. Without a known position `geometry` is null."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from api.database import Row
from api.readings.schemas.base import Resource
from api.readings.schemas.boxes import Box
from api.readings.schemas.readings import Reading


class Point(Resource):
    """A position."""

    type: Literal["Point"] = "Point"
    coordinates: Annotated[
        tuple[float, float], Field(examples=[[13.3425, 52.4886]], description="Longitude and latitude, degrees.")
    ]


class BoxFeature(Resource):
    """A box as a feature, at its position."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["71-01"])
    geometry: Point | None
    properties: Box


class ReadingFeature(Resource):
    """A reading as a feature, at the position of its box."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["71-01/core/temperature_outside"])
    geometry: Point | None
    properties: Reading


class _Features(Resource):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    next: str | None = Field(examples=[None], description="Pass it as `cursor` for the next page; null at the end.")


class BoxFeatures(_Features):
    """A page of boxes."""

    features: list[BoxFeature]


class ReadingFeatures(_Features):
    """A page of readings."""

    features: list[ReadingFeature]


def boxes(items: Iterable[Box], next_cursor: str | None) -> BoxFeatures:
    """A page of boxes as GeoJSON."""
    features = [
        BoxFeature(
            id=box.box,
            geometry=Point(coordinates=(box.position.longitude, box.position.latitude)) if box.position else None,
            properties=box,
        )
        for box in items
    ]
    return BoxFeatures(features=features, next=next_cursor)


def readings(items: Iterable[Reading], rows: Iterable[Row], next_cursor: str | None) -> ReadingFeatures:
    """A page of readings as GeoJSON; `rows` has a row for each reading, with the position of its box."""
    features = [
        ReadingFeature(
            id=f"{reading.box}/{reading.source}/{reading.quantity}", geometry=_point(row), properties=reading
        )
        for reading, row in zip(items, rows, strict=True)
    ]
    return ReadingFeatures(features=features, next=next_cursor)


def _point(row: Row) -> Point | None:
    latitude, longitude = row["latitude"], row["longitude"]
    return None if latitude is None or longitude is None else Point(coordinates=(longitude, latitude))
