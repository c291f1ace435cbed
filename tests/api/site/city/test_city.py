"""What the map says of boxes, read from the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.database import Database
from api.site.city import quantities, snapshot
from api.site.city.hour_means import HourMeans
from kiezbox import sql
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from kiezbox.db import Pool


@pytest.mark.parametrize("key", ["pm2_5", "pm10", "noise", "humidity"])
@pytest.mark.parametrize("minutes", [1, 10, 20])
async def test_a_box_is_rated_however_often_it_measures(pool: Pool, key: str, minutes: int) -> None:
    now, shown = datetime.now(UTC), quantities.SHOWN[key]
    at = [now - timedelta(minutes=minutes * number) for number in range(26 * 60 // minutes)]
    await rows.commit(pool, *(NewReading(quantity=shown.names[0], value=12, measured_at=each) for each in at))

    box = await the_box(pool, key)

    assert (box.value, box.is_rated) == (12, True)


async def test_a_box_that_was_heard_in_less_than_18_of_24_hours_is_not_rated(pool: Pool) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    at = [hour, *(hour - timedelta(hours=number) for number in range(1, 17))]  # a full hour may end meanwhile
    await rows.commit(pool, *(NewReading(quantity="pm2_5", value=12, measured_at=each) for each in at))

    box = await the_box(pool, "pm2_5")

    assert (box.value, box.is_rated, box.is_old) == (12, False, False)


async def the_box(pool: Pool, key: str) -> snapshot.BoxNow:
    database, shown = Database(pool, "all"), quantities.SHOWN[key]
    boxes = await database.fetch(sql.load("api.site.city", "boxes"))
    ids = [row["id"] for row in boxes]
    newest = await database.fetch(sql.load("api.site.city", "newest"), ids, list(shown.names))
    hours = await HourMeans().of(database, shown, ids)
    (box,) = snapshot.of(shown, boxes, newest, hours, datetime.now(UTC)).boxes
    return box
