"""A chart on the page of a box, with its words, its numbers, and the addresses of exactly what it shows. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from api.charts import drawing, summary
from api.site.boxes import newest
from api.site.boxes.charts import MAIN_SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.charts.chart import Chart
    from api.charts.summary import TableRow
    from api.database import Row
    from api.site.boxes.charts import Measured
    from api.site.boxes.periods import Period
    from translations.words import Words


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A line of a chart: a piece of it as SVG, and its name."""

    sample: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart on the page, with everything that belongs to it."""

    key: str
    title: str
    svg: str
    legend: tuple[LegendEntry, ...]
    notes: tuple[str, ...]
    description: str
    columns: tuple[str, ...]
    table: Sequence[TableRow]
    data: Mapping[str, str]  # addresses of exactly these values, by format
    only: str  # the query of the page with this chart alone, at exactly this time
    codes: tuple[str, str]  # HTML for other people's pages: a picture that leads here, and a frame
    alt: str
    unit: str
    decimals: int


def figure(measured: Measured, made: Chart, words: Words, root: str) -> Figure:
    """A chart with its words, its numbers and its addresses. `root`: the public address of `/`."""
    row, period = measured.row, measured.period
    key = f"{row['quantity']}-{_NOT_IN_ID.sub('-', row['source'])}"
    description = summary.description(made, words)
    exact = _exact(measured)
    here = [*_source(row), *of_period(period, is_fixed=False), ("lang", words.language.tag)]
    return Figure(
        key=key,
        title=newest.label(row),
        svg=drawing.on_page(made, words, key, description),
        legend=tuple(LegendEntry(drawing.sample(each.role, made.shape), each.label) for each in made.lines),
        notes=tuple(summary.verdicts(made, words)),
        description=description,
        columns=tuple(each.label for each in made.lines),
        table=summary.table(made, words),
        data={name: f"/v1/series?{urlencode([*exact, *more])}" for name, more in _FORMATS.items()},
        only=urlencode([("quantity", row["quantity"]), *_source(row), *of_period(period, is_fixed=True)]),
        codes=_codes(root, row, urlencode(here), made.title),
        alt=made.title,
        unit=made.unit,
        decimals=made.decimals,
    )


_FRAME_PX = 380
# A source is any text. Two that differ only in such characters share the ids of their charts, and nothing else.
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]")
_FORMATS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"JSON": (), "CSV": (("format", "csv"),), "Parquet": (("format", "parquet"),)}
)


def _codes(root: str, row: Row, query: str, title: str) -> tuple[str, str]:
    """What somebody copies into a page: whatever a box is called, it is text there as well."""
    box, quantity = row["box"], row["quantity"]
    page = escape(f"{root}/boxes/{box}")
    picture = escape(f"{root}/boxes/{box}/{quantity}.svg?{query}")
    frame = escape(f"{root}/embed/boxes/{box}/{quantity}?{query}")
    size = f'width="{drawing.WIDE.width}" height="{drawing.WIDE.height}"'
    return (
        f'<a href="{page}"><img src="{picture}" {size} alt="{escape(title)}"></a>',
        f'<iframe src="{frame}" width="100%" height="{_FRAME_PX}" title="{escape(title)}" loading="lazy"></iframe>',
    )


def _source(row: Row) -> list[tuple[str, str]]:
    """The parameter that names the part of the box, where it is not the main one."""
    return [] if row["source"] == MAIN_SOURCE else [("source", row["source"])]


def of_period(period: Period, *, is_fixed: bool) -> list[tuple[str, str]]:
    """The parameters that name a time: exactly, or as the one that ends now."""
    if period.span is not None and not is_fixed:
        return [("span", period.span), ("tz", period.tz)]
    return [("from", _short(period.start)), ("to", _short(period.end)), ("tz", period.tz)]


def _short(moment: datetime) -> str:
    """`2025-11-23T08:00:00Z`: periods begin at full minutes."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _exact(measured: Measured) -> list[tuple[str, str]]:
    """The parameters with which /v1/series answers with exactly the values of a chart."""
    row, plan = measured.row, measured.plan
    return [
        *(("box", row["box"]), ("quantity", row["quantity"]), ("source", row["source"])),
        *(("from", _short(plan.start)), ("to", _short(plan.end))),
        *(("bucket", plan.bucket), ("tz", measured.period.tz), ("aggregates", "avg,min,max,last,count,coverage")),
    ]
