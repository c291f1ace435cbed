"""What the address of a page or a picture of a box asks for. Parameters that nobody knows are left alone. Pure.

Links that people pass on gather parameters on their way (`fbclid`, `utm_source`): these must not cost anybody the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.http import times
from api.site.boxes import periods
from api.site.boxes.periods import BadPeriodError, Span
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from api.database import Row
    from api.site.boxes.periods import Period

PARAMETERS = frozenset({"quantity", "source", "span", "from", "to", "tz"})
_ZONE_CHARACTERS = 64
_QUANTITY = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Question:
    """Which time, and of which series; None: of all that say something about the surroundings of the box."""

    period: Period
    quantity: str | None = None
    source: str | None = None

    def matches(self, row: Row) -> bool:
        """Whether a series (of newest.sql) is asked for by name."""
        return self.quantity == row["quantity"] and self.source in {None, row["source"]}


def read(parameters: Mapping[str, str], civil_zone: str, now: datetime) -> Question:
    """What is asked for. Raises BadPeriodError."""
    quantity = parameters.get("quantity")
    if quantity is not None and not _QUANTITY.fullmatch(quantity):
        quantity = ""  # matches nothing
    return Question(period(parameters, civil_zone, now), quantity or None, parameters.get("source") or None)


def period(parameters: Mapping[str, str], civil_zone: str, now: datetime) -> Period:
    """The time that is asked for; without one the last day. Raises BadPeriodError."""
    tz = parameters.get("tz") or civil_zone
    try:
        times.zone(tz[:_ZONE_CHARACTERS])
    except ValueError:
        raise BadPeriodError(N_("There is no such time zone. Please name one such as Europe/Berlin.")) from None
    start, end = parameters.get("from"), parameters.get("to")
    if start and end:
        return periods.named(start, end, now, tz)
    if start or end:
        raise BadPeriodError(N_("Please name both the beginning and the end of the time."))
    return periods.last(_span(parameters.get("span")), now, tz)


def _span(text: str | None) -> Span:
    return Span(text) if text in set(Span) else Span.DAY


def first(rows: Iterable[Row], question: Question) -> Row | None:
    """The series that is asked for, the one of the main part of the box first."""
    return next((row for row in rows if question.matches(row)), None)
