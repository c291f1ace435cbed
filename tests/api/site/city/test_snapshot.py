from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from api.site.city import quantities, snapshot

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
BOX = {"id": "71-01", "name": None, "district": 113, "latitude": 52.49, "longitude": 13.35, "is_moving": False}
SERIES = count()


def line(quantity: str = "pm2_5", *, minutes: int = 1, flag: int = 0, **values: Any) -> dict[str, Any]:
    """The newest value of a series of its own, and what was heard of it in the last hours."""
    known = {"value": 10.0, "hours": 24, "day_mean": 12.34, "last_hour": 11.0, "series": next(SERIES)}
    measured_at = NOW - timedelta(minutes=minutes)
    return {"box": "71-01", "quantity": quantity, "measured_at": measured_at, "flag": flag, **known, **values}


def the_box(key: str, *lines: dict[str, Any]) -> snapshot.BoxNow:
    (box,) = snapshot.of(quantities.SHOWN[key], [BOX], lines, {line["series"]: line for line in lines}, NOW).boxes
    return box


def test_particles_are_compared_by_their_day_as_it_is_shown() -> None:
    box = the_box("pm2_5", line())

    assert (box.value, box.is_rated, box.sign) == (12.3, True, "good")


def test_a_box_that_was_not_heard_for_18_hours_shows_its_newest_value_without_a_class() -> None:
    box = the_box("pm2_5", line(hours=17))

    assert (box.value, box.is_rated, box.sign) == (10.0, False, "none")


def test_what_is_older_than_an_hour_is_grey_and_says_since_when() -> None:
    box = the_box("pm2_5", line(minutes=61))

    assert (box.is_old, box.sign, box.measured_at) == (True, "old", NOW - timedelta(minutes=61))


def test_a_suspect_value_is_no_value_to_compare() -> None:
    assert the_box("temperature", line("temperature", flag=1)).is_old


def test_outdoor_temperature_counts_where_a_box_has_both() -> None:
    box = the_box("temperature", line("temperature", value=40.0), line("temperature_outside", value=20.0))

    assert box.value == 20.0


def test_sensors_of_a_box_share_its_weight_and_noise_is_averaged_by_energy() -> None:
    box = the_box("noise", line("noise", last_hour=50.0), line("noise", last_hour=60.0))

    assert box.value == 57.4


def test_a_mean_over_boxes_counts_current_and_rated_ones_only() -> None:
    shown = quantities.SHOWN["pm2_5"]
    boxes = [the_box("pm2_5", line(day_mean=mean)) for mean in (10.0, 20.0)]
    boxes += [the_box("pm2_5", line(day_mean=99.0, minutes=61)), the_box("pm2_5", line(hours=3)), the_box("pm2_5")]

    assert snapshot.mean_of(shown, boxes) == 15.0
