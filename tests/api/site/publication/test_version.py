"""What is kept between requests: of a box that was hidden, the next answer says nothing, by whatever way."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.database import Database
from api.site.publication import version
from api.site.publication.version import PublicVersion
from kiezbox.errors import Unavailable
from storage import boxes
from storage.box_history import Author, Via
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.api.test_public_boxes import WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from kiezbox.db import Pool

NOW = datetime.now(UTC)
HIDDEN, OTHERS = "71-01", ("71-02", "71-03")
PAGES = (
    *("/?quantity=pm10", "/?quantity=temperature", "/?q=secr", "/districts/07?quantity=pm10", "/quantities/pm10"),
    *("/boxes/71-01", "/boxes/71-01/pm10.svg", "/embed/boxes/71-01/pm10", "/maps/boxes/71-01.svg"),
    *("/boxes/71-02", "/boxes/71-02?span=week", "/boxes/71-02/pm10.svg", "/embed/boxes/71-02/pm10"),
    *("/data", "/data/months", "/data/months.json", "/catalog.ttl", "/v1/means?quantity=pm10"),
)
WAYS_OF_ALL = (*WAYS, *PAGES, "/v1/readings?quantity=pm10", "/v1/series?quantity=pm10", "/v1/means?box=71-01")


@pytest.fixture
async def three(pool: Pool) -> None:
    """Three boxes in one district that measure the same; one of them is called so that it is found in any text."""
    for number, box in enumerate((HIDDEN, *OTHERS)):
        name = "Secret" if box == HIDDEN else None
        place = {"latitude": 52.4846, "longitude": 13.3443 + number / 1000}
        await rows.add_box(pool, box, name=name, registered_at=NOW - timedelta(days=9), **place)
        await rows.commit(pool, *_hours(box, "pm10"), *_hours(box, "temperature_outside"))


def _hours(box: str, quantity: str) -> list[NewReading]:
    return [
        NewReading(box=box, quantity=quantity, measured_at=NOW - timedelta(minutes=10 * step), value=9.0)
        for step in range(1, 36)
    ]


async def answers(client: httpx.AsyncClient, ways: Iterable[str]) -> dict[str, str]:
    """What each way answers to a browser where it has pages, without the address that was asked for."""
    found = {}
    for way in ways:
        is_page = not way.startswith(("/v1", "/sensorthings", "/catalog"))
        response = await client.get(way.format(HIDDEN), headers={"Accept": "text/html"} if is_page else {})
        assert response.status_code < 500, (way, response.text)
        found[way] = "" if response.status_code in {404, 422} else re.sub(r'"self":[^,]*', "", response.text)
    return found


@pytest.mark.usefixtures("three")
async def test_of_a_hidden_box_the_next_answer_says_nothing(client: httpx.AsyncClient, pool: Pool) -> None:
    before = await answers(client, WAYS_OF_ALL)
    counted = [way for way, text in before.items() if re.search("3 (Boxen|boxes)", text)]

    async with pool.connection() as connection, connection.transaction():
        await boxes.publish(connection, Author("tests", Via.COMMAND), HIDDEN, is_public=False)
    after = await answers(client, WAYS_OF_ALL)

    assert len([way for way, text in before.items() if re.search("71-01|Secret", text)]) > 25
    assert {"/boxes/71-02", "/boxes/71-02/pm10.svg", "/boxes/71-02?span=week"} <= set(counted)
    assert [way for way, text in after.items() if re.search("71-01|Secret", text)] == []
    assert [way for way in counted if "3 " in after[way] and re.search("3 (Boxen|boxes)", after[way])] == []


@pytest.mark.usefixtures("three")
async def test_caches_that_are_not_ours_ask_each_time_and_for_pictures_each_minute(client: httpx.AsyncClient) -> None:
    kept = {way: (await client.get(way.format(HIDDEN))).headers.get("cache-control") for way in WAYS_OF_ALL}

    pictures = {way for way in kept if way.endswith(".svg") or way.startswith("/embed/")} - {"/maps/boxes/71-01.svg"}
    assert {kept.pop(way) for way in pictures} == {"public, max-age=60, must-revalidate"}
    assert set(kept.values()) <= {"no-cache", "no-store"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE box SET is_public = false",
        "UPDATE box SET place_is_exact = NOT place_is_exact",
        "UPDATE box SET retired_at = now()",
        "UPDATE box SET name = 'another'",
        "UPDATE publication SET boxes = CASE boxes WHEN 'all' THEN 'marked' ELSE 'all' END",
    ],
)
async def test_the_number_grows_with_what_everybody_may_see(pool: Pool, change: str) -> None:
    await rows.add_box(pool, HIDDEN)
    known, database = PublicVersion(), Database(pool, "all")
    before = await known.now(database)

    await pool.execute(change)
    try:
        after = await known.now(database)
    finally:
        await pool.execute("UPDATE publication SET boxes = 'marked'")

    assert before is not None
    assert after is not None
    assert after > before


async def test_what_boxes_send_does_not_change_it(pool: Pool) -> None:
    await rows.add_box(pool, HIDDEN)
    known, database = PublicVersion(), Database(pool, "all")
    before = await known.now(database)

    await pool.execute("UPDATE box SET last_seen = now(), latitude = 52.5, longitude = 13.4, located_at = now()")
    await pool.execute("UPDATE box SET is_public = is_public, name = name")
    await rows.add_box(pool, "71-02")

    assert await known.now(database) == before


class Counted(Database):
    """A database that counts questions, and answers when it may."""

    def __init__(self) -> None:
        self.questions = 0
        self.is_away = False

    async def fetch(self, *_: object) -> list[dict[str, int]]:  # type: ignore[override]  # rows
        self.questions += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("database")
        return [{"version": self.questions}]


async def test_however_many_ask_the_database_is_asked_a_few_dozen_times_a_second() -> None:
    known, database = PublicVersion(), Counted()

    for _ in range(20):
        await asyncio.gather(*(known.now(database) for _ in range(50)))

    assert database.questions <= 21


async def test_who_asks_while_it_is_being_asked_gets_a_later_answer() -> None:
    known, database = PublicVersion(), Counted()
    first = asyncio.create_task(known.now(database))
    while not database.questions:
        await asyncio.sleep(0)

    second = await known.now(database)

    assert (await first, second) == (1, 2)


async def test_while_the_database_is_away_or_hangs_that_of_before_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    known, database = PublicVersion(), Counted()
    await known.now(database)
    database.is_away = True
    away = await known.now(database)

    async def hang(*_: object) -> list[dict[str, int]]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(database, "fetch", hang)
    monkeypatch.setattr(version, "WAIT_S", 0.05)

    assert (away, await known.now(database)) == (1, 1)


async def test_a_database_that_never_answered_has_no_number() -> None:
    database = Counted()
    database.is_away = True

    assert await PublicVersion().now(database) is None


async def test_an_error_that_nobody_expects_is_not_taken_for_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    known, database = PublicVersion(), Counted()
    await known.now(database)

    async def fail(*_: object) -> list[dict[str, int]]:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(database, "fetch", fail)

    with pytest.raises(KeyError, match="a fault of ours"):
        await known.now(database)
