"""What a chart says, in sentences and as a table: for those who do not see it or want the numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.charts.chart import Shape
from devices.means import mean
from devices.quantities import Averaging
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.charts.chart import Chart, Limit, Line, YearLimit
    from translations.words import Words

_GAPS_TOLD = 3
_YEAR = timedelta(days=365)
_CLOCK_CHANGE = timedelta(hours=2)  # by so much 365 days may be shorter or longer


@dataclass(frozen=True, slots=True)
class TableRow:
    """A line of the table: a time, and of each line of the chart its mean then; None: nothing was heard."""

    time: str
    values: tuple[str | None, ...]


def description(chart: Chart, words: Words) -> str:
    """Range, extremes, mean, gaps and limits, in sentences."""
    span = _span(chart, words, chart.start.timestamp(), chart.end.timestamp())
    sentences = [f"{span[0].upper()}{span[1:]}."]
    if not chart.main.count:
        sentences.append(words.text(N_("No values in this time.")))
        return " ".join(sentences)
    if not chart.is_direction:
        sentences.append(_extremes(chart, words))
    sentences += [*_means(chart, words), *_gaps(chart, words), *verdicts(chart, words)]
    return " ".join(sentences)


def exceeded(line: Line, limit: Limit) -> tuple[int, int]:
    """On how many valid days a line of days was above the limit, and how many valid days there were."""
    valid = [value for number, value in enumerate(line.value) if value is not None and line.valid[number]]
    return sum(value > limit.value for value in valid), len(valid)


def table(chart: Chart, words: Words, rows: int = 31) -> Sequence[TableRow]:
    """At most about so many lines: means of equally many steps each, of the kind that the chart has."""
    begins = sorted({begin for line in chart.lines for begin in line.begin})
    if not begins:
        return ()
    per_row = -(-len(begins) // rows)
    parts = [begins[first : first + per_row] for first in range(0, len(begins), per_row)]
    by_line = [dict(zip(line.begin, line.value, strict=True)) for line in chart.lines]
    return [
        TableRow(_time(chart, words, part[0]), tuple(_mean_text(chart, words, found, part) for found in by_line))
        for part in parts
    ]


def number(chart: Chart, words: Words, value: float) -> str:
    """A value with its unit, as the quantity is written."""
    return f"{words.exact(value, chart.decimals)} {chart.unit}".strip()


def _extremes(chart: Chart, words: Words) -> str:
    line = chart.main
    lows = line.low or line.value
    highs = line.high or line.value
    low, low_at = min((value, at) for value, at in zip(lows, line.begin, strict=True) if value is not None)
    high, high_at = max((value, -at) for value, at in zip(highs, line.begin, strict=True) if value is not None)
    return words.text(
        N_("Lowest %(low)s (%(low_at)s), highest %(high)s (%(high_at)s)."),
        low=number(chart, words, low),
        low_at=_time(chart, words, low_at),
        high=number(chart, words, high),
        high_at=_time(chart, words, -high_at),
    )


def _means(chart: Chart, words: Words) -> list[str]:
    found = []
    for line in chart.lines:
        whole = mean([value for value in line.value if value is not None], chart.averaging)
        if whole is not None:
            text = words.text(N_("Mean of %(line)s: %(mean)s."), line=line.label, mean=number(chart, words, whole))
            found.append(text)
    return found


def _gaps(chart: Chart, words: Words) -> list[str]:
    gaps = chart.gaps
    if not gaps:
        return []
    longest = sorted(gaps, key=lambda gap: gap[0] - gap[1])[:_GAPS_TOLD]
    told = [_span(chart, words, *gap) for gap in sorted(longest)]
    ngettext = words.plural  # by this name texts are found for the catalogues
    count = ngettext("%(number)s gap without values", "%(number)s gaps without values", len(gaps))
    more = words.text(N_("the longest")) + " " if len(gaps) > len(told) else ""
    return [f"{count}: {more}{words.listed(told)}."]


def verdicts(chart: Chart, words: Words) -> list[str]:
    """What a chart of days says of each limit: on how many valid days it was exceeded, and of a year, its mean."""
    if chart.shape is not Shape.STEPS:
        return []
    found = [_days_above(chart, words, limit) for limit in chart.limits]
    if chart.end - chart.start >= _YEAR - _CLOCK_CHANGE:
        found += [_of_year(chart, words, limit) for limit in chart.year_limits]
    return found


def _days_above(chart: Chart, words: Words, limit: Limit) -> str:
    above, valid = exceeded(chart.main, limit)
    if not valid:
        text = N_("%(limit)s (%(value)s): no day is valid yet.")
        return words.text(text, limit=limit.label, value=number(chart, words, limit.value))
    return words.text(
        N_("%(limit)s (%(value)s): above it on %(above)s of %(valid)s valid days."),
        limit=limit.label,
        value=number(chart, words, limit.value),
        above=above,
        valid=valid,
    )


def _of_year(chart: Chart, words: Words, limit: YearLimit) -> str:
    """The mean of the last 365 days against a limit; without a verdict where too few of them are valid."""
    line, since = chart.main, (chart.end - _YEAR - _CLOCK_CHANGE).timestamp()
    valid = [
        value
        for begin, value, is_valid in zip(line.begin, line.value, line.valid, strict=True)
        if value is not None and is_valid and begin >= since
    ]
    whole = mean(valid, chart.averaging)
    said = {"limit": limit.label, "value": number(chart, words, limit.value), "valid": len(valid)}
    if whole is None or len(valid) < limit.data_capture * _YEAR.days:
        return words.text(N_("%(limit)s (%(value)s): no verdict, only %(valid)s of 365 days are valid."), **said)
    text = (
        N_("%(limit)s (%(value)s): exceeded, the mean is %(mean)s (%(valid)s valid days).")
        if whole > limit.value
        else N_("%(limit)s (%(value)s): kept, the mean is %(mean)s (%(valid)s valid days).")
    )
    return words.text(text, **said, mean=number(chart, words, whole))


def _mean_text(chart: Chart, words: Words, found: dict[float, float | None], part: Sequence[float]) -> str | None:
    values = [value for at in part if (value := found.get(at)) is not None]
    if not values:
        return None
    # Of a total, which has no mean, the newest value.
    shown = values[-1] if chart.averaging is Averaging.NONE else mean(values, chart.averaging)
    return None if shown is None else words.exact(shown, chart.decimals)


def _span(chart: Chart, words: Words, begin_s: float, end_s: float) -> str:
    """From when to when. Days are named, the last one too."""
    last_s = end_s - 1 if chart.shape is Shape.STEPS else end_s
    start, end = _time(chart, words, begin_s), _time(chart, words, last_s)
    if start == end:
        return start
    return words.text(N_("from %(start)s to %(end)s"), start=start, end=end)


def _time(chart: Chart, words: Words, at_s: float) -> str:
    """A moment by the chart's clock; in a chart of days the day."""
    local = datetime.fromtimestamp(at_s, UTC).astimezone(chart.zone)
    return words.date(local) if chart.shape is Shape.STEPS else words.moment(local)
