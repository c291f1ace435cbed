"""Box ids, numbered as the hardware is, and the positions of boxes in Berlin."""

from __future__ import annotations

import functools
import hashlib
import math
import re
from dataclasses import dataclass

_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_NUMBERED = re.compile(r"([0-9a-f]{2})-[0-9a-f]{2}")
_NEIGHBOURS = 3  # boxes of one district before the next district gets any
_NUMBERS = 255  # the boxes of a district are 01 to ff
_RADIUS_M = 1_200.0
_DEGREE_M = 111_320.0

# The centre of each district; the first is 113, as in the example of protocol.md.
_CENTRES = (
    (52.4772, 13.3299),  # Friedenau
    (52.4870, 13.4250),  # Neukölln
    (52.4986, 13.4030),  # Kreuzberg
    (52.5503, 13.3591),  # Wedding
    (52.5391, 13.4247),  # Prenzlauer Berg
    (52.5159, 13.4540),  # Friedrichshain
    (52.5255, 13.3410),  # Moabit
    (52.4820, 13.3530),  # Schöneberg
    (52.5163, 13.3041),  # Charlottenburg
    (52.4561, 13.3205),  # Steglitz
    (52.4663, 13.3852),  # Tempelhof
    (52.5691, 13.4021),  # Pankow
    (52.5533, 13.4633),  # Weißensee
    (52.5145, 13.4993),  # Lichtenberg
    (52.5405, 13.5632),  # Marzahn
    (52.5364, 13.6040),  # Hellersdorf
    (52.4455, 13.5748),  # Köpenick
    (52.4621, 13.4820),  # Baumschulenweg
    (52.4230, 13.4390),  # Rudow
    (52.4340, 13.2595),  # Zehlendorf
    (52.5353, 13.2000),  # Spandau
    (52.5870, 13.2830),  # Tegel
    (52.5960, 13.3330),  # Wittenau
    (52.6360, 13.4920),  # Buch
)
_FIRST_DISTRICT = 113
_CITY = (52.5069, 13.4050)

MOST = len(_CENTRES) * (_NUMBERS // _NEIGHBOURS) * _NEIGHBOURS


@dataclass(frozen=True, slots=True)
class Position:
    """A place on Earth, in degrees (WGS 84)."""

    latitude: float
    longitude: float


def is_id(text: str) -> bool:
    """Whether this is a box id (protocol.md)."""
    return _ID.fullmatch(text) is not None


def first(count: int) -> tuple[str, ...]:
    """The ids of a fleet: 71-01, 71-02, 71-03, 72-01, and so on; a larger fleet contains every smaller one.

    Raises ValueError above MOST.
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"a fleet has 1 to {MOST} boxes")
    return tuple(_numbered(index) for index in range(count))


@functools.lru_cache(maxsize=MOST)
def position(box: str) -> Position:
    """Where a box stands: near the middle of its district, always at the same place."""
    numbered = _NUMBERED.fullmatch(box)
    district = int(numbered[1], 16) - _FIRST_DISTRICT if numbered else -1
    latitude, longitude = _CENTRES[district] if 0 <= district < len(_CENTRES) else _CITY
    digest = hashlib.blake2b(box.encode(), digest_size=8).digest()
    angle = int.from_bytes(digest[:4]) / 2**32 * 2 * math.pi
    metres = _RADIUS_M * math.sqrt(int.from_bytes(digest[4:]) / 2**32)  # the root spreads them evenly over the disc
    north, east = metres * math.cos(angle), metres * math.sin(angle)
    return Position(
        round(latitude + north / _DEGREE_M, 5),
        round(longitude + east / (_DEGREE_M * math.cos(math.radians(latitude))), 5),
    )


def _numbered(index: int) -> str:
    group, neighbour = divmod(index, _NEIGHBOURS)
    lap, district = divmod(group, len(_CENTRES))
    return f"{_FIRST_DISTRICT + district:02x}-{lap * _NEIGHBOURS + neighbour + 1:02x}"
