"""/catalog: the catalogue in the format that the suffix or `Accept` asks for."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.assembly import SETTINGS
from api.deps import Deps
from api.http import etags, negotiation, public_address, unknown_paths
from api.http.problems import Problem, Slug
from api.site.data.catalogue.written import CATALOGUE, ROOT
from api.site.data.months.served import MONTH_FILES
from api.site.unknown import routes as unknown
from kiezbox import sql

if TYPE_CHECKING:
    from api.site.data.catalogue.graph import Facts

router = APIRouter(include_in_schema=False)

# By suffix: the media type, and what rdflib calls the format. The first is for whoever has no preference.
FORMATS = {
    "ttl": ("text/turtle", "turtle"),
    "rdf": ("application/rdf+xml", "pretty-xml"),
    "jsonld": ("application/ld+json", "json-ld"),
}
_ALIASES = {"application/json": "jsonld", "application/xml": "rdf", "text/xml": "rdf"}


@router.get("/catalog")
@router.get("/catalog.{suffix}")
async def get_catalogue(request: Request, deps: Deps, suffix: str | None = None) -> Response:
    """The catalogue as Turtle, RDF/XML or JSON-LD."""
    chosen = _choose(request) if suffix is None else suffix
    if chosen not in FORMATS:
        if unknown_paths.is_browser(request):
            return unknown.show_unknown(request, 404)
        raise Problem(404, None, "Not found", f"The catalogue is at /catalog.{', /catalog.'.join(FORMATS)}.")
    media_type, format_ = FORMATS[chosen]
    facts = await _facts(request, deps)
    text = await CATALOGUE(request).text(facts, format_, public_address.root(request))
    more = {"Link": '</catalog>; rel="canonical"', "Content-Location": f"/catalog.{chosen}"}
    return etags.written(request, text, f"{media_type}; charset=utf-8" if chosen == "ttl" else media_type, more)


def _choose(request: Request) -> str:
    accepted = negotiation.preferences(",".join(request.headers.getlist("accept")) or "*/*")
    by_type = {media_type: suffix for suffix, (media_type, _) in FORMATS.items()} | _ALIASES
    best = negotiation.choose_media_type(accepted, list(by_type))
    if best is None:
        known = ", ".join(media_type for media_type, _ in FORMATS.values())
        raise Problem(406, Slug.NOT_ACCEPTABLE, "Not acceptable", f"The catalogue comes as {known}.")
    return by_type[best]


async def _facts(request: Request, deps: Deps) -> "Facts":
    from api.site.data.catalogue import graph  # noqa: PLC0415 -- rdflib: 18 MB that most processes never need

    (found,) = await deps.database.fetch(sql.load("api.site.data", "catalogue_facts"))
    west, south, east, north = (found[side] for side in ("west", "south", "east", "north"))
    index = await MONTH_FILES(request).index(deps.database)
    months = () if index is None else tuple(index.newest())
    newest = found["newest"]
    return graph.Facts(
        ROOT,
        SETTINGS(request).opendata,
        found["since"],
        None if newest is None else newest.replace(minute=0, second=0, microsecond=0),  # else no ETag would ever hold
        None if west is None else (west, south, east, north),
        months,
    )
