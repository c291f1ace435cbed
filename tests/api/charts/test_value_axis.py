from __future__ import annotations

import pytest

from api.charts import value_axis
from api.charts.chart import Limit
from devices.quantities import Averaging
from tests.api.charts.support.made_charts import chart, line


@pytest.mark.parametrize(
    ("low", "high", "ticks", "decimals"),
    [
        (0, 35.3, [0, 10, 20, 30, 40], 0),
        (-7.5, 3.2, [-10, -5, 0, 5], 0),
        (0.01, 0.13, [0.0, 0.05, 0.1, 0.15], 2),
        (1012.96, 1013.04, [1012.96, 1012.98, 1013.0, 1013.02, 1013.04], 2),
        (0, 1e9, [0, 5e8, 1e9], 0),
        (-3e9, -1e9, [-3e9, -2.5e9, -2e9, -1.5e9, -1e9], 0),
        (5, 5, [4.95, 5.0, 5.05], 2),
        (0, 0, [-1, -0.5, 0, 0.5, 1], 1),
    ],
)
def test_people_count_in_round_numbers(low: float, high: float, ticks: list[float], decimals: int) -> None:
    axis = value_axis.between(low, high)

    assert list(axis.ticks) == pytest.approx(ticks)
    assert axis.decimals == decimals
    assert axis.low <= low <= high <= axis.high


def test_an_axis_near_zero_begins_there() -> None:
    assert value_axis.of(chart(line([5.0, 20.0]))).low == 0


def test_levels_of_sound_do_not_begin_at_zero() -> None:
    assert value_axis.of(chart(line([35.0, 70.0]), averaging=Averaging.ENERGETIC)).low > 0


def test_a_limit_is_shown_unless_it_would_press_the_values_flat() -> None:
    near = chart(line([4.0, 5.0]), limits=[Limit("WHO", 15.0)])
    far = chart(line([0.1, 0.2]), limits=[Limit("WHO", 15.0)])

    assert value_axis.is_shown(value_axis.of(near), 15)
    assert not value_axis.is_shown(value_axis.of(far), 15)


def test_directions_go_around_the_circle() -> None:
    axis = value_axis.of(chart(line([350.0, 10.0]), averaging=Averaging.CIRCULAR))

    assert (axis.low, axis.high, len(axis.ticks)) == (0, 360, 5)


@pytest.mark.parametrize("values", [[], [None], [3.0], [-3.0, -3.0], [1.0, 1e9], [1e-9, 2e-9]])
def test_every_value_lies_on_its_axis(values: list[float | None]) -> None:
    axis = value_axis.of(chart(line(values)))

    assert axis.low < axis.high
    assert all(axis.low <= value <= axis.high for value in values if value is not None)


@pytest.mark.parametrize(("low", "high"), [(-1e308, 1e308), (1e308, 1e308)])
def test_what_a_broken_sensor_says_has_an_axis_of_few_lines(low: float, high: float) -> None:
    assert len(value_axis.between(low, high).ticks) <= 7
