from __future__ import annotations

import re
from typing import TYPE_CHECKING

from api.charts import paths, value_axis
from api.charts.paths import Frame
from tests.api.charts.support.made_charts import Steps, chart, line, year_of_hours

if TYPE_CHECKING:
    from api.charts.chart import Chart


def frame_of(made: Chart) -> Frame:
    return Frame(made.start.timestamp(), made.end.timestamp(), value_axis.of(made), 8_000, 1_800)


def points(data: str) -> list[tuple[int, int]]:
    """Where a path of `M` and `l` goes."""
    found: list[tuple[int, int]] = []
    for x, y, rest in re.findall(r"M(-?\d+) (-?\d+)(?:l([^Mz]*)|h0)", data):
        at = (int(x), int(y))
        found.append(at)
        numbers = [int(each) for each in rest.split()]
        for to_x, to_y in zip(numbers[::2], numbers[1::2], strict=True):
            at = (at[0] + to_x, at[1] + to_y)
            found.append(at)
    return found


def test_a_line_goes_from_middle_to_middle_of_its_steps() -> None:
    made = chart(line([0.0, 10.0]), days=1)

    joined, alone = paths.line(made.main, frame_of(made))

    assert points(joined) == [(167, 1_800), (500, 0)]
    assert alone == ""


def test_a_line_is_not_drawn_across_a_gap() -> None:
    made = chart(line([1.0] * 12, Steps(missing=(4, 5, 6))), days=1)

    joined, _ = paths.line(made.main, frame_of(made))

    assert joined.count("M") == 2


def test_a_value_alone_is_a_dot() -> None:
    made = chart(line([1.0]), days=1)

    joined, alone = paths.line(made.main, frame_of(made))

    assert joined == ""
    assert re.fullmatch(r"M\d+ \d+h0", alone)


def test_no_extreme_is_lost_when_a_long_line_is_thinned() -> None:
    made = year_of_hours()
    frame = frame_of(made)

    joined, _ = paths.line(made.main, frame)

    drawn = points(joined)
    values = [value for value in made.main.value if value is not None]
    assert {min(y for _, y in drawn), max(y for _, y in drawn)} == {frame.y(max(values)), frame.y(min(values))}
    assert len(drawn) <= 4 * 800 + 8
    assert len(drawn) < len(values)


def test_days_are_as_wide_as_they_are_long() -> None:
    made = chart(line([1.0, 2.0], Steps(width_s=86_400)), days=2)

    drawn = points(paths.steps(made.main, frame_of(made), valid=True))

    assert [x for x, _ in drawn] == [0, 4_000, 4_000, 8_000]


def test_days_of_too_little_time_are_drawn_apart() -> None:
    made = chart(line([1.0, 2.0, 3.0], Steps(width_s=86_400), coverage=[1.0, 0.5, 1.0]), days=3)
    frame = frame_of(made)

    assert len(points(paths.steps(made.main, frame, valid=True))) == 4
    assert len(points(paths.steps(made.main, frame, valid=False))) == 2


def test_directions_are_never_joined() -> None:
    made = chart(line([359.0, 1.0, 359.0]), days=1)

    assert "l" not in paths.dots(made.main, frame_of(made))


def test_the_band_goes_from_the_lowest_to_the_highest_reading() -> None:
    made = chart(line([5.0, 5.0], low=[1.0, 2.0], high=[8.0, 9.0]), days=1)
    frame = frame_of(made)

    drawn = points(paths.band(made.main, frame))

    assert {y for _, y in drawn} == {frame.y(value) for value in (1, 2, 8, 9)}


def test_the_strip_tells_what_was_heard_in_part() -> None:
    made = chart(line([1.0] * 4, coverage=[1.0, 0.5, 0.5, 1.0]), days=1)

    enough, less = paths.heard(made.main, frame_of(made))

    assert enough.count("M") == 2
    assert less.count("M") == 1
