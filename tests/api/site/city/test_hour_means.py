from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from api.site.city import hour_means, quantities
from api.site.city.hour_means import HourMeans
from kiezbox.errors import Unavailable
from tests.support import waiting

if TYPE_CHECKING:
    from api.database import Database

DUST, TEMPERATURE = quantities.SHOWN["pm2_5"], quantities.SHOWN["temperature"]


class Counted:
    """A database that counts its questions, and answers each with its number."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_away = False

    async def fetch(self, query: str, *args: Any) -> list[dict[str, int]]:
        assert "reading_1h_between" in query
        assert args == (["71-01"], ["pm2_5"])
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("database", "does not answer")
        return [{"series": 1, "hours": self.asked}]


class Clock:
    """The clock of the module, which a test sets forward."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)

    def now(self, _: object) -> datetime:
        """What the module takes for now."""
        return self.at

    def forward(self, step: timedelta) -> None:
        self.at += step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(hour_means, "datetime", clock)
    return clock


async def hours(means: HourMeans, database: Counted) -> int:
    return cast("int", (await means.of(cast("Database", database), DUST, ["71-01"]))[1]["hours"])


async def test_they_are_read_once_for_all_who_ask_together() -> None:
    means, database = HourMeans(), Counted()

    assert await asyncio.gather(*(hours(means, database) for _ in range(5))) == [1] * 5


async def test_nobody_waits_for_new_ones_while_those_before_are_good(clock: Clock) -> None:
    means, database = HourMeans(), Counted()
    await hours(means, database)
    clock.forward(hour_means.KEPT)

    assert await hours(means, database) == 1
    await waiting.until(lambda: database.asked == 2)
    assert await hours(means, database) == 2


@pytest.mark.parametrize("step", [hour_means.KEPT_MEANWHILE, timedelta(minutes=-1), timedelta(hours=1)])
async def test_what_is_old_or_of_another_hour_is_waited_for(clock: Clock, step: timedelta) -> None:
    means, database = HourMeans(), Counted()
    await hours(means, database)
    clock.forward(step)

    assert await hours(means, database) == 2


async def test_a_database_that_is_away_is_an_error_for_who_waits_and_for_nobody_else(clock: Clock) -> None:
    means, database = HourMeans(), Counted()
    await hours(means, database)
    database.is_away = True
    clock.forward(hour_means.KEPT)

    assert await hours(means, database) == 1
    clock.forward(hour_means.KEPT_MEANWHILE)
    with pytest.raises(Unavailable):
        await hours(means, database)


async def test_where_the_newest_value_counts_nothing_is_read() -> None:
    database = Counted()

    assert await HourMeans().of(cast("Database", database), TEMPERATURE, ["71-01"]) == {}
    assert database.asked == 0
