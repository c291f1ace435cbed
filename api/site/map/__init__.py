"""The map of the public pages, as a template: a picture of the ground with boxes on it, and what it needs besides."""

from typing import Any

from fastapi import Request

from api.http import public_address
from api.maps.routes import MAPS
from api.site.city.picture import Picture
from api.site.city.quantities import Shown
from api.site.layout import assets
from api.site.layout.reader import Reader
from api.site.map import values as box_values

STYLE = assets.read(__package__, "map.css")


def of(request: Request, picture: Picture | None, shown: Shown, reader: Reader) -> dict[str, Any]:
    """What `map.html` needs. `prefix` is for the one kind of link that nobody else puts it before (`srcset`)."""
    return {
        "picture": picture,
        "value_of": box_values.of(shown, reader),
        "dots": box_values.dots,
        "map_version": MAPS(request).version,
        "prefix": public_address.prefix(request.scope),
    }
