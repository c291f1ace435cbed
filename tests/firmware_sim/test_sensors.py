"""What the sensors show is plausible, within physics, and the same for the same seed, box and time."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.quantities import CATALOGUE
from firmware_sim import box_ids, sensors

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=100)

_BOXES = st.sampled_from(box_ids.first(200)) | st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
_MOMENTS = st.integers(1_577_836_800_000, 2_208_988_800_000)  # 2020 to 2039


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def core(*moment: int) -> sensors.Values:
    """What the core of box 71-01 measures."""
    return sensors.measure(0, "71-01", ms(*moment))["core"]


@many
@given(seed=st.integers(0, 2**31), box=_BOXES, at_ms=_MOMENTS)
def test_every_value_is_of_a_known_quantity_and_within_its_limits(seed: int, box: str, at_ms: int) -> None:
    for values in sensors.measure(seed, box, at_ms).values():
        for name, value in values.items():
            quantity = CATALOGUE[name]
            assert quantity.low <= value <= quantity.high
            assert value not in (*quantity.bad, *quantity.suspect)


@many
@given(seed=st.integers(0, 2**31), box=_BOXES, at_ms=_MOMENTS)
def test_a_condition_is_possible(seed: int, box: str, at_ms: int) -> None:
    condition = sensors.condition(seed, box, at_ms)

    assert 0 <= condition.battery_percent <= 100
    assert 0 <= condition.clients < 100
    assert condition.uplink in {"lan", "mesh", "lte"}


def test_a_box_has_the_sensors_of_a_core_and_a_module() -> None:
    measured = sensors.measure(0, "71-01", ms(2026, 11, 23, 12))

    assert set(measured["core"]) >= {
        "temperature_outside",
        "temperature_inside",
        "humidity_inside",
        "temperature_clock",
        "battery_voltage",
        "solar_voltage",
        "solar_power",
    }
    assert set(measured["sensor-3"]) >= {"temperature", "humidity", "pressure", "pm2_5", "pm10", "noise"}


def test_another_process_measures_the_same() -> None:
    code = "from firmware_sim import sensors; print(sensors.measure(7, '71-01', 1763853590000))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == str(sensors.measure(7, "71-01", 1_763_853_590_000))


@pytest.mark.parametrize(("seed", "box"), [(1, "71-01"), (0, "71-02")])
def test_another_seed_or_box_measures_something_else(seed: int, box: str) -> None:
    at_ms = ms(2026, 6, 21, 12)

    assert sensors.measure(seed, box, at_ms) != sensors.measure(0, "71-01", at_ms)


def test_the_sun_gives_nothing_at_night_and_something_at_noon() -> None:
    for month in range(1, 13):
        night, noon = (core(2026, month, 15, hour) for hour in (0, 11))

        assert (night["solar_power"], night["solar_voltage"]) == (0, 0)
        assert noon["solar_power"] > 0


def test_a_day_in_summer_yields_more_sun_than_one_in_winter() -> None:
    summer, winter = (
        mean(core(2026, month, date, 22)["solar_energy_today"] for date in range(1, 29)) for month in (6, 12)
    )

    assert summer > 3 * winter


def test_the_yield_of_a_day_only_grows() -> None:
    start = datetime(2026, 6, 20, 23, 30, tzinfo=UTC)  # shortly after the sun's midnight
    moments = (int((start + timedelta(minutes=10 * step)).timestamp() * 1000) for step in range(140))

    yields = [sensors.measure(0, "71-01", moment)["core"]["solar_energy_today"] for moment in moments]

    assert yields[0] == 0
    assert all(earlier <= later for earlier, later in pairwise(yields))
    assert yields[-1] > 0.1


def test_afternoons_are_warmer_than_dawns_and_summers_than_winters() -> None:
    def average(month: int, hour: int) -> float:
        return mean(core(2026, month, date, hour)["temperature_outside"] for date in range(1, 29))

    assert average(6, 14) - average(6, 3) > 3
    assert average(6, 14) - average(1, 14) > 10


def test_curves_are_smooth() -> None:
    start = ms(2026, 11, 23, 0)
    outside = [
        sensors.measure(0, "71-01", start + minute * 60_000)["core"]["temperature_outside"]
        for minute in range(0, 1440, 10)
    ]

    steps = [abs(later - earlier) for earlier, later in pairwise(outside)]

    assert max(steps) < 1.5


def test_the_air_is_the_same_for_neighbours_but_not_quite() -> None:
    at_ms = ms(2026, 11, 23, 12)
    pressures = [sensors.measure(0, box, at_ms)["sensor-3"]["pressure"] for box in box_ids.first(50)]

    assert 0 < max(pressures) - min(pressures) < 10
