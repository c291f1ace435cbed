"""Outages: which boxes lost their mains power together, and the ground and the streets that they speak for.

No event says "outage": every node that has the same `power_seen` events sees the same outages under the same ids, now
and for any moment of the past. docs/adr/0025-outages.md says how they are named, and how one is followed.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from crisis.places import geometry
from crisis.state.power import clusters
from crisis.state.power.cells import Ground

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.places.areas import Area
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.geometry import Ring
    from crisis.places.streets import Street
    from crisis.state.power.clusters import Cluster
    from crisis.state.power.evidence import Evidence

BACK_SHOWN = timedelta(hours=24)  # for so long an end, and the cells where power is back, are shown
_NAMESPACE = uuid.UUID("6f757461-6765-5078-8000-706f77657200")  # fixed for ever: the same outage, the same id
_TOGETHER_MIN = 2  # boxes: one alone may have a blown fuse
_FIRM_SHARE = 0.5  # of the boxes of its Ortsteile that were heard
_FIRM_BOXES = 5  # so many at once are no coincidence, however many others have power in a large Ortsteil
_NEAREST = 3


class CellState(StrEnum):
    """What the box of a cell says. UNKNOWN: it never said whether it has mains power."""

    OUT = "out"
    ON = "on"
    BACK = "back"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """How sure it is. SINGLE: one box, or few of those around. OLD: nobody has said so lately."""

    FIRM = "firm"
    SINGLE = "single"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Cell:
    """The ground around a box. `ring` is a convex polygon (longitude, latitude), empty when no position is known.

    `since`: in this state; None when nobody knows.
    """

    evidence: Evidence
    ring: Ring
    state: CellState
    grade: Grade
    since: datetime | None

    @property
    def box(self) -> str:
        """The box that speaks for this ground."""
        return self.evidence.box


@dataclass(frozen=True, slots=True)
class Outage:
    """Boxes that lost their mains power together. `until` None: some have none still.

    `id` is that of its first box's event, `names` those of all: two pictures show the same outage if they share a name.
    `ortsteile` are those of its boxes, that with the most streets first. `spread` lies between the first box and the
    last. `cells` are those without power and those where it came back lately; `streets` and `area_km2` are what lies
    without power, or did when it is over, `streets_back` where it is back already. `boxes_heard`: of its Ortsteile,
    those with a fresh word and those that are out. `is_corroborated`: so many boxes say so that it is no fuse, however
    old their word is.
    """

    id: UUID
    names: frozenset[UUID]
    since: datetime
    spread: timedelta
    until: datetime | None
    grade: Grade
    cells: tuple[Cell, ...]
    boxes_out: tuple[str, ...]
    boxes_back: tuple[str, ...]
    boxes_heard: int
    told_at: datetime | None
    area_km2: float
    streets: tuple[Street, ...]
    streets_back: tuple[Street, ...]
    ortsteile: tuple[Area, ...]
    is_corroborated: bool
    looks_like_fuse: bool

    @property
    def is_of_past(self) -> bool:
        """Whether it was read from the log for a moment of the past (evidence.py)."""
        return any(cell.evidence.is_of_past for cell in self.cells)

    @property
    def is_over(self) -> bool:
        """Whether all of its boxes have power again."""
        return self.until is not None


def name_of(event: UUID) -> UUID:
    """The name that an outage has from one `power_seen` event."""
    return uuid.uuid5(_NAMESPACE, str(event))


def outages(evidence: Iterable[Evidence], now: datetime, places: Gazetteer) -> list[Outage]:
    """The outages of now, and those that ended within a day."""
    return list(Survey(evidence, now, places).outages)


class Survey:
    """One look at all boxes. `ortsteile` remembers where positions lie, from one look to the next."""

    def __init__(
        self,
        evidence: Iterable[Evidence],
        now: datetime,
        places: Gazetteer,
        ortsteile: dict[tuple[float, float], Area | None] | None = None,
    ) -> None:
        self.now = now
        self._places = places
        self._all = {each.box: each for each in evidence}
        self._known = {box: each for box, each in self._all.items() if each.mains is not None}
        # A box that never said anything of its power cuts nobody's cell.
        self._ground = Ground({box: each.position for box, each in self._known.items() if each.position is not None})
        self._ortsteile = {} if ortsteile is None else ortsteile

    @cached_property
    def outages(self) -> tuple[Outage, ...]:
        """The outages of now, and those that ended within a day; the first first."""
        found = (self._outage(each) for each in self._clusters if not self._is_past(each))
        return tuple(sorted(found, key=lambda each: (each.since, each.id)))

    @cached_property
    def ended(self) -> Mapping[UUID, datetime]:
        """When outages ended that did more than a day ago, by each of their names; while their events are held."""
        past = (each for each in self._clusters if self._is_past(each))
        return {name_of(event): each.until for each in past for event in each.events if each.until is not None}

    @cached_property
    def _clusters(self) -> list[Cluster]:
        return clusters.of(self._known, self._ground)

    def _is_past(self, cluster: Cluster) -> bool:
        return cluster.until is not None and self.now - cluster.until > BACK_SHOWN

    # -- one outage --------------------------------------------------------------------------------------------------

    def _outage(self, cluster: Cluster) -> Outage:
        out = sorted(cluster.out)
        back = sorted(box for box, at in cluster.back.items() if self.now - at <= BACK_SHOWN)
        shown = out or back
        near = self._ortsteile_of(shown)
        heard = self._heard(shown, back, near)
        is_corroborated = _is_corroborated(shown, heard)
        is_old = bool(out) and not any(self._known[box].is_fresh(self.now) for box in out)
        grade = Grade.OLD if is_old else Grade.FIRM if is_corroborated else Grade.SINGLE
        cells = (
            *(self._cell(box, CellState.OUT, cluster.out[box], grade) for box in out),
            *(self._cell(box, CellState.BACK, cluster.back[box], Grade.FIRM) for box in back),
        )
        streets = self._streets(cells, shown)
        return Outage(
            id=name_of(cluster.first.events[0]),
            names=frozenset(map(name_of, cluster.events)),
            since=cluster.first.since,
            spread=cluster.last_since - cluster.first.since,
            until=cluster.until,
            grade=grade,
            cells=cells,
            boxes_out=tuple(out),
            boxes_back=tuple(back),
            boxes_heard=len(heard),
            told_at=max((at for box in shown if (at := self._known[box].told_at) is not None), default=None),
            area_km2=sum(geometry.area_km2((cell.ring,)) for cell in cells if cell.box in shown and cell.ring),
            streets=streets,
            streets_back=self._streets(cells, back) if out else (),
            ortsteile=_by_streets(near, streets),
            is_corroborated=is_corroborated,
            looks_like_fuse=self._looks_like_fuse(out, back),
        )

    def _cell(self, box: str, state: CellState, since: datetime | None, grade: Grade) -> Cell:
        known = self._all[box]
        grade = grade if known.is_fresh(self.now) else Grade.OLD
        return Cell(known, self._ground.cell(box) if box in self._ground else (), state, grade, since)

    def _streets(self, cells: Iterable[Cell], boxes: Sequence[str]) -> tuple[Street, ...]:
        rings = [(cell.ring,) for cell in cells if cell.box in boxes and cell.ring]
        return tuple(self._places.streets_in(rings)) if rings else ()

    # -- how sure it is ----------------------------------------------------------------------------------------------

    def _heard(self, out: Sequence[str], back: Sequence[str], near: Sequence[Area]) -> list[str]:
        """The boxes that count: those that are out, and with a fresh word its others and those of these Ortsteile.

        Where no Ortsteile are known, those in reach.
        """
        there = {other for box in out for other in self._ground.neighbours(box)} if not near else set()
        for area in near:
            there |= self._fresh[area.id]
        there |= set(back)
        return sorted({*out, *(box for box in there if self._known[box].is_fresh(self.now))})

    @cached_property
    def _fresh(self) -> Mapping[str, set[str]]:
        """The boxes with a fresh word by the id of their Ortsteil."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for box, each in self._known.items():
            area = self._ortsteil(box)
            if area is not None and each.is_fresh(self.now):
                found[area.id].add(box)
        return found

    def _looks_like_fuse(self, out: Sequence[str], back: Sequence[str]) -> bool:
        """Whether one box alone has no power, and those next to it said lately that they have."""
        if len(out) != 1 or back:
            return False
        nearest = self._ground.neighbours(out[0])[:_NEAREST]
        return bool(nearest) and all(
            self._known[box].mains is True and self._known[box].is_fresh(self.now) for box in nearest
        )

    # -- where -------------------------------------------------------------------------------------------------------

    def _ortsteil(self, box: str) -> Area | None:
        position = self._known[box].position
        if position is None:
            return None
        if position not in self._ortsteile:
            self._ortsteile[position] = self._places.where(*position).ortsteil
        return self._ortsteile[position]

    def _ortsteile_of(self, boxes: Sequence[str]) -> list[Area]:
        found = {area.id: area for box in boxes if (area := self._ortsteil(box)) is not None}
        return [found[each] for each in sorted(found)]

    # -- everything --------------------------------------------------------------------------------------------------

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cell of every box that has said where it stands or that is in an outage, by box."""
        found = [cell for outage in self.outages for cell in outage.cells]
        made = {cell.box: cell for cell in found if cell.state is CellState.BACK}
        made |= {cell.box: cell for cell in found if cell.state is CellState.OUT}
        for box, each in self._all.items():
            if box not in made and each.position is not None:
                state = CellState.UNKNOWN if each.mains is None else CellState.ON
                made[box] = self._cell(box, state, each.since, Grade.FIRM)
        return tuple(made[box] for box in sorted(made))


def _is_corroborated(out: Sequence[str], heard: Sequence[str]) -> bool:
    is_most = len(out) >= _FIRM_SHARE * len(heard) or len(out) >= _FIRM_BOXES
    return len(out) >= _TOGETHER_MIN and is_most


def _by_streets(near: Sequence[Area], streets: Sequence[Street]) -> tuple[Area, ...]:
    """The same Ortsteile, those with the most of these streets first."""
    counts = Counter(street.ortsteil for street in streets)
    return tuple(sorted(near, key=lambda area: (-counts[area.id], area.name)))
