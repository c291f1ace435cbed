"""Which boxes everybody may see, and how exactly where they stand: the same in every format, and by every way."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api import app as application
from api.database import of_public_boxes
from tests.api.conftest import client_of, fail
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

TOWN_HALL = (52.4886, 13.3425)
NOW = datetime.now(UTC).replace(microsecond=0)
# Every way by which somebody without an account learns of boxes.
WAYS = (
    *("/", "/v1/boxes", "/v1/boxes?format=geojson", "/v1/boxes/{}", "/v1/latest", "/v1/latest?format=geojson"),
    *("/v1/readings?box={}", "/v1/readings?box={}&format=csv", "/v1/series?box={}", "/v1/means?box={}"),
    *(
        "/v1/health/boxes?box={}",
        "/v1/ledger",
        "/sensorthings/v1.1/Things?$expand=Locations",
        "/sensorthings/v1.1/Locations",
    ),
    *("/sensorthings/v1.1/HistoricalLocations?$expand=Thing", "/sensorthings/v1.1/Datastreams"),
    "/sensorthings/v1.1/Observations?$expand=FeatureOfInterest,Datastream",
    *("/sensorthings/v1.1/FeaturesOfInterest", "/sensorthings/v1.1/Sensors"),
)

OF_ONE_BOX = (
    *("/v1/boxes/{}", "/v1/latest?box={}", "/v1/readings?box={}", "/v1/readings?box={}&format=parquet"),
    *("/v1/series?box={}", "/v1/means?box={}", "/v1/health/boxes?box={}", "/v1/ledger?box={}"),
    *("/boxes/{}", "/boxes/{}?from=x&to=y", "/boxes/{}/temperature_outside.svg", "/boxes/{}/noise.svg?tz=Mars"),
    *("/embed/boxes/{}/temperature_outside", "/maps/boxes/{}.svg", "/?q={}"),
    *("/sensorthings/v1.1/Things('{}')", "/sensorthings/v1.1/Things('{}')/Datastreams"),
    *("/sensorthings/v1.1/Locations('{}')", "/sensorthings/v1.1/HistoricalLocations('{}')"),
    *("/sensorthings/v1.1/FeaturesOfInterest('{}')/Observations", "/sensorthings/v1.1/Things?$filter=id eq '{}'"),
)


def plain(answer: httpx.Response) -> str:
    """An answer without the id that was asked for, and without times and what is known by them."""
    text = re.sub(r"71-(01|99)", "ID", answer.text)
    return re.sub(r"\d\d?:\d\d(:\d\d(\.\d+)?)?|\b[0-9a-f]{16,}\b", "", text)


async def seen(client: httpx.AsyncClient, box: str) -> dict[str, str]:
    """What each way answers, without the addresses that repeat the question."""
    found = {}
    for way in WAYS:
        response = await client.get(way.format(box), headers={"Accept": "text/html"} if way == "/" else {})
        assert response.status_code in {200, 404}, (way, response.text)
        found[way] = response.text if response.status_code == 200 else ""
    return found


async def known(pool: Pool, box: str, **columns: object) -> None:
    """A box with a place, a reading and an entry in the ledger."""
    columns = {"latitude": TOWN_HALL[0], "longitude": TOWN_HALL[1], "place_is_exact": False, **columns}
    await rows.add_box(pool, box, registered_at=NOW - timedelta(days=9), **columns)
    await rows.commit(pool, NewReading(box=box, source=f"part-of-{box}", measured_at=NOW - timedelta(minutes=5)))
    await pool.execute(
        "INSERT INTO message_ledger (minute, box, messages_received, messages_stored) VALUES ($1, $2, 1, 1)",
        NOW - timedelta(minutes=5),
        box,
    )


async def test_a_box_that_is_not_public_is_in_no_answer(client: httpx.AsyncClient, pool: Pool) -> None:
    await known(pool, "71-01", name="Secret", is_public=False)
    await known(pool, "71-02")

    ways = await seen(client, "71-01")

    assert [way for way, text in ways.items() if re.search("71-01|Secret", text.replace('"self":', ""))] == []
    assert "71-02" in ways["/v1/latest"]


async def test_nothing_tells_a_box_that_is_not_public_from_one_that_does_not_exist(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await known(pool, "71-01", is_public=False)
    told = {}
    for way in OF_ONE_BOX:
        hidden, none = [await client.get(way.format(box)) for box in ("71-01", "71-99")]
        if (hidden.status_code, plain(hidden)) != (none.status_code, plain(none)):
            told[way] = hidden.text, none.text

    assert told == {}


async def test_a_public_box_is_in_every_answer(client: httpx.AsyncClient, pool: Pool) -> None:
    await known(pool, "71-01")

    ways = await seen(client, "71-01")

    assert [way for way, text in ways.items() if "71-01" not in text and not way.startswith("/v1/means")] == []


async def test_a_box_that_somebody_marked_is_public_where_only_those_are(settings: Settings, pool: Pool) -> None:
    await known(pool, "71-01", is_public=True)
    await known(pool, "71-02")

    api = settings.api.model_copy(update={"public_boxes": "marked"})
    async with client_of(application.create(settings.model_copy(update={"api": api}), fail)) as client:
        ways = await seen(client, "71-01")

    assert "71-01" in ways["/v1/latest"]
    assert [way for way, text in ways.items() if "71-02" in text] == []


@pytest.mark.parametrize(("began_with", "expected"), [("marked", []), ("all", ["71-01"])])
async def test_without_a_setting_the_database_decides(
    settings: Settings, pool: Pool, began_with: str, expected: list[str]
) -> None:
    await known(pool, "71-01")
    await pool.execute("UPDATE publication SET boxes = $1", began_with)

    api = settings.api.model_copy(update={"public_boxes": None})
    async with client_of(application.create(settings.model_copy(update={"api": api}), fail)) as client:
        found = (await client.get("/v1/boxes")).json()["items"]
    await pool.execute("UPDATE publication SET boxes = 'marked'")

    assert [box["box"] for box in found] == expected


async def test_what_was_heard_over_the_mesh_only_needs_a_mark(client: httpx.AsyncClient, pool: Pool) -> None:
    await known(pool, "71-01", node=1)
    await known(pool, "71-02", node=2)
    await pool.execute(
        "INSERT INTO progress (box, boot, highest_seq, last_received_at) VALUES ('71-02', 'b', 1, now())"
    )
    await known(pool, "71-03", node=3, is_public=True)

    found = (await client.get("/v1/boxes")).json()["items"]

    assert [box["box"] for box in found] == ["71-02", "71-03"]


# -- where boxes stand -----------------------------------------------------------------------------------------------


def degrees(text: str) -> set[tuple[float, float]]:
    """Every pair of a latitude and a longitude of Berlin that an answer holds, in either order."""
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", text)]
    pairs = itertools.pairwise(numbers)
    return {(max(pair), min(pair)) for pair in pairs if 52 < max(pair) < 53 and 13 < min(pair) < 14}


async def test_a_place_is_rounded_alike_in_every_answer(client: httpx.AsyncClient, pool: Pool) -> None:
    await known(pool, "71-01")

    first, second = await seen(client, "71-01"), await seen(client, "71-01")

    found = set().union(*(degrees(text) for way, text in (*first.items(), *second.items()) if way != "/"))
    assert len(found) == 1
    ((latitude, longitude),) = found
    assert (latitude, longitude) != TOWN_HALL
    assert abs(latitude - TOWN_HALL[0]) * 111_320 <= 151
    assert abs(longitude - TOWN_HALL[1]) * 111_320 * 0.61 <= 151


async def test_a_place_is_exact_where_an_operator_says_so(client: httpx.AsyncClient, pool: Pool) -> None:
    await known(pool, "71-01", place_is_exact=True)

    ways = await seen(client, "71-01")

    assert degrees(ways["/v1/boxes"]) == {TOWN_HALL}
    assert degrees(ways["/sensorthings/v1.1/Locations"]) == {TOWN_HALL}


async def test_positions_that_wander_within_a_place_do_not_show_where_its_squares_meet(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01", latitude=52.4886, longitude=13.3425, place_is_exact=False)
    found = set()
    for step in range(9):
        await pool.execute("UPDATE box SET latitude = $1 WHERE id = '71-01'", 52.4886 + step * 0.0001)
        found |= degrees((await client.get("/v1/boxes")).text)

    assert len(found) == 1


async def test_what_moves_has_no_place_and_no_track(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", latitude=52.4886, longitude=13.3425)
    await pool.execute("UPDATE box SET latitude = 52.53, located_at = now() WHERE id = '71-01'")
    await rows.commit(pool, NewReading(box="71-01"))

    ways = await seen(client, "71-01")

    assert [way for way, text in ways.items() if degrees(text)] == []
    assert json.loads(ways["/v1/boxes"])["items"][0]["moving"] is True


async def test_the_way_of_a_box_before_it_was_registered_is_nobody_s_business(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    await rows.add_box(pool, "71-01", latitude=52.40, longitude=13.20, first_seen=NOW - timedelta(days=9))
    moved = "UPDATE box SET latitude = $1, longitude = $2, located_at = $3 WHERE id = '71-01'"
    await pool.execute(moved, 52.45, 13.30, NOW - timedelta(days=8))
    await pool.execute(moved, *TOWN_HALL, NOW - timedelta(days=7))
    await pool.execute("UPDATE box SET registered_at = $1 WHERE id = '71-01'", NOW - timedelta(days=6))
    await rows.commit(pool, NewReading(box="71-01", measured_at=NOW - timedelta(days=8)))
    await rows.commit(pool, NewReading(box="71-01", measured_at=NOW))

    ways = await seen(client, "71-01")

    assert set().union(*(degrees(text) for text in ways.values())) == {TOWN_HALL}
    features = json.loads(ways["/sensorthings/v1.1/FeaturesOfInterest"])["value"]
    assert len(features) == 2  # one without a place, for what it measured on its way


def test_a_query_names_the_view_of_the_settings() -> None:
    query = "SELECT FROM public_box JOIN public_place"

    assert of_public_boxes(query, "marked") == "SELECT FROM public_box_marked JOIN public_place"
    assert of_public_boxes(query, None) == query
