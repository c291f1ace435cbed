"""The years of all boxes: read once for all who ask, and kept while the database is away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from api.site.city.quantities import SHOWN
from api.site.quantities import years
from api.site.quantities.years import Years
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    import pytest

NOISE = SHOWN["noise"]


class Rows:
    """A database that answers each question with its number, or is away."""

    def __init__(self) -> None:
        self.is_away = False
        self.asked = 0

    async def fetch(self, *_: object) -> list[Any]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("database")
        return [self.asked]


async def of(known: Years, database: Rows) -> Any:
    return (await known.of(database, NOISE, ())).days  # type: ignore[arg-type]  # all that is read of it


async def test_whoever_asks_meanwhile_waits_for_the_one_that_is_read() -> None:
    known, database = Years(), Rows()

    assert await asyncio.gather(*(of(known, database) for _ in range(20))) == [[1]] * 20


async def test_all_who_wait_for_a_database_that_is_away_hear_it_at_once() -> None:
    known, database = Years(), Rows()
    database.is_away = True

    found = await asyncio.gather(*(of(known, database) for _ in range(20)), return_exceptions=True)

    assert {type(each) for each in found} == {Unavailable}
    assert database.asked == 1


async def test_the_year_of_before_is_shown_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    known, database = Years(), Rows()
    before = await of(known, database)
    monkeypatch.setattr(years, "_KEPT_S", -1.0)  # as if it had passed
    database.is_away = True

    assert await of(known, database) == before
