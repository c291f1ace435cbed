from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.readings import history
from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


async def pages_of(client: httpx.AsyncClient, path: str) -> list[list[dict[str, Any]]]:
    """All pages from here on, by their `Link`."""
    pages = []
    while path:
        response = await client.get(path)
        assert response.status_code == 200, response.text
        pages.append(response.json()["items"])
        assert ("next" in response.links) == (response.json()["next"] is not None)
        path = response.links["next"]["url"] if "next" in response.links else ""
    return pages


def values(pages: list[list[dict[str, Any]]]) -> list[float]:
    return [item["value"] for page in pages for item in page]


async def test_history_is_oldest_first_with_both_times(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(
        pool,
        NewReading(value=2, measured_at=START + timedelta(minutes=1), delay=timedelta(hours=2), flag=2),
        NewReading(value=1),
    )

    page = (await client.get("/v1/readings")).json()

    assert page["next"] is None
    assert [item["value"] for item in page["items"]] == [1, 2]
    late = page["items"][1]
    assert late.pop("age_s") > 0
    assert late == {
        "box": "71-01",
        "source": "core",
        "quantity": "temperature_outside",
        "unit": "Cel",
        "value": 2.0,
        "flag": ["clock_unset"],
        "measured_at": "2025-11-23T08:01:00.000Z",
        "received_at": "2025-11-23T10:01:00.000Z",
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "2025-11-23T08:03:00Z"}, [3, 4]),
        ({"to": "2025-11-23T08:02:00Z"}, [0, 1]),
        ({"from": "2025-11-23T08:01:00Z", "to": "2025-11-23T08:03:00Z"}, [1, 2]),
        ({"from": "2025-11-23T09:03:00+01:00"}, [3, 4]),
        ({"from": "2025-11-23T08:02:59.999Z"}, [3, 4]),
        ({"from": "2025-11-23T08:01:00Z", "to": "2025-11-23T08:01:00Z"}, []),
    ],
)
async def test_from_is_included_and_to_is_not(
    client: httpx.AsyncClient, pool: Pool, query: dict[str, str], expected: list[float]
) -> None:
    await rows.commit(pool, *rows.minutes(5))

    page = (await client.get("/v1/readings", params=query)).json()

    assert [item["value"] for item in page["items"]] == expected


async def test_a_plus_that_was_not_encoded_is_still_an_offset(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(5))

    page = (await client.get("/v1/readings?from=2025-11-23T09:03:00+01:00")).json()

    assert [item["value"] for item in page["items"]] == [3, 4]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
async def test_every_reading_comes_once_whatever_the_limit(client: httpx.AsyncClient, pool: Pool, limit: int) -> None:
    given = [
        NewReading(box=box, quantity=quantity, value=float(n), measured_at=START + timedelta(seconds=n * step))
        for box, step in (("71-01", 1), ("71-02", 1), ("71-03", 5))
        for quantity in ("noise", "pm10")
        for n in range(6)
    ]
    await rows.commit(pool, *given)

    pages = await pages_of(client, f"/v1/readings?limit={limit}")

    found = [(item["measured_at"], item["box"], item["quantity"]) for page in pages for item in page]
    assert len(set(found)) == len(found) == len(given)
    assert [moment for moment, *_ in found] == sorted(moment for moment, *_ in found)
    assert all(len(page) <= limit for page in pages)


async def test_full_pages_and_no_empty_one_at_the_end(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(10))

    pages = await pages_of(client, "/v1/readings?limit=5")

    assert [len(page) for page in pages] == [5, 5]


async def test_pages_have_each_stored_reading_once_while_new_ones_arrive(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(10))

    first = (await client.get("/v1/readings?limit=4")).json()
    late = NewReading(value=99, measured_at=START - timedelta(minutes=1))
    await rows.commit(pool, late, NewReading(value=10, measured_at=START + timedelta(minutes=10)))
    rest = await pages_of(client, f"/v1/readings?limit=4&cursor={first['next']}")

    assert values([first["items"], *rest]) == list(range(11))


async def test_many_series_cost_little_and_still_come_once(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LOOK_AHEAD_ROWS", 40)  # 20 series: two rows of each
    given = [
        NewReading(box=f"71-{n:02x}", value=float(k), measured_at=START + timedelta(seconds=k if n else k * 7))
        for n in range(20)
        for k in range(9)
    ]
    await rows.commit(pool, *given)

    pages = await pages_of(client, "/v1/readings?limit=100")

    found = [(item["measured_at"], item["box"]) for page in pages for item in page]
    assert len(pages) > 2
    assert len(set(found)) == len(found) == len(given)
    assert [moment for moment, _ in found] == sorted(moment for moment, _ in found)


async def test_filters_stay_while_pages_are_followed(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(6), *rows.minutes(6, box="71-02"), *rows.minutes(6, quantity="noise"))

    pages = await pages_of(
        client,
        "/v1/readings?box=71-01&quantity=temperature_outside&source=core&limit=2"
        "&from=2025-11-23T08:01:00Z&to=2025-11-23T08:05:00Z",
    )

    assert {(item["box"], item["quantity"]) for page in pages for item in page} == {("71-01", "temperature_outside")}
    assert values(pages) == [1, 2, 3, 4]


async def test_districts_narrow_history(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(box="71-01", value=1), NewReading(box="0c-01", value=2))

    pages = await pages_of(client, "/v1/readings?district=0c")

    assert values(pages) == [2]
