"""The form of an answer. One rule: `format` decides; without it the header `Accept`; without both JSON."""

import importlib
from collections.abc import Mapping
from enum import StrEnum
from types import ModuleType

from fastapi import Request
from pydantic import Field

from api.http.problems import Problem, Slug

VARY = {"Vary": "Accept"}
ASKED = Field(
    default=None,
    description="The form of the answer; goes before the header `Accept`, which is asked otherwise. JSON without both.",
)


class Format(StrEnum):
    """The forms that answers come in."""

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


def chosen(request: Request, asked: str | None, *offered: Format) -> Format:
    """The form to answer in: the one asked for, else the one of `offered` that `Accept` likes best, the first at a tie.

    Raises a 406 problem when `Accept` takes none of them.
    """
    if asked is not None:
        return Format(asked)
    header = ",".join(request.headers.getlist("accept"))
    if not header.strip():
        return offered[0]
    ranges = _ranges(header)
    best = max(offered, key=lambda form: _quality(MEDIA_TYPES[form], ranges))
    if _quality(MEDIA_TYPES[best], ranges) > 0:
        return best
    known = ", ".join(MEDIA_TYPES[form] for form in offered)
    raise Problem(
        406,
        Slug.NOT_ACCEPTABLE,
        "Not acceptable",
        f"This address answers as {known}. Send one of them in Accept, or format={'|'.join(offered)}.",
        headers=VARY,
    )


def parquet() -> ModuleType:
    """The module that writes Parquet. Raises a 501 problem where its library is not installed."""
    try:
        return importlib.import_module("api.readings.parquet")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        raise Problem(
            501,
            Slug.NO_PARQUET,
            "No Parquet here",
            "This server was installed without Parquet. Ask format=csv, or install the extra `parquet` there.",
        ) from None


def _ranges(header: str) -> dict[str, float]:
    """The media ranges of an Accept header with their qualities; what cannot be read counts for nothing."""
    found = {}
    for entry in header.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        found[name] = quality
    return found


def _quality(media_type: str, ranges: Mapping[str, float]) -> float:
    """How much a media type is liked: the most specific range that fits speaks (RFC 9110, 12.5.1)."""
    for fitting in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if fitting in ranges:
            return ranges[fitting]
    return 0.0
