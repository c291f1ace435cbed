"""Times in the bodies of events: whole milliseconds since 1970 UTC, on the disk and on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from devices import readings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(at: datetime) -> int:
    """A time as it is stored: whole milliseconds since 1970 UTC, rounded down."""
    return (at - _EPOCH) // _MILLISECOND


def whole(at: datetime) -> datetime:
    """The time in whole milliseconds, as it is read back from storage."""
    return readings.moment(milliseconds(at))


def _read_moment(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return readings.moment(value)
        except OverflowError:
            raise ValueError("beyond the years 1 to 9999") from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return whole(value)
    raise ValueError("not a time: neither milliseconds since 1970 nor a datetime with its zone")


Moment = Annotated[datetime, BeforeValidator(_read_moment), PlainSerializer(milliseconds, return_type=int)]
