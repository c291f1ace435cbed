from __future__ import annotations

from datetime import UTC, datetime

from api.site.city import places, quantities, snapshot
from crisis.places.gazetteer import Gazetteer
from crisis.places.streets import Street

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_street_is_told_from_its_namesakes_by_the_name_of_its_ortsteil() -> None:
    streets = [Street("Hauptstraße", 52.4846, 13.3443, "0701"), Street("Hauptstraße", 52.5, 13.5, "")]
    found = snapshot.of(quantities.SHOWN["pm2_5"], [], [], {}, NOW)

    _, hits = places.search("haupt", Gazetteer(streets=streets), found)

    assert sorted(hit.within or "" for hit in hits) == ["", "Schöneberg"]
