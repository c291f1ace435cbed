"""Run by the Python of QGIS: loads layers of a SensorThings service as its users do, and prints what it got as JSON."""

import json
import sys
from typing import Any

sys.path.append("/usr/share/qgis/python")

from qgis import core  # type: ignore[import-not-found]  # only QGIS's own Python has it, there

WITH_GEOMETRY = ("Location", "FeatureOfInterest")  # QGIS 3.40 knows no observedArea yet
TABLES = ("Thing", "HistoricalLocation", "Sensor", "ObservedProperty", "Observation", "Datastream")
EXPANDED = "expandTo='Thing;Datastream;Observation:limit=1:orderby=phenomenonTime,desc'"


def load(service: str, entity: str, *more: str, rectangle: tuple[float, ...] | None = None) -> dict[str, Any]:
    """One layer: how many features there are, how many came, their extent, and the ids."""
    layer = core.QgsVectorLayer(" ".join((f"url='{service}' entity='{entity}'", *more)), entity, "sensorthings")
    assert layer.isValid(), layer.error().message()
    request = core.QgsFeatureRequest()
    if rectangle is not None:
        request.setFilterRect(core.QgsRectangle(*rectangle))
    count = layer.featureCount()
    features = list(layer.getFeatures(request))
    extent = layer.extent()
    return {
        "count": count,
        "features": len(features),
        "ids": sorted({feature["id"] for feature in features}),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "points": sorted(
            [feature.geometry().asPoint().x(), feature.geometry().asPoint().y()]
            for feature in features
            if not feature.geometry().isNull()
        ),
        "fields": [field.name() for field in layer.fields()],
    }


def main(service: str) -> None:
    """Load all kinds of layers."""
    entities = core.QgsSensorThingsUtils
    found: dict[str, Any] = {
        "types": {
            name: [
                each.name
                for each in entities.availableGeometryTypes(service, getattr(core.Qgis.SensorThingsEntity, name))
            ]
            for name in WITH_GEOMETRY
        },
        "layers": {name: load(service, name, "type=PointZ") for name in WITH_GEOMETRY},
        "tables": {name: load(service, name) for name in TABLES},
        "paged": load(service, "Location", "type=PointZ", "pageSize='2'"),
        "filtered": load(service, "Location", "type=PointZ", "sql=name eq 'Kiosk 3'"),
        "seen": load(service, "Location", "type=PointZ", "pageSize='2'", rectangle=(13.35, 52.0, 13.45, 53.0)),
        "expanded": load(service, "Location", "type=PointZ", EXPANDED),
    }
    print(json.dumps(found))  # noqa: T201 -- for the test that started this


if __name__ == "__main__":
    application = core.QgsApplication([], False)  # no windows
    application.initQgis()
    main(sys.argv[1])
    application.exitQgis()
