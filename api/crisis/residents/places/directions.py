"""In which direction a place lies, and the link by which a phone opens it in its own map. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from urllib.parse import quote

from translations.marks import N_

if TYPE_CHECKING:
    from api.crisis.residents.situation import NearbyPoint, Site
    from crisis.model.contents import PointContent

# Clockwise from north, an eighth of a circle each.
NAMES = (
    N_("to the north"),
    N_("to the north-east"),
    N_("to the east"),
    N_("to the south-east"),
    N_("to the south"),
    N_("to the south-west"),
    N_("to the west"),
    N_("to the north-west"),
)
_HERE_M = 20.0  # nearer than this no direction is meant: the place is at the box


def of(site: Site, each: NearbyPoint) -> str:
    """One of NAMES: where a place lies, seen from this node. "" where nobody knows, and for a place at the box."""
    content = each.point.content
    if each.distance_m is None or each.distance_m < _HERE_M or content.latitude is None or content.longitude is None:
        return ""
    assert site.latitude is not None
    assert site.longitude is not None
    degrees = bearing(site.latitude, site.longitude, content.latitude, content.longitude)
    return NAMES[round(degrees / 45) % len(NAMES)]


def bearing(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The direction from the first position to the other along the great circle, in degrees clockwise from north."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude - longitude)
    east = math.sin(across) * math.cos(other_phi)
    north = math.cos(phi) * math.sin(other_phi) - math.sin(phi) * math.cos(other_phi) * math.cos(across)
    return math.degrees(math.atan2(east, north)) % 360


def geo_link(content: PointContent) -> str:
    """The `geo:` address of a place (RFC 5870), with its name as Android's maps take it. "" without a position."""
    if content.latitude is None or content.longitude is None:
        return ""
    position = f"{content.latitude:.5f},{content.longitude:.5f}"
    return f"geo:{position}?q={position}({quote(content.name, safe='')})"
