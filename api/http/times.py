"""Times as the API writes and reads them: RFC 3339, UTC, with the zone; ages in seconds."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer

from devices import readings

# A plus sign that was not percent-encoded arrives as a space; so a space before the offset is read as a plus.
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+\- ]\d\d:\d\d)")


def write(moment: datetime) -> str:
    """`2025-11-23T08:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def age_s(moment: datetime, now: datetime) -> float:
    """Seconds since `moment`, to a tenth. Negative when the clock that it is from is ahead of ours."""
    return round(readings.age_of(moment, now).total_seconds(), 1)


def _read(text: object) -> object:
    match = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write a time with its zone, for example 2025-11-23T08:00:00Z")
    return match[1] + match[2].replace(" ", "+")


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


Instant = Annotated[
    datetime,
    PlainSerializer(write, return_type=str, when_used="json"),
    Field(examples=["2025-11-23T08:00:00.000Z"]),
]
# A time in a request.
TimeInput = Annotated[
    AwareDatetime, BeforeValidator(_read), AfterValidator(_utc), Field(examples=["2025-11-23T08:00:00Z"])
]
