from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.crisis.staff.lage import overlay
from api.maps.projection import View
from crisis.model.contents import PointContent, PointKind
from crisis.model.event_bodies import DistressReceived
from crisis.state.power.evidence import Evidence
from crisis.state.power.outages import Cell, CellState, Grade
from crisis.state.views import Act, Distress, Point, Step
from kiezbox import pacing
from tests.support.map_data import RATHAUS_SCHOENEBERG

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
LONGITUDE, LATITUDE = RATHAUS_SCHOENEBERG
HERE = (LATITUDE, LONGITUDE)
VIEW = View(LONGITUDE, LATITUDE, 13, 1000, 820)
RING = ((13.34, 52.48), (13.35, 52.48), (13.35, 52.49))
ACT = Act(uuid4(), NOW, "resident", "71-01")


def cell(box: str, state: CellState, grade: Grade = Grade.FIRM, told_at: datetime = NOW) -> Cell:
    evidence = Evidence(box, HERE, state is not CellState.OUT, told_at=told_at)
    return Cell(evidence, RING, state, grade, NOW)


def call(*, is_taken: bool = False, **said: Any) -> Distress:
    return Distress(uuid4(), DistressReceived(**said), ACT, (Step(ACT, ""),) if is_taken else ())


def point(**fields: Any) -> Point:
    content = PointContent(kind=PointKind.WATER, name="Rathaus", **fields)
    return Point(uuid4(), content, ACT, ACT)


def made(
    cells: tuple[Cell, ...] = (), calls: list[Distress] | None = None, points: tuple[Point, ...] = ()
) -> overlay.Overlay:
    boxes = {each.box: HERE for each in cells}
    titled = [(each, "title") for each in calls or []]
    return pacing.at_once(overlay.steps(VIEW, cells, boxes, titled, points=points, now=NOW))


@pytest.mark.parametrize(
    ("state", "grade", "kind"),
    [
        (CellState.OUT, Grade.FIRM, "firm"),
        (CellState.OUT, Grade.SINGLE, "unsure"),
        (CellState.OUT, Grade.OLD, "unsure"),
        (CellState.BACK, Grade.FIRM, "back"),
    ],
)
def test_the_ground_of_a_box_says_how_sure_it_is(state: CellState, grade: Grade, kind: str) -> None:
    (ground,) = made((cell("71-01", state, grade),)).grounds

    assert (ground.kind, ground.title) == (kind, "71-01")
    assert ground.d.startswith("M")
    assert ground.d == "M459 500l117 0 0-191z"


@pytest.mark.parametrize("state", [CellState.ON, CellState.UNKNOWN])
def test_ground_with_power_is_not_drawn(state: CellState) -> None:
    assert made((cell("71-01", state),)).grounds == ()


@pytest.mark.parametrize(
    ("state", "age_min", "kind"),
    [
        (CellState.OUT, 0, "box out"),
        (CellState.ON, 0, "box on"),
        (CellState.ON, 60, "box on old"),
        (CellState.UNKNOWN, 0, "box"),
    ],
)
def test_a_box_stands_where_it_said(state: CellState, age_min: int, kind: str) -> None:
    (sign,) = made((cell("71-01", state, told_at=NOW - timedelta(minutes=age_min)),)).signs

    assert (sign.kind, sign.x, sign.y, sign.title) == (kind, 500, 410, "71-01")


def test_a_call_with_a_position_is_a_sign_there_and_one_without_a_ring_around_its_box() -> None:
    exact = call(latitude=LATITUDE, longitude=LONGITUDE)
    about = call(box="71-01", is_taken=True)

    found = made((cell("71-01", CellState.ON),), [exact, about])

    assert [sign.kind for sign in found.signs] == ["box on", "taken about", "call"]  # the first call lies on top
    assert found.outside == 0


@pytest.mark.parametrize("said", [{"box": "72-01"}, {"latitude": 52.6, "longitude": 13.6}])
def test_a_call_that_is_not_on_the_map_is_counted(said: dict[str, Any]) -> None:
    found = made((), [call(**said)])

    assert (found.signs, found.outside) == ((), 1)


def test_a_place_of_help_is_shown_unless_it_is_closed_or_nobody_knows_where_it_is() -> None:
    places = (
        point(latitude=LATITUDE, longitude=LONGITUDE, open_now=True),
        point(latitude=LATITUDE, longitude=LONGITUDE, open_now=False),
        point(open_now=True),
    )

    assert [sign.kind for sign in made((), [], places).signs] == ["point"]
