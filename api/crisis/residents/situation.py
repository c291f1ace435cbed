"""What holds now where this node stands: mode, notices and places of help, and how old all that is. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.model.contents import Severity
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from crisis.node import Node
    from crisis.state.state import State
    from crisis.state.views import AreaMode, ModeThere, Notice, Point

CONFIRMED_WITHIN = timedelta(hours=6)  # a place of help at which nobody looked for longer is said to be unconfirmed
_EARTH_RADIUS_M = 6_371_000.0
_WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a node stands, in degrees, and what people call it."""

    place: str
    latitude: float | None
    longitude: float | None

    @property
    def is_known(self) -> bool:
        """Whether distances can be told from here."""
        return self.latitude is not None and self.longitude is not None


@dataclass(frozen=True, slots=True)
class Help:
    """A place of help and how far it is, as the crow flies; None when one of both positions is not known."""

    point: Point
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What holds now. `as_of`: what this node knows is as of then; None on a box that never heard its hub."""

    node: str
    area: str
    spot: Spot
    as_of: datetime | None
    is_stale: bool
    mode: ModeThere
    elsewhere: tuple[AreaMode, ...]  # emergencies in areas that this place does not belong to
    notices: tuple[Notice, ...]
    helps: tuple[Help, ...]

    @property
    def is_emergency(self) -> bool:
        """A real emergency that is known to hold now: neither an exercise nor old news."""
        return self.mode.mode is Mode.EMERGENCY and not self.mode.exercise and not self.is_stale

    @property
    def is_exercise(self) -> bool:
        """Whether an exercise is going on here."""
        return self.mode.mode is Mode.EMERGENCY and self.mode.exercise


def of(node: Node, now: datetime) -> Picture:
    """The picture at a node."""
    area = areas.EVERYWHERE if node.is_hub else node.name
    spot = Spot(node.settings.place, node.settings.latitude, node.settings.longitude)
    as_of, is_stale = freshness(node, now)
    return Picture(
        node=node.name,
        area=area,
        spot=spot,
        as_of=as_of,
        is_stale=is_stale,
        mode=node.state.mode_at(area),
        elsewhere=_elsewhere(node.state, area),
        notices=_notices(node.state, area, is_hub=node.is_hub, now=now),
        helps=_helps(node.state.points(), spot),
    )


def freshness(node: Node, now: datetime) -> tuple[datetime | None, bool]:
    """As of when the node knows what others decided, and whether that is old. A hub knows what it knows.

    A box is up to date while it hears its hub. What it heard before this start it has on its disk, but not since when.
    """
    if node.is_hub:
        return now, False
    if any(not peer.is_silent for peer in node.peers.values()):
        return now, False
    heard = [peer.heard_at for peer in node.peers.values() if peer.heard_at is not None]
    return (min(max(heard), now) if heard else None), True


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
    """Whether something for this area is for here as well: the same district is near enough."""
    return area in here or areas.district(area) in here


def _helps(points: Iterable[Point], spot: Spot) -> tuple[Help, ...]:
    """The places that are not closed for good: those that may be open first, the nearest first, else by name."""
    found = [Help(point, _distance_m(spot, point)) for point in points if point.closed is None]

    def key(each: Help) -> tuple[bool, float, str, str]:
        far = math.inf if each.distance_m is None else each.distance_m
        return (each.point.content.open_now is False, far, each.point.content.name.casefold(), str(each.point.id))

    return tuple(sorted(found, key=key))


def _distance_m(spot: Spot, point: Point) -> float | None:
    content = point.content
    if spot.latitude is None or spot.longitude is None or content.latitude is None or content.longitude is None:
        return None
    return distance_m(spot.latitude, spot.longitude, content.latitude, content.longitude)


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Metres between two positions in degrees on a ball the size of the Earth (haversine): off by 0.5 % at the most."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    across = math.sin((other_phi - phi) / 2) ** 2
    along = math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    share = min(1.0, across + math.cos(phi) * math.cos(other_phi) * along)
    return 2 * _EARTH_RADIUS_M * math.asin(math.sqrt(share))
