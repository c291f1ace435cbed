"""Clause 9.2: the eight usages of a resource path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.sensorthings.conftest import ROOT
from tests.api.sensorthings.support.requirements import requirement
from tests.api.sensorthings.support.standard import ENTITIES, SETS

if TYPE_CHECKING:
    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow

PATHS = "resource-path/resource-path-to-entities"


@requirement(PATHS)
async def test_usage_1_no_resource_path_gives_every_entity_set_and_its_address(ask: Asker) -> None:
    for root in (ROOT, f"{ROOT}/"):
        document = (await ask.client.get(root)).json()
        assert {entry["name"] for entry in document["value"]} == set(SETS.values())
        for entry in document["value"]:
            assert (await ask.client.get(entry["url"])).status_code == 200


@requirement(PATHS)
async def test_usage_2_a_collection_is_a_list_named_value_and_an_empty_one_is_empty(ask: Asker) -> None:
    assert (await ask.get("Things", count="true")).keys() == {"@iot.count", "value"}
    assert (await ask.get("Things", filter="name eq 'nobody'"))["value"] == []


@requirement(PATHS)
@pytest.mark.parametrize("name", ENTITIES)
async def test_usages_3_4_and_5_an_entity_its_properties_and_their_values(ask: Asker, name: str) -> None:
    (listed,) = (await ask.get(SETS[name], top="1"))["value"]
    key = listed["@iot.id"] if isinstance(listed["@iot.id"], int) else f"'{listed['@iot.id']}'"
    path = f"{SETS[name]}({key})"

    assert await ask.get(path) == listed
    for prop in (*ENTITIES[name].mandatory, *ENTITIES[name].optional):
        answer = await ask.client.get(f"{ROOT}/{path}/{prop}")
        bare = await ask.client.get(f"{ROOT}/{path}/{prop}/$value")
        if listed[prop] is None:
            assert (answer.status_code, bare.status_code) == (204, 204)
            continue
        assert answer.json() == {prop: listed[prop]}
        assert bare.headers["content-type"].startswith("text/plain")
        assert bare.text == listed[prop] if isinstance(listed[prop], str) else bare.json() == listed[prop]


@requirement(PATHS)
async def test_usage_4_members_of_a_complex_property_have_addresses(ask: Asker) -> None:
    assert await ask.get("Datastreams(1)/unitOfMeasurement/symbol") == {"symbol": "°C"}
    assert await ask.get("Things('71-01')/properties/district") == {"district": "71"}
    assert (await ask.client.get(f"{ROOT}/Things('71-01')/properties/registered/$value")).text == "true"
    assert (await ask.client.get(f"{ROOT}/Things('cellar')/properties/district")).status_code == 204
    for nowhere in ("properties/colour", "name/first", "properties/district/x", "properties/district/x/$value"):
        assert (await ask.client.get(f"{ROOT}/Things('71-01')/{nowhere}")).status_code == 404, nowhere


@requirement(PATHS)
async def test_usages_6_and_7_a_navigation_property_and_its_association_link(ask: Asker) -> None:
    for path in (
        "Datastreams(1)/Observations",
        "Things('71-01')/Datastreams",
        "Locations('71-01')/HistoricalLocations",
    ):
        entities = (await ask.get(path))["value"]
        references = (await ask.get(f"{path}/$ref"))["value"]
        assert entities
        assert references == [{"@iot.selfLink": entity["@iot.selfLink"]} for entity in entities]


@requirement(PATHS)
async def test_usage_8_paths_are_nested(ask: Asker) -> None:
    (first, *_) = (await ask.get("Datastreams(1)/Observations"))["value"]
    path = f"Datastreams(1)/Observations('{first['@iot.id']}')"

    assert await ask.get(path) == first
    assert await ask.get(f"{path}/resultTime") == {"resultTime": first["resultTime"]}
    assert (await ask.get(f"{path}/FeatureOfInterest"))["@iot.id"] == "71-01"
    assert (await ask.get(f"{path}/Datastream/Thing/Locations"))["value"][0]["@iot.id"] == "71-01"


@requirement(PATHS)
@pytest.mark.parametrize("name", ENTITIES)
async def test_relations_lead_on_to_the_fourth_level(ask: Asker, name: str) -> None:
    """As OGC's executable test suite walks: the first entity of each collection, and all of its relations again."""
    asked = 0
    waiting = [(f"{ROOT}/{SETS[name]}", name, 1)]
    by_set = {entities: each for each, entities in SETS.items()}
    while waiting:
        path, kind, level = waiting.pop()
        answer = await ask.client.get(path)
        asked += 1
        assert answer.status_code == 200, path
        if level == 3:
            continue
        body = answer.json()
        for entity in body["value"][:1] if "value" in body else [body]:
            for relation in ENTITIES[kind].relations:
                target = by_set.get(relation) or next(
                    each for each in SETS if each.replace("-", "") == relation.lower()
                )
                waiting.append((entity[f"{relation}@iot.navigationLink"], target, level + 1))

    assert asked > 3
