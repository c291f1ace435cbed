"""Clause 9.3: the system query options, with the standard's own examples where it gives some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.sensorthings.conftest import ROOT
from tests.api.sensorthings.support.requirements import requirement

if TYPE_CHECKING:
    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow

HEXAGON = "geography'POLYGON ((13.3 52.4, 13.4 52.4, 13.45 52.5, 13.4 52.6, 13.3 52.6, 13.25 52.5, 13.3 52.4))'"
THROUGH = "geography'LINESTRING (13.3 52.4886, 13.4 52.4886)'"  # its middle is 71-01
FROM_THERE = "geography'LINESTRING (13.3425 52.4886, 13.4 52.4886)'"

# Table 10: each operator, and the results of Datastream 1 (0 to 4, a minute apart) that fulfil it.
OPERATIONS: list[tuple[str, list[float]]] = [
    ("result eq 2", [2]),
    ("result ne 2", [0, 1, 3, 4]),
    ("result gt 2.0", [3, 4]),
    ("result ge 2.0", [2, 3, 4]),
    ("result lt 2", [0, 1]),
    ("result le 2", [0, 1, 2]),
    ("result le 3.5 and FeatureOfInterest/id eq '71-01'", [0, 1, 2, 3]),
    ("result le 3.5 and FeatureOfInterest/id eq '71-02'", []),
    ("result gt 3 or result le 0.5", [0, 4]),
    ("not (result gt 1)", [0, 1]),
    ("result add 5 gt 8", [4]),
    ("result sub 5 gt -3", [3, 4]),
    ("result mul 2 gt 6", [4]),
    ("result div 2 gt 1", [3, 4]),
    ("result mod 2 eq 0", [0, 2, 4]),
    ("(result sub 5) gt -2", [4]),
    ("result add 2 mul 3 eq 6", [0]),  # mul binds tighter than add
    ("result eq 0 or result eq 1 and result eq 2", [0]),  # and binds tighter than or
    ("phenomenonTime sub duration'PT1M' lt 2025-11-23T08:00:00Z", [0]),
    ("phenomenonTime ge 2025-11-23T08:01:00Z/2025-11-23T08:03:00Z", [1, 2, 3, 4]),
    ("phenomenonTime eq 2025-11-23T08:01:00Z/2025-11-23T08:03:00Z", [1, 2, 3]),
]

# Table 11 and the ids of Things that fulfil them: 71-01 at 13.3425 52.4886, and 71-02, which has moved to 13.2 52.6.
FUNCTIONS: list[tuple[str, list[str]]] = [
    ("substringof('Schöne', name)", ["71-01"]),
    ("endswith(description, 'registered')", ["cellar"]),
    ("startswith(name, 'Rat')", ["71-01"]),
    ("length(name) eq 8", ["71-02"]),
    ("indexof(name, 'Hara') eq 2", ["71-02"]),
    ("substring(name, 2) eq 'llar'", ["cellar"]),
    ("tolower(name) eq 'rathaus schöneberg'", ["71-01"]),
    ("toupper(name) eq 'CELLAR'", ["cellar"]),
    ("trim(name) eq 'cellar'", ["cellar"]),
    ("concat(concat(name, ', '), description) eq 'Rathaus Schöneberg, Neighbourhood box'", ["71-01"]),
    ("Datastreams/unitOfMeasurement/name eq 'percent'", ["cellar"]),
    ("year(HistoricalLocations/time) eq 2025 and id eq '71-01'", ["71-01"]),
    ("month(HistoricalLocations/time) eq 11 and id eq '71-01'", ["71-01"]),
    ("day(HistoricalLocations/time) eq 23 and id eq '71-01'", ["71-01"]),
    ("hour(HistoricalLocations/time) eq 8 and id eq '71-01'", ["71-01"]),
    ("minute(HistoricalLocations/time) eq 2", ["71-02"]),
    ("second(HistoricalLocations/time) eq 0 and minute(HistoricalLocations/time) eq 2", ["71-02"]),
    ("fractionalseconds(HistoricalLocations/time) eq 0 and minute(HistoricalLocations/time) eq 2", ["71-02"]),
    (
        "date(Datastreams/Observations/resultTime) ne date(Datastreams/Observations/validTime) and id eq 'cellar'",
        ["cellar"],
    ),
    ("time(HistoricalLocations/time) gt 08:01:00", ["71-02"]),
    ("totaloffsetminutes(HistoricalLocations/time) eq 0 and id eq '71-01'", ["71-01"]),
    ("HistoricalLocations/time ge now()", []),
    ("HistoricalLocations/time eq mindatetime()", []),
    ("HistoricalLocations/time eq maxdatetime()", []),
    ("round(Datastreams/Observations/result) eq 56", ["cellar"]),
    ("floor(Datastreams/Observations/result) eq 55", ["cellar"]),
    ("ceiling(Datastreams/Observations/result) eq 56", ["cellar"]),
    ("geo.distance(Locations/location, geography'POINT(13.34, 52.49)') gt 0.1", ["71-02"]),
    ("geo.distance(Locations/location, geography'POINT (13.34 52.49)') lt 0.1", ["71-01"]),
    (f"geo.length({THROUGH}) lt 0.2 and id eq 'cellar'", ["cellar"]),
    (f"geo.intersects(Locations/location, {HEXAGON})", ["71-01"]),
    ("st_equals(Locations/location, geography'POINT (13.2 52.6)')", ["71-02"]),
    (f"st_disjoint(Locations/location, {HEXAGON})", ["71-02"]),
    (f"st_touches(Locations/location, {FROM_THERE})", ["71-01"]),
    (f"st_touches(Locations/location, {THROUGH})", []),
    (f"st_within(Locations/location, {HEXAGON})", ["71-01"]),
    (f"st_within(Locations/location, {FROM_THERE})", []),  # the end of a line is its boundary
    (f"st_overlaps(Locations/location, {HEXAGON})", []),  # a point is in an area or it isn't
    (f"st_crosses(Locations/location, {THROUGH})", []),
    (f"st_intersects(Locations/location, {THROUGH})", ["71-01"]),
    ("st_contains(Locations/location, geography'POINT (13.2 52.6)')", ["71-02"]),
    (f"st_contains({HEXAGON}, Locations/location)", ["71-01"]),
    (f"st_relate(Locations/location, {HEXAGON}, 'T********')", ["71-01"]),
    (f"st_relate(Locations/location, {HEXAGON}, 'FF*FF****')", ["71-02"]),
    (f"st_relate({HEXAGON}, Locations/location, '0F2FF1FF2')", ["71-01"]),
]


def results(page: Any) -> list[float]:
    return [entity["result"] for entity in page["value"]]


@requirement("request-data/status-code")
async def test_status_code_of_what_is_not_there_is_404(ask: Asker) -> None:
    """req/request-data/status-code: 404 for an address that leads nowhere any more."""
    for path in ("Things('x')", "Datastreams(4711)", "Observations('1-1')", "HistoricalLocations('x')", "Nothing"):
        assert (await ask.client.get(f"{ROOT}/{path}")).status_code == 404


@requirement("request-data/query-status-code")
async def test_query_status_code_of_an_option_that_is_not_supported_is_501(ask: Asker) -> None:
    """req/request-data/query-status-code: such a request fails, and should do so with 501."""
    for option in ("$search=x", "$apply=aggregate(result with max as x)", "$compute=result mul 2 as x", "$format=atom"):
        assert (await ask.client.get(f"{ROOT}/Observations?{option}")).status_code == 501


@requirement("request-data/order")
async def test_order_of_evaluation(ask: Asker) -> None:
    """req/request-data/order: $filter, $count, $orderby, $skip, $top, and then $expand and $select."""
    page = await ask.get(
        "Datastreams(1)/Observations",
        select="result,Datastream",
        expand="Datastream($select=id)",
        top="2",
        skip="1",
        orderby="result desc",
        count="true",
        filter="result ge 1",
    )

    assert page["@iot.count"] == 4
    assert [(entry["result"], entry["Datastream"]["@iot.id"]) for entry in page["value"]] == [(3, 1), (2, 1)]
    assert set(page["value"][0]) == {"result", "Datastream", "Datastream@iot.navigationLink"}


@requirement("request-data/expand")
async def test_expand(ask: Asker) -> None:
    """req/request-data/expand: one level, several, many levels, and options for what is expanded (examples 1 to 4)."""
    (thing,) = (await ask.get("Things", filter="id eq '71-01'", expand="Datastreams/ObservedProperty"))["value"]
    stream = await ask.get("Datastreams(1)", expand="Observations,ObservedProperty")
    one = await ask.get("Datastreams(1)", expand="Observations($filter=result eq 1;$select=result)")

    assert [each["ObservedProperty"]["name"] for each in thing["Datastreams"]] == ["Outdoor temperature", "Noise"]
    assert ([each["result"] for each in stream["Observations"]], stream["ObservedProperty"]["name"]) == (
        [0, 1, 2, 3, 4],
        "Outdoor temperature",
    )
    assert one["Observations"] == [{"result": 1}]


@requirement("request-data/select")
async def test_select(ask: Asker) -> None:
    """req/request-data/select: properties, navigation properties and members, beside what is expanded."""
    (first, *_) = (await ask.get("Observations", select="result,resultTime"))["value"]
    stream = await ask.get("Datastreams(1)", select="id,Observations", expand="Observations/FeatureOfInterest")
    member = await ask.get("Things('71-01')", select="name,properties/district,properties/number")

    assert set(first) == {"result", "resultTime"}
    assert set(stream) == {"@iot.id", "Observations", "Observations@iot.navigationLink"}
    assert stream["Observations"][0]["FeatureOfInterest"]["@iot.id"] == "71-01"
    assert member == {"name": "Rathaus Schöneberg", "properties": {"district": "71", "number": "01"}}


@requirement("request-data/orderby")
async def test_orderby(ask: Asker) -> None:
    """req/request-data/orderby: ascending unless said, several expressions, through relations; null comes first."""
    assert results(await ask.get("Datastreams(1)/Observations", orderby="result")) == [0, 1, 2, 3, 4]
    assert results(await ask.get("Datastreams(1)/Observations", orderby="result desc")) == [4, 3, 2, 1, 0]
    page = await ask.get("Observations", expand="Datastream", orderby="Datastream/id desc,phenomenonTime")
    assert [entry["Datastream"]["@iot.id"] for entry in page["value"]] == [5, 4, 4, *([3] * 4), 2, 2, 2, *([1] * 5)]
    assert await ask.ids("Things", orderby="properties/number,id desc") == ["cellar", "71-01", "71-02"]
    assert await ask.ids("Datastreams", orderby="phenomenonTime desc,id") == [5, 1, 3, 2, 4]
    assert await ask.ids("Datastreams", orderby="resultTime,id desc") == [4, 2, 3, 1, 5]


@requirement("request-data/top", "request-data/skip")
async def test_top_and_skip(ask: Asker) -> None:
    """req/request-data/top and skip: the third and fourth; $skip goes first whatever the order in the address."""
    for query in ("$skip=2&$top=2&$orderby=resultTime", "$orderby=resultTime&$top=2&$skip=2"):
        answer = await ask.client.get(f"{ROOT}/Datastreams(1)/Observations?{query}")
        assert results(answer.json()) == [2, 3]
    assert len((await ask.get("Observations", top="100000"))["value"]) == 15
    for value in ("-1", "x", ""):
        assert (await ask.client.get(f"{ROOT}/Things", params={"$top": value})).status_code == 400


@requirement("request-data/filter")
async def test_filter(ask: Asker) -> None:
    """req/request-data/filter: by own properties and by those of linked entities (examples 1 to 4)."""
    assert results(await ask.get("Observations", filter="result gt 10.00")) == [55.5]
    assert results(await ask.get("Observations", filter="Datastream/id eq '1'")) == [0, 1, 2, 3, 4]
    far = "geo.distance(Locations/location,geography'POINT(-122, 43)') gt 1"
    assert await ask.ids("Things", filter=far) == ["71-01", "71-02"]
    of_feature = (
        "Datastreams/Observations/FeatureOfInterest/id eq '71-02'"
        " and Datastreams/Observations/resultTime ge {} and Datastreams/Observations/resultTime le {}"
    )
    during = of_feature.format("2025-11-23T08:00:00Z", "2025-11-23T08:01:00Z")
    after = of_feature.format("2025-11-23T08:02:00Z", "2025-11-23T08:03:00Z")  # it had moved
    assert await ask.ids("Things", expand="Datastreams/Observations/FeatureOfInterest", filter=during) == ["71-02"]
    assert await ask.ids("Things", filter=after) == []


@requirement("request-data/filter")
async def test_filter_by_the_time_of_a_datastream(ask: Asker) -> None:
    """How clients find what is alive: an interval counts by its end, and an instant in it is equal to it."""
    found = {
        text: await ask.ids("Datastreams", filter=text)
        for text in (
            "phenomenonTime gt now() sub duration'PT60S'",
            "phenomenonTime gt 2025-11-23T08:03:00Z",
            "2025-11-23T08:03:00Z lt resultTime",
            "resultTime le 2025-11-23T08:02:00Z",
            "phenomenonTime eq 2025-11-23T08:03:30Z",
            "phenomenonTime gt 2025-11-23T00:00:00Z/2025-11-24T00:00:00Z",
            "phenomenonTime lt 2025-12-01T00:00:00Z/2025-12-02T00:00:00Z",
            "during(phenomenonTime, 2025-11-23T08:00:00Z/2025-11-23T08:03:00Z)",
            "overlaps(phenomenonTime, 2025-11-23T08:03:30Z/2025-11-23T09:00:00Z)",
            "before(phenomenonTime, 2025-11-23T08:03:00Z)",
            "after(phenomenonTime, 2025-11-23T08:03:00Z)",
            "phenomenonTime eq resultTime",
            "phenomenonTime ne null",
        )
    }

    assert list(found.values()) == [
        *([], [1, 5], [1, 5], [2, 4], [1], [5], [1, 2, 3, 4], [2, 3, 4], [1], [2, 4], [5]),
        *([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
    ]


@requirement("request-data/built-in-filter-operations")
async def test_built_in_filter_operations(ask: Asker) -> None:
    """req/request-data/built-in-filter-operations: each operator of the table."""
    found = {text: results(await ask.get("Datastreams(1)/Observations", filter=text)) for text, _ in OPERATIONS}

    assert found == dict(OPERATIONS)


@requirement("request-data/built-in-query-functions")
async def test_built_in_query_functions(ask: Asker) -> None:
    """req/request-data/built-in-query-functions: each function of the table."""
    found = {text: await ask.ids("Things", filter=text) for text, _ in FUNCTIONS}

    assert found == dict(FUNCTIONS)


@requirement("request-data/built-in-query-functions")
async def test_a_function_orders(ask: Asker) -> None:
    """The functions may be used in $orderby, too."""
    near = "geo.distance(location, geography'POINT(13.2 52.6)')"
    assert await ask.ids("Locations", orderby=near) == ["71-02.2", "71-01", "71-02"]
    assert await ask.ids("Things", orderby="length(name)") == ["cellar", "71-02", "71-01"]


@requirement("request-data/pagination")
@pytest.mark.parametrize("path", ["Things", "Observations", "Datastreams(1)/Observations", "Locations"])
async def test_pagination(ask: Asker, path: str) -> None:
    """req/request-data/pagination: a part of the items has a nextLink, the last has none, and together they are all."""
    everything = await ask.ids(path)
    page = await ask.get(path, top="2")
    found = [entity["@iot.id"] for entity in page["value"]]
    while "@iot.nextLink" in page:
        page = (await ask.client.get(page["@iot.nextLink"])).json()
        found += [entity["@iot.id"] for entity in page["value"]]

    assert found == everything
    assert len(found) > 2
