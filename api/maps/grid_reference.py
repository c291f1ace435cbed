"""UTMREF (MGRS): how German emergency services name a place, `33U UU 875 161` for 100 metres around it. WGS 84.

After the series of Krüger in n, third order: within a millimetre in a zone (Karney, "Transverse Mercator with an
accuracy of a few nanometers", 2011). Between 80° S and 84° N, without the odd zones of Norway and Svalbard.
"""

from __future__ import annotations

import math

_A, _F = 6_378_137.0, 1 / 298.257223563  # WGS 84
_N = _F / (2 - _F)
_RADIUS = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_ALPHA = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16,
    13 * _N**2 / 48 - 3 * _N**3 / 5,
    61 * _N**3 / 240,
)
_SCALE, _FALSE_EASTING, _FALSE_NORTHING = 0.9996, 500_000.0, 10_000_000.0
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_COLUMNS = ("STUVWXYZ", "ABCDEFGH", "JKLMNPQR")  # by the zone modulo 3
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_SQUARE_M = 100_000
_SOUTH, _NORTH = -80.0, 84.0


def utm(longitude: float, latitude: float) -> tuple[int, float, float]:
    """The zone, and easting and northing in metres, of a place (degrees)."""
    zone = min(60, int((longitude + 180) // 6) + 1)
    east = math.radians(longitude - (zone * 6 - 183))
    sine = math.sin(math.radians(latitude))
    root = 2 * math.sqrt(_N) / (1 + _N)
    t = math.sinh(math.atanh(sine) - root * math.atanh(root * sine))
    xi = math.atan2(t, math.cos(east))
    eta = math.atanh(math.sin(east) / math.hypot(1, t))
    x = eta + sum(a * math.cos(2 * j * xi) * math.sinh(2 * j * eta) for j, a in enumerate(_ALPHA, 1))
    y = xi + sum(a * math.sin(2 * j * xi) * math.cosh(2 * j * eta) for j, a in enumerate(_ALPHA, 1))
    northing = _SCALE * _RADIUS * y + (_FALSE_NORTHING if latitude < 0 else 0.0)
    return zone, _FALSE_EASTING + _SCALE * _RADIUS * x, northing


def utmref(longitude: float, latitude: float, digits: int = 3) -> str:
    """The reference of the square in which a place (degrees) lies: 3 digits are 100 m, 4 are 10 m, 5 are one metre.

    Empty beyond 80° S and 84° N, where UTM ends.
    """
    if not _SOUTH <= latitude <= _NORTH:
        return ""
    zone, easting, northing = utm(longitude, latitude)
    band = _BANDS[min(len(_BANDS) - 1, int((latitude - _SOUTH) // 8))]
    column = _COLUMNS[zone % 3][int(easting // _SQUARE_M) - 1]
    row = _ROWS[(int(northing // _SQUARE_M) + (5 if zone % 2 == 0 else 0)) % len(_ROWS)]
    step = 10 ** (5 - digits)
    within = [f"{int(each % _SQUARE_M) // step:0{digits}d}" for each in (easting, northing)]
    return f"{zone}{band} {column}{row} {' '.join(within)}"
