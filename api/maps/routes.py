"""`/maps`: drawn tiles and views, for everybody. Nothing is loaded from elsewhere, and no script is needed."""

import gzip
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.assembly import AppKey
from api.http import etags, problems
from api.maps.projection import Tile, touch
from api.maps.served import BusyError, Maps
from crisis.places import packs

if TYPE_CHECKING:
    from api.maps.drawing.atlas import Atlas

    Draw = Callable[[Atlas], str | None]

router = APIRouter(include_in_schema=False)

MAPS = AppKey[Maps]("maps")
ServedMaps = Annotated[Maps, Depends(MAPS.served)]

MEDIA_TYPE = "image/svg+xml"
GEOJSON_TYPE = "application/geo+json"
# A picture's own policy: its style is in it, and it may do nothing else, wherever it is opened.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_YEAR = "public, max-age=31536000, immutable"
_BUSY_SECONDS = 2
_AREA_DIGITS = (2, 4)


async def tile_of(zoom: int, column: int, row: int) -> Tile:
    """The tile of an address."""
    return Tile(zoom, column, row)


@router.get("/maps/base/{view}.svg")
async def show_base(request: Request, maps: ServedMaps, view: str, v: str = "", size: str = "") -> Response:
    """The city (`city`), a Bezirk (`07`) or an Ortsteil (`0701`); `size=small` for phones."""
    is_name = view == "city" or (view.isascii() and view.isdigit() and len(view) in _AREA_DIGITS)
    is_small = size == "small"
    found = None
    if is_name:
        key = f"base-{view}{'-small' if is_small else ''}"
        found = await answer(request, maps, key, lambda atlas: atlas.base(view, is_small=is_small), v)
    if found is None:
        raise _unknown("There is no such view: city, 07 for a Bezirk, 0701 for an Ortsteil.")
    return found


@router.get("/maps/tiles/{zoom}/{column}/{row}.svg")
async def show_tile(
    request: Request, maps: ServedMaps, tile: Annotated[Tile, Depends(tile_of)], v: str = "", simple: str = ""
) -> Response:
    """A square of the map (Web Mercator, 512 pixels); `simple=1` has less on it, for small phones.

    Where there is no data it is empty.
    """
    least, most = packs.zooms(maps.packs)
    if not tile.is_there or not least <= tile.zoom <= most:
        raise _unknown(f"There is no such tile: zoom {least} to {most}." if most else "Nobody has added tiles.")
    is_simple = simple == "1"
    has_data = any(each.kind is packs.Kind.TILES and touch(tile.bounds, each.bounds) for each in maps.packs)
    key = f"tile-{'-'.join(map(str, tile))}{'-s' if is_simple else ''}" if has_data else "tile-empty"
    found = await answer(request, maps, key, lambda atlas: atlas.tile(tile, is_simple=is_simple), v)
    assert found is not None
    return found


@router.get("/maps/ground.geojson")
async def show_ground(request: Request, maps: ServedMaps, v: str = "") -> Response:
    """Water, larger streets and borders of the city as GeoJSON, for the maps of other programs: Grafana's."""
    found = await answer(request, maps, "ground", lambda atlas: atlas.ground(), v, media_type=GEOJSON_TYPE)
    assert found is not None
    return found


async def answer(
    request: Request,
    maps: Maps,
    key: str,
    draw: "Draw",
    v: str = "",
    *,
    more: Callable[[str], str] | None = None,
    media_type: str = MEDIA_TYPE,
) -> Response | None:
    """A picture; a browser keeps it for a year when its address names the present version, else it asks each time.

    None when there is no such picture. `more` adds to it what is not kept. Raises Problem while too many others wait.
    """
    try:
        content = await maps.picture(key, draw)
    except BusyError:
        raise problems.Problem(
            problems.UNAVAILABLE_STATUS,
            problems.Slug.UNAVAILABLE,
            "Busy",
            "Many maps are being drawn now. Try again in a moment.",
            headers={"Retry-After": str(_BUSY_SECONDS)},
        ) from None
    if content is None:
        return None
    if more is not None:
        content = gzip.compress(more(gzip.decompress(content).decode()).encode(), mtime=0)
    headers = {
        "Cache-Control": _YEAR if v and v == maps.version else "no-cache",
        "Content-Security-Policy": POLICY,
        "ETag": etags.of((), content),
        "Vary": "Accept-Encoding",
    }
    if etags.is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(content), media_type=media_type, headers=headers)
    return Response(content, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})


def _unknown(detail: str) -> problems.Problem:
    return problems.Problem(404, None, "Not Found", detail)
