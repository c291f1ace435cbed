"""Observations as arrays ($resultFormat=dataArray; 18-088, 12): the names once, then only values."""

from collections.abc import Sequence

from api.database import Row
from api.sensorthings import entities, shapes
from api.sensorthings.links import Links
from api.sensorthings.options import Options
from api.sensorthings.shapes import Json


def write(rows: Sequence[Row], options: Options, links: Links) -> list[Json]:
    """One entry for each Datastream, in the order of their first rows."""
    known = ("@iot.id", *entities.OBSERVATIONS.shown)
    names = [*known, *entities.OBSERVATIONS.members] if options.select is not None else known
    paths = [name.split("/") for name in names if options.select is None or name in options.select]
    by_series: dict[int, list[list[object]]] = {}
    for row in rows:
        body = {"@iot.id": row["key"], **shapes.write(entities.OBSERVATIONS, row)}
        by_series.setdefault(row["series"], []).append([shapes.member(body, path) for path in paths])
    return [
        {
            "Datastream@iot.navigationLink": links.entity(entities.DATASTREAMS, series),
            "components": ["id" if path == ["@iot.id"] else "/".join(path) for path in paths],
            "dataArray@iot.count": len(found),
            "dataArray": found,
        }
        for series, found in by_series.items()
    ]
