from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.sensorthings import reader
from tests.api.sensorthings.conftest import ROOT

if TYPE_CHECKING:
    import httpx

    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow

BERLIN_WEST = "geography'POLYGON((13.3 52.4,13.4 52.4,13.4 52.6,13.3 52.6,13.3 52.4))'"

THINGS = [
    ("name eq 'Rathaus Schöneberg'", ["71-01"]),
    ("name eq 'O''Hara''s'", ["71-02"]),
    ("name ne 'cellar'", ["71-01", "71-02"]),
    ("@iot.id eq '71-01' or id eq 'cellar'", ["71-01", "cellar"]),
    ("name gt 'P' and name lt 'S'", ["71-01"]),
    ("not (name eq 'cellar')", ["71-01", "71-02"]),
    ("not name eq 'cellar'", ["71-01", "71-02"]),
    ("NOT NOT name eq 'cellar'", ["cellar"]),
    ("name eq 'cellar' or name eq 'x' and name eq 'y'", ["cellar"]),
    ("(name eq 'cellar' or name eq 'x') and name eq 'y'", []),
    ("properties/district eq '71'", ["71-01", "71-02"]),
    ("properties/district eq null", ["cellar"]),
    ("null ne properties/district", ["71-01", "71-02"]),
    ("properties/district ne '71'", ["cellar"]),
    ("properties/registered eq true", ["71-01"]),
    ("properties/registered", ["71-01"]),
    ("not properties/registered", ["71-02", "cellar"]),
    ("substringof('haus', name)", ["71-01"]),
    ("contains(name, 'haus')", ["71-01"]),
    ("contains(name, 'haus') eq false", ["71-02", "cellar"]),
    ("startswith(name, 'Rat')", ["71-01"]),
    ("endswith(name, 'lar')", ["cellar"]),
    ("endswith(name, '')", ["71-01", "71-02", "cellar"]),
    ("contains(name, '%')", []),
    ("tolower(name) eq 'rathaus schöneberg'", ["71-01"]),
    ("toupper(name) eq 'CELLAR'", ["cellar"]),
    ("length(name) eq 6", ["cellar"]),
    ("indexof(name, 'haus') eq 3", ["71-01"]),
    ("substring(name, 3) eq 'lar'", ["cellar"]),
    ("substring(name, 0, 3) eq 'cel'", ["cellar"]),
    ("trim(concat(name, '  ')) eq 'cellar'", ["cellar"]),
    ("Datastreams/ObservedProperty/name eq 'Noise'", ["71-01", "71-02"]),
    ("Datastreams/properties/source eq 'sensor-3'", ["71-01"]),
    ("Datastreams/name eq 'nothing' or id eq 'cellar'", ["cellar"]),
    ("not Datastreams/properties/quantity eq 'noise'", ["cellar"]),
    ("Datastreams/@iot.id eq 3", ["71-02"]),
    ("Datastreams/Sensor/Datastreams/Thing/id eq 'cellar'", ["71-01", "71-02", "cellar"]),
    (f"st_within(Locations/location, {BERLIN_WEST})", ["71-01"]),
    (f"st_contains({BERLIN_WEST}, Locations/location)", ["71-01"]),
    (f"geo.intersects(Locations/location, {BERLIN_WEST})", ["71-01"]),
    (f"st_intersects(Locations/location, {BERLIN_WEST})", ["71-01"]),
    (f"st_disjoint(Locations/location, {BERLIN_WEST})", ["71-02"]),
    (f"st_distance(Locations/location, {BERLIN_WEST}) gt 0.05", ["71-02"]),
    ("geo.distance(Locations/location, geography'POINT(13.34 52.49)') lt 0.01", ["71-01"]),
    ("st_equals(Locations/location, geography'SRID=4326;POINT (13.5 52.55)')", ["71-02"]),
    ("HistoricalLocations/time gt 2020-01-01T00:00:00Z", ["71-01", "71-02"]),
    ("id in ('71-02', 'cellar')", ["71-02", "cellar"]),
    ("not id in ('71-02', 'cellar')", ["71-01"]),
    ("Datastreams/properties/quantity in ('noise') and id ne '71-01'", ["71-02"]),
    ("Datastreams/id eq '3'", ["71-02"]),
    ("Datastreams/phenomenonTime gt 2025-12-01", ["cellar"]),
    ("Datastreams/Observations/result gt 50", ["cellar"]),
    ("Datastreams/Observations/result eq 4 and Datastreams/Observations/phenomenonTime lt 2025-11-23T08:04:00Z", []),
    (
        "Datastreams/Observations/result eq 4 and Datastreams/Observations/phenomenonTime le 2025-11-23T08:04:00Z",
        ["71-01"],
    ),
    ("Datastreams/properties/quantity eq 'noise' and Datastreams/Observations/result ge 3", []),
    ("Datastreams/Observations/FeatureOfInterest/id eq '71-02'", ["71-02"]),
    ("Datastreams/Observations/result gt 50 or id eq '71-01'", ["71-01", "cellar"]),
]

# Of Datastream 1: values 0 to 4, a minute apart from 2025-11-23 08:00 on.
OBSERVATIONS = [
    ("result eq 3", [3]),
    ("result ne 3", [0, 1, 2, 4]),
    ("result gt 3.0", [4]),
    ("result ge 3", [3, 4]),
    ("result lt 1e0", [0]),
    ("result le 1", [0, 1]),
    ("3 lt result", [4]),
    ("result gt -1 and result lt 1", [0]),
    ("-result eq -(2)", [2]),
    ("result add 1 eq 3", [2]),
    ("result sub 1 mul 2 eq 1", [3]),
    ("(result sub 1) mul 2 eq 4", [3]),
    ("result div 2 eq 2", [4]),
    ("result div 0 eq 2", []),
    ("result mod 2 eq 0", [0, 2, 4]),
    ("round(result div 2) eq 2", [3, 4]),
    ("floor(result div 2) eq 1", [2, 3]),
    ("ceiling(result div 2) eq 1", [1, 2]),
    ("phenomenonTime ge 2025-11-23T08:03:00Z", [3, 4]),
    ("2025-11-23T08:03:00.000Z le phenomenonTime", [3, 4]),
    ("resultTime lt 2025-11-23T09:01:00+01:00", [0]),
    ("phenomenonTime eq 2025-11-23T08:01:00Z", [1]),
    ("phenomenonTime ne 2025-11-23T08:01:00Z", [0, 2, 3, 4]),
    ("phenomenonTime gt 2025-11-23 and phenomenonTime lt 2025-11-24", [0, 1, 2, 3, 4]),
    ("phenomenonTime gt 2025-11-24", []),
    ("phenomenonTime lt now()", [0, 1, 2, 3, 4]),
    ("phenomenonTime gt now() sub duration'PT1H' sub duration'P999D'", [0, 1, 2, 3, 4]),
    ("phenomenonTime add duration'PT1M' eq 2025-11-23T08:01:00Z", [0]),
    ("phenomenonTime sub 2025-11-23T08:00:00Z ge duration'PT3M'", [3, 4]),
    ("phenomenonTime lt maxdatetime() and phenomenonTime gt mindatetime()", [0, 1, 2, 3, 4]),
    ("year(phenomenonTime) eq 2025 and month(resultTime) eq 11 and day(phenomenonTime) eq 23", [0, 1, 2, 3, 4]),
    ("hour(phenomenonTime) eq 8 and minute(phenomenonTime) ge 3", [3, 4]),
    ("second(phenomenonTime) eq 0 and fractionalseconds(phenomenonTime) eq 0", [0, 1, 2, 3, 4]),
    ("date(phenomenonTime) eq 2025-11-23", [0, 1, 2, 3, 4]),
    ("time(phenomenonTime) gt 08:02", [3, 4]),
    ("totaloffsetminutes(phenomenonTime) eq 0", [0, 1, 2, 3, 4]),
    ("before(phenomenonTime, 2025-11-23T08:02:00Z)", [0, 1]),
    ("after(phenomenonTime, 2025-11-23T08:02:00Z)", [3, 4]),
    ("during(phenomenonTime, 2025-11-23T08:01:00Z/2025-11-23T08:03:00Z)", [1, 2]),
    ("parameters/received_at gt 2025-11-23T08:04:00.5Z", [4]),
    ("id eq '1-1763884920000000'", [2]),
    ("Datastream/Thing/name eq 'Rathaus Schöneberg' and result gt 3", [4]),
    ("Datastream/Thing/name eq 'cellar' or result gt 3", [4]),
    (f"st_within(FeatureOfInterest/feature, {BERLIN_WEST}) and result gt 3", [4]),
    (f"st_within(Datastream/Thing/Locations/location, {BERLIN_WEST}) and result gt 3", [4]),
    ("result eq null", []),
]

# What is wrong, and the character it points at, counted from 0.
MISTAKES = [
    ("", 0),
    ("nme eq 'x'", 0),
    ("name eq", 7),
    ("name eq 'x' and", 15),
    ("name eq 'x' 'y'", 12),
    ("name eq 'x", 8),
    ("(name eq 'x'", 12),
    ("name eq 'x')", 11),
    ("name = 'x'", 5),
    ("name eq 5", 5),
    ("name", 0),
    ("name add 1 eq 2", 5),
    ("frobnicate(name) eq 1", 0),
    ("contains(name) eq true", 0),
    ("name eq 'x'; DROP TABLE box", 11),
    ("properties/district", 0),
    ("properties/secret eq 'x'", 0),
    ("id in 'x'", 6),
    ("id in ()", 6),
    ("Datastreams/Observations/value gt 5", 0),
    ("Locations/location eq geography'POINT(1 2)'", 19),
    ("st_within(Locations/location, geography'CIRCLE(1 2)')", 30),
    ("properties/last_seen_at gt 2025-13-01T00:00:00Z", 27),
    ("properties/last_seen_at gt duration'P'", 27),
    ("Datastreams/Thing/" * 200 + "name eq 'x'", 0),
    ("name eq 'x' and not " + "not " * 200 + "name eq 'x'", 136),
    ("length(name) eq 1" + " add 1" * 200, 198),
    ("(" * 40 + "name eq 'x'" + ")" * 40, 30),
]


async def test_filters_of_things_find_those_that_fulfil_them(ask: Asker) -> None:
    found = {text: await ask.ids("Things", filter=text) for text, _ in THINGS}

    assert found == dict(THINGS)


async def test_filters_of_observations_find_those_that_fulfil_them(ask: Asker) -> None:
    found = {}
    for text, _ in OBSERVATIONS:
        page = await ask.get("Datastreams(1)/Observations", filter=text)
        found[text] = [entity["result"] for entity in page["value"]]

    assert found == dict(OBSERVATIONS)


async def test_a_mistake_in_a_filter_is_pointed_at(client: httpx.AsyncClient) -> None:
    found = {}
    for text, _ in MISTAKES:
        response = await client.get(f"{ROOT}/Things", params={"$filter": text})
        assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json"), text
        assert response.json()["errors"][0]["parameter"] == "$filter"
        found[text] = response.json().get("position")

    assert found == dict(MISTAKES)


async def test_a_number_that_leaves_its_range_is_a_mistake(ask: Asker) -> None:
    for text in ("result mul 1e308 mul 1e308 gt 0", "phenomenonTime add duration'P999999D' mul 1e9 gt now()"):
        response = await ask.client.get(f"{ROOT}/Observations", params={"$filter": text})

        assert response.status_code == 400, response.text


async def test_a_mistake_inside_expand_is_pointed_at_from_its_beginning(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{ROOT}/Things", params={"$expand": "Locations,Datastreams($top=1;$filter=nme eq 1)"})

    assert (response.status_code, response.json().get("position")) == (400, 37), response.text


async def test_a_filter_on_two_datastreams_reads_only_those(ask: Asker) -> None:
    found = await ask.get("Observations", filter="Datastream/@iot.id eq 2 or Datastream/@iot.id eq 4")

    assert [entity["@iot.id"].split("-")[0] for entity in found["value"]] == ["2", "4", "2", "4", "2"]


async def test_a_search_through_readings_that_takes_too_long_is_refused_with_advice(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "SEARCH_SECONDS", 0.0)

    response = await ask.client.get(f"{ROOT}/Things", params={"$filter": "Datastreams/Observations/result gt 1"})

    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "$filter")
    assert "Narrow their phenomenonTime" in response.json()["detail"]
    assert await ask.ids("Things", filter="Datastreams/name eq 'x'") == []  # what reads no readings has all the time
