"""Clause 8.2: the properties and relations of each entity type, and the control information of clause 8.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.sensorthings.support.requirements import requirement
from tests.api.sensorthings.support.standard import ENTITIES, INVERSES, SETS, TARGETS

if TYPE_CHECKING:
    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow


async def each(ask: Asker, name: str) -> list[dict[str, Any]]:
    """All entities of a set."""
    return [entity for page in await ask.all_pages(name) for entity in page]


async def behind(ask: Asker, entity: dict[str, Any], relation: str) -> list[dict[str, Any]]:
    """What a relation of an entity leads to, by its navigation link."""
    response = await ask.client.get(entity[f"{relation}@iot.navigationLink"])
    assert response.status_code == 200, response.text
    body = response.json()
    return list(body["value"]) if "value" in body else [body]


@requirement(*(f"datamodel/{name}/properties" for name in ENTITIES))
@pytest.mark.parametrize("name", ENTITIES)
async def test_datamodel_properties(ask: Asker, name: str) -> None:
    """req/datamodel/*/properties: what is mandatory is there, of the type in the table; others are optional ones."""
    wanted = ENTITIES[name]
    found = await each(ask, SETS[name])

    assert found
    for entity in found:
        own = {key: value for key, value in entity.items() if "@iot." not in key}
        assert wanted.mandatory.keys() <= own.keys() <= wanted.mandatory.keys() | wanted.optional.keys()
        for key, check in {**wanted.mandatory, **wanted.optional}.items():
            assert check(own[key]) or (key in wanted.optional and own[key] is None), (key, own[key])


@requirement(*(f"datamodel/{name}/relations" for name in ENTITIES))
@pytest.mark.parametrize("name", ENTITIES)
async def test_datamodel_relations(ask: Asker, name: str) -> None:
    """req/datamodel/*/relations: each relation leads to what the table says, and back."""
    for entity in await each(ask, SETS[name]):
        for relation, is_many in ENTITIES[name].relations.items():
            others = await behind(ask, entity, relation)
            assert is_many or len(others) == 1
            back = INVERSES[SETS[name], relation]
            for other in others:
                assert other["@iot.selfLink"].startswith(f"http://api/sensorthings/v1.1/{TARGETS[relation]}(")
                assert entity["@iot.id"] in [one["@iot.id"] for one in await behind(ask, other, back)]


@requirement("datamodel/historical-location/relations")
async def test_a_thing_with_a_location_has_a_historical_location_for_each_it_got(ask: Asker) -> None:
    """8.2.3: also for the present one. A HistoricalLocation has Locations, a Thing only its last known one."""
    history = (await ask.get("Things('71-02')/HistoricalLocations", expand="Locations", orderby="time"))["value"]

    assert [(entry["time"], entry["Locations"][0]["location"]["coordinates"]) for entry in history] == [
        ("2025-11-23T08:00:00.000Z", [13.5, 52.55]),
        ("2025-11-23T08:02:00.000Z", [13.2, 52.6]),
    ]
    present = (await ask.get("Things('71-02')/Locations"))["value"]
    assert [location["location"]["coordinates"] for location in present] == [[13.2, 52.6]]


@requirement("datamodel/feature-of-interest/relations", "datamodel/observation/relations")
async def test_the_feature_of_interest_is_the_place_at_the_phenomenon_time(ask: Asker) -> None:
    found = await ask.get("Datastreams(3)/Observations", expand="FeatureOfInterest")

    assert [each["FeatureOfInterest"]["feature"]["coordinates"] for each in found["value"]] == [
        *([[13.5, 52.55]] * 2),
        *([[13.2, 52.6]] * 2),
    ]
    (moved,) = (
        await ask.get(
            "FeaturesOfInterest",
            filter="st_within(feature, geography'POLYGON((13.1 52.5,13.3 52.5,13.3 52.7,13.1 52.7,13.1 52.5))')",
        )
    )["value"]
    observed = await ask.get(f"FeaturesOfInterest('{moved['@iot.id']}')/Observations", count="true")
    assert (observed["@iot.count"], [each["result"] for each in observed["value"]]) == (2, [2, 3])


@requirement("datamodel/datastream/properties")
async def test_the_observed_area_is_that_of_all_features_of_interest(ask: Asker) -> None:
    """Table 8: a point where they are one, else their bounding box."""
    still, moved = (await ask.get("Datastreams", filter="id eq 1 or id eq 3"))["value"]

    assert still["observedArea"] == {"type": "Point", "coordinates": [13.3425, 52.4886]}
    assert moved["observedArea"] == {
        "type": "Polygon",
        "coordinates": [[[13.2, 52.55], [13.5, 52.55], [13.5, 52.6], [13.2, 52.6], [13.2, 52.55]]],
    }
    areas = {
        "observedArea/type eq 'Polygon'": [3],
        "observedArea/type eq 'Point'": [1, 2, 4],
        "geo.intersects(observedArea, geography'POLYGON((13.3 52.4,13.4 52.4,13.4 52.7,13.3 52.7,13.3 52.4))')": [
            1,
            2,
            3,
        ],
        "st_intersects(observedArea, geography'LINESTRING(13.4 52.5,13.4 52.7)')": [3],
        "st_intersects(observedArea, geography'POINT(13.4 52.58)')": [3],
        "st_disjoint(observedArea, geography'POLYGON((13.3 52.4,13.4 52.4,13.4 52.7,13.3 52.7,13.3 52.4))')": [4],
        "st_within(observedArea, geography'POLYGON((13 52,14 52,14 53,13 53,13 52))')": [1, 2, 3, 4],
        "st_contains(observedArea, geography'POINT(13.3425 52.4886)')": [1, 2],
        "st_touches(observedArea, geography'POLYGON((13 52,14 52,14 53,13 53,13 52))')": [],
    }
    assert {text: await ask.ids("Datastreams", filter=text) for text in areas} == areas


@requirement("datamodel/observed-property/relations", "datamodel/sensor/relations")
@pytest.mark.parametrize("name", ["ObservedProperties", "Sensors"])
async def test_what_is_listed_is_used_by_a_datastream(ask: Asker, name: str) -> None:
    for entity in await each(ask, name):
        assert await behind(ask, entity, "Datastreams"), entity


@requirement("datamodel/entity-control-information/common-control-information")
@pytest.mark.parametrize("name", ENTITIES)
async def test_common_control_information(ask: Asker, name: str) -> None:
    """req/datamodel/entity-control-information: @iot.id is unique, @iot.selfLink leads to the entity itself."""
    found = await each(ask, SETS[name])

    assert len({entity["@iot.id"] for entity in found}) == len(found)
    for entity in found:
        again = await ask.client.get(entity["@iot.selfLink"])
        assert (again.status_code, again.json()) == (200, entity)
        links = {key.partition("@")[0] for key in entity if key.endswith("@iot.navigationLink")}
        assert links == ENTITIES[name].relations.keys()
