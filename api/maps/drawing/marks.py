"""What is put on a picture that is drawn already: where one is, and numbered places."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from api.maps.drawing.paths import GRID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from api.maps.projection import View

_END = "</svg>"
_SIDE_PX = 20


def put(picture: str, view: View, here: tuple[float, float], places: Iterable[tuple[str, float, float]]) -> str:
    """The picture with a mark where one is, and a sign for each place: text, longitude, latitude (degrees)."""
    assert picture.endswith(_END)
    signs = "".join(_sign(view, text, longitude, latitude) for text, longitude, latitude in places)
    x, y = (round(each * GRID) for each in view.pixel(*here))
    own = (
        f'<circle class="here" cx="{x}" cy="{y}" r="{9 * GRID}"/><circle class="dot" cx="{x}" cy="{y}" r="{4 * GRID}"/>'
    )
    return f"{picture.removesuffix(_END)}{signs}{own}{_END}"


def put_around(picture: str, view: View, here: tuple[float, float], radius_m: float) -> str:
    """The picture with a circle around a place (longitude, latitude) that is known only so exactly."""
    assert picture.endswith(_END)
    x, y = (round(each * GRID) for each in view.pixel(*here))
    radius = round(radius_m / view.metres_per_pixel * GRID)
    return f'{picture.removesuffix(_END)}<circle class="around" cx="{x}" cy="{y}" r="{radius}"/>{_END}'


def is_shown(view: View, longitude: float, latitude: float) -> bool:
    """Whether a sign for this place lies on the picture as a whole."""
    x, y = view.pixel(longitude, latitude)
    half = _SIDE_PX / 2
    return half <= x <= view.width - half and half <= y <= view.height - half


def _sign(view: View, text: str, longitude: float, latitude: float) -> str:
    x, y = view.pixel(longitude, latitude)
    left, top, side = round((x - _SIDE_PX / 2) * GRID), round((y - _SIDE_PX / 2) * GRID), _SIDE_PX * GRID
    middle, base = round(x * GRID), round((y + 4.6) * GRID)
    return (
        f'<rect class="place" x="{left}" y="{top}" width="{side}" height="{side}" rx="{3 * GRID}"/>'
        f'<text class="number" font-size="{13 * GRID}" x="{middle}" y="{base}">{escape(text)}</text>'
    )
