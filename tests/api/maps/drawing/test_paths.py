from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.maps.drawing import paths

if TYPE_CHECKING:
    from api.maps.drawing.paths import Line

BOX = (0, 0, 100, 100)
COORDINATES = st.tuples(st.integers(-300, 400), st.integers(-300, 400))


def read(data: str, *, are_rings: bool = False) -> list[Line]:
    """The lines of path data as a browser reads them: after z the current point is the start again."""
    found: list[Line] = []
    x = y = 0
    for move, rest, end in re.findall(r"m([^l]*)l([^mz]*)(z?)", data):
        numbers = [int(number) for number in re.findall(r"-?\d+", move + " " + rest)]
        line: Line = []
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            line.append((x, y))
        found.append(line)
        assert bool(end) is are_rings
        if end:
            x, y = line[0]
    return found


@pytest.mark.parametrize("are_rings", [False, True])
@given(lines=st.lists(st.lists(COORDINATES, min_size=3, max_size=6), max_size=4))
def test_a_browser_reads_the_lines_that_were_written(lines: list[Line], are_rings: bool) -> None:
    assert read(paths.data(lines, are_rings=are_rings), are_rings=are_rings) == lines


@given(st.lists(COORDINATES, min_size=3, max_size=8))
def test_a_ring_that_was_cut_lies_within_the_box(ring: Line) -> None:
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in paths.ring_within(ring, BOX))


def test_a_ring_around_the_box_becomes_the_box() -> None:
    found = paths.ring_within([(-50, -50), (150, -50), (150, 150), (-50, 150)], BOX)

    assert set(found) == {(0, 0), (100, 0), (100, 100), (0, 100)}


def test_a_line_that_leaves_and_comes_back_is_two() -> None:
    line = [(10, 50), (50, 50), (200, 50), (200, 80), (60, 80), (20, 80)]

    assert paths.lines_within(line, BOX) == [[(10, 50), (50, 50), (100, 50)], [(100, 80), (60, 80), (20, 80)]]


def test_pieces_that_meet_are_one_line_whichever_way_they_run() -> None:
    (found,) = paths.joined([[(0, 0), (1, 0)], [(2, 0), (1, 0)], [(2, 0), (3, 1)]])

    assert found in ([(0, 0), (1, 0), (2, 0), (3, 1)], [(3, 1), (2, 0), (1, 0), (0, 0)])


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=4), max_size=8))
def test_joining_loses_no_step(lines: list[Line]) -> None:
    def steps(found: list[Line]) -> list[tuple[object, ...]]:
        pairs = [(one, other) for line in found for one, other in pairwise(line)]
        return sorted(tuple(sorted(pair)) for pair in pairs)

    assert steps(paths.joined(lines)) == steps(lines)


def test_a_line_keeps_the_corners_that_can_be_seen() -> None:
    assert paths.simplified([(0, 0), (50, 1), (100, 0), (100, 100)], 2) == [(0, 0), (100, 0), (100, 100)]


def test_a_ring_keeps_its_corners() -> None:
    ring = [(0, 0), (50, 1), (100, 0), (100, 100), (0, 100)]

    assert paths.simplified(ring, 2, is_ring=True) == [(0, 0), (100, 0), (100, 100), (0, 100)]


def test_points_that_fall_together_on_the_grid_are_one() -> None:
    assert paths.snapped([(1.0, 1.0), (1.2, 1.1), (-3.0, 7.0)], 1, 0, 0) == [(1, 1), (-3, 7)]
