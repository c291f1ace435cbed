"""Ways from one time to another on the page of a box: links, and a form of two days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.site.boxes import figures, periods
from api.site.boxes.periods import Span
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.site.boxes.periods import Period
    from api.site.boxes.question import Question
    from api.site.layout.reader import Reader

_SPANS: Mapping[Span, str] = MappingProxyType(
    {Span.DAY: N_("Day"), Span.WEEK: N_("Week"), Span.MONTH: N_("Month"), Span.YEAR: N_("Year")}
)
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another time."""

    text: str
    address: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Navigation:
    """Where one can go from here. `since` and `until` are the days of the form, the last one included."""

    spans: Sequence[Way]
    earlier: str | None
    later: str | None
    here: str  # exactly this time, also tomorrow
    all_charts: str | None  # None: they are shown
    last_values: str | None  # the last day with values; None: it is shown, or there is none
    since: str
    until: str
    kept: Sequence[tuple[str, str]]  # further parameters of the form
    text: str


def of(box: str, asked: Question, last_at: datetime | None, reader: Reader) -> Navigation:
    """The ways from a page."""
    period, words = asked.period, reader.words
    path = f"/boxes/{box}"
    kept = [(name, value) for name, value in (("quantity", asked.quantity), ("source", asked.source)) if value]

    def to(found: Period | None, *, is_fixed: bool = True) -> str | None:
        if found is None:
            return None
        return reader.link(path, **dict([*kept, *figures.of_period(found, is_fixed=is_fixed)]))

    spans = [
        Way(words.text(text), reader.link(path, **dict(kept), span=span, tz=period.tz), is_here=period.span is span)
        for span, text in _SPANS.items()
    ]
    later = period.moved(1)
    is_over = last_at is not None and last_at < period.start
    return Navigation(
        spans=spans,
        earlier=to(period.moved(-1)),
        later=None if period.span is not None or later is None or later.start > reader.now else to(later),
        here=to(period) or path,
        all_charts=reader.link(path, **dict(figures.of_period(period, is_fixed=False))) if kept else None,
        last_values=to(periods.around(last_at, period)) if last_at is not None and is_over else None,
        since=f"{period.start.astimezone(period.zone):%Y-%m-%d}",
        until=f"{(period.end - _MOMENT).astimezone(period.zone):%Y-%m-%d}",
        kept=[*kept, ("tz", period.tz), *([] if reader.chosen is None else [("lang", reader.chosen)])],
        text=_text(period, reader),
    )


def _text(period: Period, reader: Reader) -> str:
    """From its first day to its last one; with times of day where it is short."""
    words = reader.words
    start, end = period.start.astimezone(period.zone), period.end.astimezone(period.zone)
    if period.has_days:
        return f"{words.date(start)} \N{EN DASH} {words.date(end - _MOMENT)}"
    return f"{words.moment(start)} \N{EN DASH} {words.moment(end)}"
