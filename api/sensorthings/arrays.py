"""Observations as arrays ($resultFormat=dataArray; 18-088, 12): the names once, then only values."""

from collections.abc import Sequence

from api.database import Row
from api.sensorthings import entities, shapes
from api.sensorthings.links import Links
from api.sensorthings.options import Options
from api.sensorthings.shapes import Json


def write(rows: Sequence[Row], options: Options, links: Links) -> list[Json]:
    """One entry for each Datastream, in the order of their first rows."""
    names = [
        name for name in ("@iot.id", *entities.OBSERVATIONS.shown) if options.select is None or name in options.select
    ]
    by_series: dict[int, list[list[object]]] = {}
    for row in rows:
        values = {"@iot.id": row["key"], **shapes.write(entities.OBSERVATIONS, row)}
        by_series.setdefault(row["series"], []).append([values[name] for name in names])
    return [
        {
            "Datastream@iot.navigationLink": links.entity(entities.DATASTREAMS, series),
            "components": ["id" if name == "@iot.id" else name for name in names],
            "dataArray@iot.count": len(found),
            "dataArray": found,
        }
        for series, found in by_series.items()
    ]
