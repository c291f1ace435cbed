"""Boxes and readings as GeoJSON (RFC 7946): WGS 84, longitude first. What has no known position has no geometry."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from api.database import Row
from api.readings.schemas.resources import Box, Reading, Resource


class Point(Resource):
    """A place."""

    type: Literal["Point"] = "Point"
    coordinates: Annotated[
        tuple[float, float], Field(examples=[[13.3425, 52.4886]], description="Longitude and latitude, degrees.")
    ]


class BoxFeature(Resource):
    """A box on the map."""

    type: Literal["Feature"] = "Feature"
    id: str = Field(examples=["71-01"])
    geometry: Point | None
    properties: Box


class ReadingFeature(Resource):
    """A reading on the map, where its box stands."""

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


def boxes(items: Iterable[Box], following: str | None) -> BoxFeatures:
    """A page of boxes as GeoJSON."""
    features = [
        BoxFeature(
            id=box.box,
            geometry=Point(coordinates=(box.position.longitude, box.position.latitude)) if box.position else None,
            properties=box,
        )
        for box in items
    ]
    return BoxFeatures(features=features, next=following)


def readings(items: Iterable[Reading], rows: Iterable[Row], following: str | None) -> ReadingFeatures:
    """A page of readings as GeoJSON; `rows` are theirs, with the positions of their boxes."""
    features = [
        ReadingFeature(
            id=f"{reading.box}/{reading.source}/{reading.quantity}", geometry=_point(row), properties=reading
        )
        for reading, row in zip(items, rows, strict=True)
    ]
    return ReadingFeatures(features=features, next=following)


def _point(row: Row) -> Point | None:
    latitude, longitude = row["latitude"], row["longitude"]
    return None if latitude is None or longitude is None else Point(coordinates=(longitude, latitude))
