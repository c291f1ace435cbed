"""What the page shows, made from the state: outages, calls and places of help, each counted beyond what fits. Pure."""

import dataclasses
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime

from api.crisis.staff import overview
from api.crisis.staff.desk import call_lines, whereabouts
from api.crisis.staff.desk.call_lines import CallLine
from api.crisis.staff.lage import overlay, staff_work
from api.crisis.staff.lage.overlay import Overlay
from api.crisis.staff.lage.staff_work import StaffWork
from api.crisis.staff.overview import Outages
from api.maps import grid_reference
from api.maps.drawing import views
from api.maps.projection import View
from crisis.model import areas
from crisis.places.areas import Area, Level
from crisis.places.gazetteer import Gazetteer
from crisis.state.picture import Picture
from crisis.state.views import AreaMode, DistressStatus, ModeThere, Point
from devices.readings import Mode
from kiezbox import pacing

POINTS = 4  # that fit a wall screen; the others are counted
CALLS_BESIDE_WORK, POINTS_BESIDE_UNITS = 3, 2  # where incidents, tasks and units need all of their room
MORE_CALLS_ON_A_WALL = 1  # where the bar of times is on other pages
_HEADING_ROWS, _CALL_ROWS = 2, 2


@dataclass(frozen=True, slots=True)
class Lage:
    """Everything on the page."""

    view: str
    area: Area | None
    bezirk: Area | None  # in which the area lies
    within: tuple[Area, ...]  # the areas that one may look at from here
    overlay: Overlay
    centre: str  # of the map, as UTMREF
    outages: Outages
    calls: tuple[CallLine, ...]
    calls_open: int
    calls_waiting: int
    escalated: int  # calls that nobody has taken for too long
    points: tuple[Point, ...]
    points_open: int
    boxes_on: int
    boxes_out: int
    boxes_unknown: int
    here: ModeThere
    emergencies: tuple[AreaMode, ...]
    exercises: tuple[str, ...]  # areas in which the mode is an exercise
    is_schematic: bool
    work: StaffWork

    @property
    def calls_more(self) -> int:
        """Open calls that are not on the page."""
        return self.calls_open - len(self.calls)

    @property
    def points_more(self) -> int:
        """Open places of help that are not on the page."""
        return self.points_open - len(self.points)


def of(node: Picture, view_name: str, now: datetime, *, is_wall: bool = False) -> Lage | None:
    """The page for this view; None when there is no view of that name. A wall display has no bar of times."""
    return pacing.at_once(steps(node, view_name, now, is_wall=is_wall))


def steps(node: Picture, view_name: str, now: datetime, *, is_wall: bool = False) -> Generator[None, None, Lage | None]:
    """The same in steps, between which others may run. What happens meanwhile may be on the page, or not."""
    places = node.places.current()
    found = views.named(view_name, places)
    if found is None:
        return None
    view, area = found
    cells = node.power_survey().cells
    boxes = whereabouts.positions(node, cells)
    yield
    lines = yield from call_lines.steps_of_open(node, now)
    calls = [line.call for line in lines]
    points = [point for point in node.state.points() if point.closed is None and point.content.open_now is not False]
    yield
    titles = [(line.call, f"{line.street or line.ortsteil}") for line in lines]
    states = [cell.state.value for cell in cells]
    outages = overview.outages_of(node, now)
    yield
    work = staff_work.of(node.state, now)
    yield
    fitting = _calls_fitting(work) + (MORE_CALLS_ON_A_WALL if is_wall else 0)
    points_fitting = POINTS_BESIDE_UNITS if work.units_all else POINTS
    signs = yield from overlay.steps(view, cells, boxes, titles, points=points, now=now)
    return Lage(
        view=view_name,
        area=area,
        bezirk=None if area is None else places.area(Level.BEZIRK, area.bezirk),
        within=_within(places, area),
        overlay=_with_incidents(signs, view, node),
        centre=grid_reference.utmref(view.longitude, view.latitude),
        outages=outages,
        calls=tuple(lines[:fitting]),
        calls_open=len(calls),
        calls_waiting=sum(line.call.status is DistressStatus.RECEIVED and line.same_as is None for line in lines),
        escalated=sum(line.is_escalated for line in lines),
        points=tuple(points[:points_fitting]),
        points_open=len(points),
        boxes_on=states.count("on") + states.count("back"),
        boxes_out=states.count("out"),
        boxes_unknown=states.count("unknown"),
        here=node.state.mode_at(areas.EVERYWHERE if node.is_hub else node.name),
        emergencies=tuple(each for each in node.state.area_modes() if each.mode is Mode.EMERGENCY),
        exercises=tuple(each.area for each in node.state.area_modes() if each.exercise),
        is_schematic=places.is_schematic(Level.ORTSTEIL),
        work=work,
    )


def _calls_fitting(work: StaffWork) -> int:
    """How many calls fit: those that always do, and more in the rows that incidents and tasks do not need."""
    rows = staff_work.INCIDENTS - max(1, len(work.incidents))  # without an incident a row says so
    rows += staff_work.TASKS - len(work.tasks) + (0 if work.tasks else _HEADING_ROWS)
    return CALLS_BESIDE_WORK + rows // _CALL_ROWS


def _with_incidents(made: Overlay, view: View, node: Picture) -> Overlay:
    return dataclasses.replace(made, signs=(*made.signs, *staff_work.signs(view, node)))


def _within(places: Gazetteer, area: Area | None) -> tuple[Area, ...]:
    """From the city its Bezirke, from a Bezirk or Ortsteil the Ortsteile of that Bezirk."""
    if area is None:
        return places.bezirke
    return tuple(each for each in places.ortsteile if each.bezirk == area.bezirk)
