"""Times as the API writes and reads them: RFC 3339, UTC, with the zone; ages in seconds; names of time zones."""

import difflib
import re
import zoneinfo
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer

from devices import readings

# A plus sign that was not percent-encoded arrives as a space; so a space before the offset is read as a plus.
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+\- ]\d\d:\d\d)")

_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*")
_NOT_IANA = {"localtime", "Factory"}  # names that a system's table of time zones has besides

_FIRST_DAY = date(1970, 1, 1).toordinal()
_MINUTES_OF_DAY = 24 * 60


def write(moment: datetime) -> str:
    """`2025-11-23T08:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def write_minute(minute: int) -> str:
    """What `write` says of the moment so many minutes after the start of 1970: for thousands of times in an answer."""
    days, of_day = divmod(minute, _MINUTES_OF_DAY)
    return _day_text(days) + _minute_text(of_day)


@lru_cache(maxsize=1_000)
def _day_text(days: int) -> str:
    return f"{date.fromordinal(_FIRST_DAY + days)}T"


@cache
def _minute_text(of_day: int) -> str:
    return f"{of_day // 60:02}:{of_day % 60:02}:00.000Z"


def age_s(moment: datetime, now: datetime) -> float:
    """Seconds since `moment`, to a tenth. Negative when the clock that it is from is ahead of ours."""
    return round(readings.age_of(moment, now).total_seconds(), 1)


def zone(name: str) -> tzinfo:
    """The time zone of this name in the IANA database. Raises ValueError, with the name that may have been meant."""
    found = UTC if name == "UTC" else _iana(name)
    if found is not None:
        return found
    if not _zone_names():
        raise ValueError("this server has no table of time zones (the package tzdata); it knows UTC only")
    near = difflib.get_close_matches(name, _zone_names(), 1)
    raise ValueError(f"no time zone of the IANA database; for example {near[0] if near else 'Europe/Berlin'}")


def _iana(name: str) -> tzinfo | None:
    if _ZONE_NAME.fullmatch(name) is None or name in _NOT_IANA:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError):  # OSError: the name of a folder, as `Europe`
        return None


@cache  # every file of the table is opened for them
def _zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - _NOT_IANA)


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


def _zone_name(name: str) -> str:
    zone(name)
    return name


# A time, and the name of a time zone, in a request.
TimeInput = Annotated[
    AwareDatetime, BeforeValidator(_read), AfterValidator(_utc), Field(examples=["2025-11-23T08:00:00Z"])
]
ZoneName = Annotated[str, Field(max_length=64, examples=["Europe/Berlin"]), AfterValidator(_zone_name)]
