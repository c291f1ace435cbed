"""What holds now where this node stands: mode, notices and places of help, and how old all that is. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.model.contents import Severity
from crisis.state.conclusions import area_names
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from crisis.node import Node
    from crisis.state.state import State
    from crisis.state.views import AreaMode, ModeThere, Notice, Point

CONFIRMED_WITHIN = timedelta(hours=6)  # a place of help that nobody has checked for so long counts as unconfirmed
_EARTH_RADIUS_M = 6_371_000.0
_WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a node stands, in degrees, and what people call the place."""

    place: str
    latitude: float | None
    longitude: float | None

    @property
    def is_known(self) -> bool:
        """Whether distances from here can be computed."""
        return self.latitude is not None and self.longitude is not None


@dataclass(frozen=True, slots=True)
class NearbyPoint:
    """A place of help and its distance as the crow flies; None when either position is not known."""

    point: Point
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What holds now. `as_of` is the time of what this node knows; None on a box that has never heard its hub."""

    node: str
    area: str
    site: Site
    as_of: datetime | None
    is_stale: bool
    mode: ModeThere
    elsewhere: tuple[AreaMode, ...]  # emergencies in areas that this place does not belong to
    notices: tuple[Notice, ...]
    points: tuple[NearbyPoint, ...]
    area_names: Mapping[str, str] = field(default_factory=dict)  # of `elsewhere`, by area

    @property
    def is_emergency(self) -> bool:
        """A real emergency that is known to hold now: neither an exercise nor stale."""
        return self.mode.mode is Mode.EMERGENCY and not self.mode.exercise and not self.is_stale

    @property
    def is_exercise(self) -> bool:
        """Whether an exercise is going on here."""
        return self.mode.mode is Mode.EMERGENCY and self.mode.exercise


def of(node: Node, now: datetime) -> Situation:
    """The situation where a node stands."""
    area = areas.EVERYWHERE if node.is_hub else node.name
    site = Site(_place(node), node.settings.latitude, node.settings.longitude)
    as_of, is_stale = freshness(node, now)
    elsewhere = _elsewhere(node.state, area)
    return Situation(
        node=node.name,
        area=area,
        site=site,
        as_of=as_of,
        is_stale=is_stale,
        mode=node.state.mode_at(area),
        elsewhere=elsewhere,
        notices=_notices(node.state, area, is_hub=node.is_hub, now=now),
        points=_points(node.state.points(), site),
        area_names=area_names.of(node) if elsewhere else {},
    )


def _place(node: Node) -> str:
    """What people call the place of this node: as its settings say, as operators named it, or its Ortsteil."""
    own = node.settings
    named = own.place or area_names.given(node).get(node.name, "")
    if named or own.latitude is None or own.longitude is None:
        return named
    return area_names.ortsteil(node.places.current(), (own.latitude, own.longitude))


def freshness(node: Node, now: datetime) -> tuple[datetime | None, bool]:
    """As of when the node knows what others decided, and whether that is stale.

    A hub is always up to date, a box while it hears its hub. What a box heard before this start is on its disk, but
    not when it heard that: then the time is None.
    """
    if node.is_hub:
        return now, False
    if any(not peer.is_silent for peer in node.peers.values()):
        return now, False
    heard = [peer.heard_at for peer in node.peers.values() if peer.heard_at is not None]
    return (min(max(heard), now) if heard else None), True


def changes_between(node: Node, start: datetime, end: datetime) -> Iterator[datetime]:
    """`start`, and each moment after it and up to `end` from which on something holds or no longer holds by itself."""
    yield start
    for notice in node.state.notices():
        for at in (notice.content.from_at, notice.content.until_at):
            if at is not None and start < at <= end:
                yield at
    for point in node.state.points():
        at = point.content.confirmed_at
        if at is not None and start - CONFIRMED_WITHIN < at <= end - CONFIRMED_WITHIN:
            yield at + CONFIRMED_WITHIN


def is_confirmed(point: Point, now: datetime) -> bool:
    """Whether somebody has checked this place of help lately."""
    at = point.content.confirmed_at
    return at is not None and now - at < CONFIRMED_WITHIN


def _elsewhere(state: State, area: str) -> tuple[AreaMode, ...]:
    here = areas.around(area)
    return tuple(each for each in state.area_modes() if each.mode is Mode.EMERGENCY and each.area not in here)


def _notices(state: State, area: str, *, is_hub: bool, now: datetime) -> tuple[Notice, ...]:
    """The notices that hold now, the worst first and of those the newest; on a box those for its surroundings."""
    here = areas.around(area)
    found = [
        notice
        for notice in state.notices()
        if notice.is_active(now) and (is_hub or _concerns(notice.content.area, here))
    ]
    return tuple(sorted(found, key=lambda notice: _WORST_FIRST[notice.content.severity]))


def _concerns(area: str, here: tuple[str, ...]) -> bool:
    """Whether something for this area is shown here as well: a box in the same district counts."""
    return area in here or areas.district(area) in here


def _points(points: Iterable[Point], site: Site) -> tuple[NearbyPoint, ...]:
    """The places that are not closed for good: those that may be open first, the nearest first, else by name."""
    found = [NearbyPoint(point, _distance_m(site, point)) for point in points if point.closed is None]

    def key(each: NearbyPoint) -> tuple[bool, float, str, str]:
        far = math.inf if each.distance_m is None else each.distance_m
        return (each.point.content.open_now is False, far, each.point.content.name.casefold(), str(each.point.id))

    return tuple(sorted(found, key=key))


def _distance_m(site: Site, point: Point) -> float | None:
    content = point.content
    if site.latitude is None or site.longitude is None or content.latitude is None or content.longitude is None:
        return None
    return distance_m(site.latitude, site.longitude, content.latitude, content.longitude)


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two positions in degrees on a sphere of the Earth's size (haversine): off by at most 0.5 %."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    across = math.sin((other_phi - phi) / 2) ** 2
    along = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    share = min(1.0, across + math.cos(phi) * math.cos(other_phi) * along)
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(share))
