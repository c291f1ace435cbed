"""The map of a report, whole in itself: what is frozen stays the same when the maps of the node change."""

import gzip
from urllib.parse import quote

from jinja2 import Environment, PackageLoader

from api.crisis.staff.lage.contents import Lage
from api.maps.drawing import views
from api.maps.served import BusyError, Maps
from translations import bidi
from translations.words import Words

_PLAIN = " =:/,;()'!*+-._~"  # characters that stay as they are in an address with the picture in it
_TEMPLATE = Environment(
    loader=PackageLoader("api.crisis.staff"), autoescape=True, trim_blocks=True, finalize=bidi.finalize
).get_template("report_map.html")


async def of(maps: Maps, lage: Lage, words: Words) -> str | None:
    """The map with everything on it as HTML; None while too many others wait for maps."""
    try:
        base = await maps.picture(f"base-{lage.view}", lambda atlas: atlas.base(lage.view, is_small=False))
    except BusyError:
        return None
    if base is None:
        return None
    address = f"data:image/svg+xml,{quote(gzip.decompress(base).decode(), safe=_PLAIN)}"
    return _TEMPLATE.render(lage=lage, base=address, width=views.WIDTH, height=views.HEIGHT, _=words.text)
