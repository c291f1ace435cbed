"""The format of an answer: the parameter `format` decides, without it the header `Accept`, without both it is JSON."""

from collections.abc import Mapping
from enum import StrEnum

from fastapi import Request
from pydantic import Field

from api.http import negotiation
from api.http.problems import Problem, Slug

VARY = {"Vary": "Accept"}
FORMAT_FIELD = Field(
    default=None,
    description="The format of the answer. Without it the header `Accept` decides; without both it is JSON.",
)


class Format(StrEnum):
    """The formats of answers."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    GEOJSON = "geojson"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.GEOJSON: "application/geo+json",
}


def choose(request: Request, requested: str | None, *offered: Format) -> Format:
    """The format to answer in: `requested` if given, else what `Accept` prefers of `offered`, the first at a tie.

    Raises a 406 problem when the client accepts none of them.
    """
    if requested is not None:
        return Format(requested)
    header = ",".join(request.headers.getlist("accept"))
    if not header.strip():
        return offered[0]
    formats = {MEDIA_TYPES[each]: each for each in offered}
    best = negotiation.choose_media_type(negotiation.preferences(header), list(formats))
    if best is not None:
        return formats[best]
    known = ", ".join(formats)
    raise Problem(
        406,
        Slug.NOT_ACCEPTABLE,
        "Not acceptable",
        f"This address answers as {known}. Send one of them in Accept, or format={'|'.join(offered)}.",
        headers=VARY,
    )
