from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.sensorthings import observations, reader
from tests.api.sensorthings.conftest import ROOT
from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool
    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def results(entities: list[dict[str, Any]]) -> list[float]:
    return [entity["result"] for entity in entities]


def ids(pages: list[list[dict[str, Any]]]) -> list[Any]:
    return [entity["@iot.id"] for page in pages for entity in page]


async def test_the_newest_observation_of_each_datastream_of_a_thing(ask: Asker) -> None:
    found = await ask.get(
        "Things('71-01')",
        expand="Datastreams($select=name;$expand=Observations($orderby=phenomenonTime desc;$top=1;$select=result)),"
        "Locations",
    )

    assert [{name: stream[name] for name in ("name", "Observations")} for stream in found["Datastreams"]] == [
        {"name": "Outdoor temperature, Rathaus Schöneberg, core", "Observations": [{"result": 4.0}]},
        {"name": "Noise, Rathaus Schöneberg, sensor-3", "Observations": [{"result": 2.0}]},
    ]
    assert found["Locations"][0]["location"] == {"type": "Point", "coordinates": [13.3425, 52.4886]}


async def test_what_is_expanded_is_filtered_counted_and_paged_on_its_own(ask: Asker) -> None:
    found = await ask.get(
        "Datastreams", filter="id le 2", expand="Observations($filter=result ge 1;$count=true;$top=2;$skip=1)"
    )

    streams = found["value"]
    assert [results(stream["Observations"]) for stream in streams] == [[2, 3], [2]]
    assert [stream["Observations@iot.count"] for stream in streams] == [4, 2]
    assert "Observations@iot.nextLink" not in streams[1]
    rest = (await ask.client.get(streams[0]["Observations@iot.nextLink"])).json()
    assert results(rest["value"]) == [4]


async def test_one_expansion_brings_a_bounded_number_of_rows_and_says_where_the_rest_is(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "EXPANDED_ROWS", 10)

    streams = (await ask.get("Datastreams", expand="Observations"))["value"]

    assert [results(stream["Observations"]) for stream in streams] == [[0, 1], [0, 1], [0, 1], [0, 1], [55.5]]
    rest = [await ask.client.get(stream["Observations@iot.nextLink"]) for stream in streams[:3]]
    assert [results(answer.json()["value"]) for answer in rest] == [[2, 3, 4], [2], [2, 3]]
    assert "Observations@iot.nextLink" not in streams[4]


async def test_a_mistake_in_an_expansion_is_refused_also_where_there_is_nothing_to_expand(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get(f"{ROOT}/Things", params={"$expand": "Datastreams($expand=Thing($filter=x eq 1))"})

    assert response.status_code == 400


async def test_expansions_follow_paths_and_merge(ask: Asker) -> None:
    (found,) = (await ask.get("Datastreams", filter="id eq 2", expand="Thing/Locations,Thing/Datastreams,Sensor"))[
        "value"
    ]

    assert found["Sensor"]["@iot.id"] == "sensor-3"
    assert [entity["@iot.id"] for entity in found["Thing"]["Datastreams"]] == [1, 2]
    assert [entity["@iot.id"] for entity in found["Thing"]["Locations"]] == ["71-01"]


async def test_select_leaves_only_what_was_asked_for(ask: Asker) -> None:
    assert (await ask.get("Things", select="name,id,Datastreams", top="1"))["value"] == [
        {
            "@iot.id": "71-01",
            "name": "Rathaus Schöneberg",
            "Datastreams@iot.navigationLink": f"http://api{ROOT}/Things('71-01')/Datastreams",
        }
    ]


@pytest.mark.parametrize(
    ("path", "order", "expected"),
    [
        ("Things", "toupper(name) desc", ["71-01", "71-02", "cellar"]),
        ("Things", "properties/number desc", ["71-02", "71-01", "cellar"]),
        ("Things", "properties/number", ["cellar", "71-01", "71-02"]),
        ("Things", "properties/district desc,toupper(name) asc", ["71-02", "71-01", "cellar"]),
        ("Datastreams", "ObservedProperty/name,id desc", [5, 4, 2, 3, 1]),
        ("Datastreams", "length(Thing/name) desc,id", [1, 2, 3, 4, 5]),
    ],
)
async def test_order_goes_by_the_first_and_then_the_next(
    ask: Asker, path: str, order: str, expected: list[str | int]
) -> None:
    assert await ask.ids(path, orderby=order) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("phenomenonTime", [0, 1, 2, 3, 4]),
        ("phenomenonTime desc", [4, 3, 2, 1, 0]),
        ("resultTime desc,@iot.id desc", [4, 3, 2, 1, 0]),
        ("result desc", [4, 3, 2, 1, 0]),
        ("result mod 3,result", [0, 3, 1, 4, 2]),
    ],
)
@pytest.mark.parametrize("top", ["2", "100"])
async def test_observations_in_any_order(ask: Asker, order: str, expected: list[float], top: str) -> None:
    pages = await ask.all_pages("Datastreams(1)/Observations", orderby=order, top=top)

    assert [value for page in pages for value in results(page)] == expected


async def test_top_skip_and_count(ask: Asker) -> None:
    page = await ask.get("Observations", filter="Datastream/id eq 1", top="2", skip="1", count="true")

    assert (results(page["value"]), page["@iot.count"]) == ([1, 2], 5)
    assert (await ask.get("Things", count="true", top="0")) == {"@iot.count": 3, "value": []}
    assert (await ask.get("Observations", count="true", top="0")) == {"@iot.count": 15, "value": []}
    assert "@iot.count" not in await ask.get("Things", count="false")


async def test_too_many_to_count_is_said_and_not_guessed(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observations, "COUNT_MAX", 10)

    page = await ask.get("Observations", count="true", top="1")

    assert "@iot.count" not in page
    assert page["@kiezbox.countAtLeast"] == 11


@pytest.mark.parametrize("top", [1, 2, 4, 1000])
@pytest.mark.parametrize("order", ["phenomenonTime", "phenomenonTime desc"])
async def test_next_links_walk_all_observations_once(ask: Asker, order: str, top: int) -> None:
    pages = await ask.all_pages("Observations", orderby=order, top=str(top), skip="1")

    found = ids(pages)
    assert len(set(found)) == len(found) == 14
    assert all(len(page) <= top for page in pages)
    times = [entity["phenomenonTime"] for page in pages for entity in page]
    assert times == sorted(times, reverse=order.endswith("desc"))


async def test_next_links_leave_no_gap_while_rows_arrive(ask: Asker, pool: Pool) -> None:
    first = await ask.get("Datastreams(1)/Observations", top="2")
    await rows.commit(
        pool,
        NewReading(value=-1, measured_at=START - timedelta(minutes=1)),
        NewReading(value=5, measured_at=START + timedelta(minutes=5)),
        NewReading(box="70-00"),
    )
    page, found = first, results(first["value"])
    while "@iot.nextLink" in page:
        page = (await ask.client.get(page["@iot.nextLink"])).json()
        found += results(page["value"])

    assert found == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("moment", [FIRST, LAST, START])
async def test_a_page_may_begin_anywhere_in_the_calendar(ask: Asker, moment: datetime) -> None:
    place = observations.PageStart(moment, -1).token()

    found = {
        order: results((await ask.get("Observations", orderby=order, skiptoken=place))["value"])
        for order in ("phenomenonTime", "phenomenonTime desc")
    }

    assert [len(values) for values in found.values()] in ([15, 0], [0, 15])


async def test_next_links_of_things_leave_no_gap_while_boxes_arrive(ask: Asker, pool: Pool) -> None:
    first = await ask.get("Things", top="1")
    await rows.add_box(pool, "00-07")

    rest = (await ask.client.get(first["@iot.nextLink"])).json()

    assert [first["value"][0]["@iot.id"], rest["value"][0]["@iot.id"]] == ["71-01", "71-02"]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("phenomenonTime", [2, 2, 3, 3, 4, 55.5]), ("phenomenonTime desc", [2, 2, 2, 3, 3, 4])],  # without the first
)
async def test_a_filter_that_finds_little_is_walked_in_bounded_steps(
    ask: Asker, monkeypatch: pytest.MonkeyPatch, order: str, expected: list[float]
) -> None:
    monkeypatch.setattr(observations, "LOOK_AHEAD_ROWS", 10)  # five series: two rows of each at a time

    pages = await ask.all_pages("Observations", orderby=order, filter="result ge 2", top="2", skip="1")

    found = ids(pages)
    assert sorted(value for page in pages for value in results(page)) == expected
    assert len(set(found)) == len(found)


async def test_sorting_too_much_is_refused_with_advice(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observations, "LOOK_AHEAD_ROWS", 10)

    response = await ask.client.get(f"{ROOT}/Observations", params={"$orderby": "result desc"})

    assert response.status_code == 400
    assert "narrow phenomenonTime" in response.json()["detail"]


async def test_a_data_array_names_its_components_once(ask: Asker) -> None:
    page = await ask.get(
        "Observations", resultFormat="dataArray", select="id,result", filter="Datastream/id le 2", top="3"
    )

    assert page["value"] == [
        {
            "Datastream@iot.navigationLink": f"http://api{ROOT}/Datastreams(1)",
            "components": ["id", "result"],
            "dataArray@iot.count": 2,
            "dataArray": [["1-1763884800000000", 0.0], ["1-1763884860000000", 1.0]],
        },
        {
            "Datastream@iot.navigationLink": f"http://api{ROOT}/Datastreams(2)",
            "components": ["id", "result"],
            "dataArray@iot.count": 1,
            "dataArray": [["2-1763884800000000", 0.0]],
        },
    ]
    assert "dataArray" in page["@iot.nextLink"]


BAD = [
    ("Things", "$top=-1"),
    ("Things", "$top=x"),
    ("Things", "$top=1&$top=2"),
    ("Things", "$skip=99999999"),
    ("Observations", "$skip=10001"),
    ("Things", "$count=maybe"),
    ("Things", "colour=red"),
    ("Things", "$select=colour"),
    ("Things", "$select=name,,id"),
    ("Things", "$expand=Observations"),
    ("Things", "$expand=Datastreams("),
    ("Things", "$expand=Datastreams($top)"),
    ("Things", "$expand=Datastreams($skiptoken=x)"),
    ("Things", "$expand=Datastreams($top=1;$top=2)"),
    ("Things", "$expand=Datastreams($top=1),Datastreams($top=2)"),
    ("Things", "$expand=" + "Datastreams/Thing/" * 30 + "Datastreams"),
    ("Things", "$orderby=colour"),
    ("Things", "$orderby=name sideways"),
    ("Things", "$orderby='x'"),
    ("Things", "$orderby=Datastreams/name"),
    ("Locations", "$orderby=location"),
    ("Things", "$skiptoken=x"),
    ("Things", "$resultFormat=dataArray"),
    ("Observations", "$resultFormat=xml"),
    ("Observations/$ref", "$resultFormat=CSV"),
    ("Things", "$select=properties/colour"),
    ("Observations", "$expand=Datastream&$resultFormat=dataArray"),
    ("Observations", "$skiptoken=WyJib3hlcyIsIjcxLTAxIl0"),
    ("Datastreams(1)", "$top=1"),
    ("Datastreams(1)/name", "$select=name"),
    ("Things", "$filter=" + "name eq 'x' or " * 1000 + "name eq 'x'"),
]


async def test_a_bad_option_is_refused_by_name(ask: Asker) -> None:
    found = {}
    for path, query in BAD:
        response = await ask.client.get(f"{ROOT}/{path}?{query}")
        named = response.json().get("errors", [{"parameter": response.text}])[0]["parameter"]
        found[path, query] = (response.status_code, named)

    wanted = {(path, query): (400, query.split("=")[0]) for path, query in BAD}
    assert found == wanted | {("Things", "$select=name,,id"): (400, "$select or $expand")}


async def test_an_option_of_odata_that_is_not_supported_is_said_so(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{ROOT}/Things", params={"$search": "x"})

    assert response.status_code == 501
