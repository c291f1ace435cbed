"""What lies on the map: ground without power, calls for help, places of help, boxes. Positions in a view's pixels."""

import itertools
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.crisis.staff.desk import whereabouts
from api.crisis.staff.desk.whereabouts import Place
from api.maps.projection import View
from crisis.state.power.outages import Cell, CellState, Grade
from crisis.state.views import Distress, DistressStatus, Point

_CALLS_A_STEP = 20


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign on the map. `kind` names its look, `title` what it is, for whoever points at it or has it read out."""

    kind: str
    x: int
    y: int
    title: str


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground around a box that has no mains power, or has it again: `d` of a path, and how sure that is."""

    kind: str
    d: str
    title: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """Everything on the map; `outside`: calls that cannot be shown there, because nobody knows where, or elsewhere."""

    grounds: tuple[Ground, ...]
    signs: tuple[Sign, ...]
    outside: int


def steps(
    view: View,
    cells: tuple[Cell, ...],
    boxes: Mapping[str, Place],
    calls: Iterable[tuple[Distress, str]],
    *,
    points: Iterable[Point],
    now: datetime,
) -> Generator[None, None, Overlay]:
    """What this view shows, in steps. `calls` with their titles; those that wait lie above the others."""
    grounds = [ground for cell in cells if (ground := _ground(view, cell)) is not None]
    states = {cell.box: cell for cell in cells}
    yield
    signs = [_box(view, box, place, states.get(box), now) for box, place in boxes.items()]
    yield
    for point in points:
        content = point.content
        if content.latitude is not None and content.longitude is not None and content.open_now is not False:
            signs.append(_sign(view, "point", (content.latitude, content.longitude), content.name))
    outside = 0
    for number, (call, title) in enumerate(reversed(list(calls))):
        place, is_exact = whereabouts.place_of(call, boxes)
        found = None if place is None else _sign(view, _call_kind(call, is_exact=is_exact), place, title)
        if found is None:
            outside += 1
        signs.append(found)
        if number % _CALLS_A_STEP == 0:
            yield
    return Overlay(tuple(grounds), tuple(sign for sign in signs if sign is not None), outside)


def _call_kind(call: Distress, *, is_exact: bool) -> str:
    kind = "call" if call.status is DistressStatus.RECEIVED else "taken"
    return kind if is_exact else f"{kind} about"


def _box(view: View, box: str, place: Place, cell: Cell | None, now: datetime) -> Sign | None:
    if cell is None or cell.state is CellState.UNKNOWN:
        return _sign(view, "box", place, box)
    is_out = cell.state is CellState.OUT
    kind = "box out" if is_out else "box on"
    return _sign(view, kind if cell.evidence.is_fresh(now) else f"{kind} old", place, box)


def _ground(view: View, cell: Cell) -> Ground | None:
    if not cell.ring or cell.state not in {CellState.OUT, CellState.BACK}:
        return None
    corners = [view.pixel(*corner) for corner in cell.ring]
    if not any(_is_near(view, x, y) for x, y in corners):
        return None
    kind = "back" if cell.state is CellState.BACK else "firm" if cell.grade is Grade.FIRM else "unsure"
    return Ground(kind, _path(corners), cell.box)


def _path(corners: Sequence[tuple[float, float]]) -> str:
    """A closed path in whole pixels: its first corner, and the steps from each corner to the next, which are short."""
    whole = [(round(x), round(y)) for x, y in corners]
    steps = [f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in itertools.pairwise(whole)]
    return f"M{whole[0][0]} {whole[0][1]}l{' '.join(steps)}z".replace(" -", "-")


def _sign(view: View, kind: str, place: Place, title: str) -> Sign | None:
    x, y = view.pixel(place[1], place[0])
    if not (0 <= x <= view.width and 0 <= y <= view.height):
        return None
    return Sign(kind, round(x), round(y), title)


def _is_near(view: View, x: float, y: float) -> bool:
    return -view.width < x < 2 * view.width and -view.height < y < 2 * view.height
