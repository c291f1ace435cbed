"""The hub's clock is set: what was rejected as ahead of it is tried again. A box that was wrong is not believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.clock_steps import ClockSteps
from kiezbox import db
from kiezbox.settings import Settings
from storage.rights import Role
from tests.ingest.support.messages import telemetry
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from ingest.store import Store
    from kiezbox.settings import DatabaseSettings

YEARS, HOURS = timedelta(days=730), timedelta(hours=2)


@pytest.fixture
def settings(database: DatabaseSettings) -> Settings:
    return Settings(database=as_role(database, Role.INGEST))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ahead", "set_by", "stored"),
    [
        (YEARS, YEARS, 1),
        (HOURS, timedelta(), 0),  # time went on: the box's own clock is wrong
        (YEARS, HOURS, 0),  # it was ahead even of the right clock
    ],
)
async def test_what_was_ahead_of_the_hub_is_stored_when_its_clock_was_behind_by_as_much(
    store: Store, settings: Settings, ahead: timedelta, set_by: timedelta, stored: int
) -> None:
    wall, seconds = datetime.now(UTC).replace(microsecond=0) - YEARS, 0.0
    steps = ClockSteps(settings, wall=lambda: wall, steady_seconds=lambda: seconds)
    await store.write([telemetry(1, {"noise": 40.0}, measured_at=wall + ahead, received_at=wall)])
    await steps.look()

    wall, seconds = wall + HOURS + set_by, HOURS.total_seconds()
    await steps.look()

    counts = "SELECT (SELECT count(*) FROM reading)::int, (SELECT count(*) FROM reject)::int"
    async with db.connect(settings.database, "tests") as connection:
        assert tuple(await connection.fetchrow(counts) or ()) == (stored, 1 - stored)
