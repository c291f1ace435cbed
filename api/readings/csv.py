"""Readings and tables as CSV, in UTF-8 with a header row. Two dialects: RFC 4180, and German Excel."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.database import Row
from api.http import csv_cells, times
from devices.readings import Flag
from translations import berlin

COLUMNS = ("box", "source", "quantity", "unit", "value", "flag", "measured_at", "received_at")

_BYTE_ORDER_MARK = "\N{BYTE ORDER MARK}"  # without it Excel reads UTF-8 as Windows-1252
# By their grammars (devices.wire) box ids, sources and quantities are no formulas for a spreadsheet; but an operator
# writes units, and stored rows may be older than a grammar.
cell = csv_cells.cell
_LIKE_A_DATE = re.compile(r"\d")  # Excel shows the box `01-05` as 1 May


class Dialect(StrEnum):
    """How a file is written: as the standard says, or so that German Excel opens it with a double click."""

    RFC_4180 = "rfc4180"
    EXCEL_DE = "excel-de"


@dataclass(frozen=True, slots=True)
class _Form:
    """What a dialect writes: before the header, between cells, and for numbers, times, texts and names of columns."""

    start: str
    separator: str
    number: Callable[[float], str]
    time: Callable[[datetime], str]
    text: Callable[[str], str]
    column: Callable[[str], str]


def _excel_cell(text: str) -> str:
    """As `cell`; what begins with a digit is written as `="01-05"`, which Excel shows as the text 01-05."""
    if _LIKE_A_DATE.match(text):
        inner = text.replace('"', '""')
        return csv_cells.quoted(f'="{inner}"', ";")
    return cell(text, ";")


def _excel_number(value: float) -> str:
    return repr(value).replace(".", ",")


def _excel_time(moment: datetime) -> str:
    return berlin.local(moment).strftime("%d.%m.%Y %H:%M:%S")


def _excel_column(name: str) -> str:
    return f"{name} ({berlin.zone()})" if name == "at" or name.endswith("_at") else name


_FORMS = {
    Dialect.RFC_4180: _Form("", ",", repr, times.write, cell, str),
    Dialect.EXCEL_DE: _Form(_BYTE_ORDER_MARK, ";", _excel_number, _excel_time, _excel_cell, _excel_column),
}


def table(columns: Mapping[str, Sequence[object]], dialect: Dialect = Dialect.RFC_4180) -> bytes:
    """A whole file: the columns by name, all of one length. None is an empty cell; truths are `true` and `false`."""
    form = _FORMS[dialect]
    header = form.separator.join(map(form.column, columns))
    lines = (form.separator.join(_cell(value, form) for value in row) for row in zip(*columns.values(), strict=True))
    return (form.start + "\r\n".join((header, *lines)) + "\r\n").encode()


def _cell(value: object, form: _Form) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return form.number(value)
        case datetime():
            return form.time(value)
        case _:
            return form.text(str(value))


class Encoder:
    """Writes one CSV file; each call returns the next bytes of it."""

    def __init__(self, dialect: Dialect = Dialect.RFC_4180) -> None:
        self._form = _FORMS[dialect]
        self._prefixes: dict[int, str] = {}
        self._flags: dict[int, str] = {}

    def begin(self) -> bytes:
        """The header row."""
        form = self._form
        return (form.start + form.separator.join(map(form.column, COLUMNS)) + "\r\n").encode()

    def add(self, rows: Iterable[Row]) -> bytes:
        """Rows of readings.sql."""
        return "".join(map(self._row, rows)).encode()

    def end(self) -> bytes:
        """Nothing: a CSV file ends with its last row."""
        return b""

    def _row(self, row: Row) -> str:
        form = self._form
        cells = (
            self._prefix(row),
            form.number(row["value"]),
            self._flag(row["flag"]),
            form.time(row["measured_at"]),
            form.time(row["received_at"]),
        )
        return form.separator.join(cells) + "\r\n"

    def _prefix(self, row: Row) -> str:
        series = row["series"]
        if series not in self._prefixes:
            self._prefixes[series] = self._form.separator.join(self._form.text(row[name]) for name in COLUMNS[:4])
        return self._prefixes[series]

    def _flag(self, flag: int) -> str:
        if flag not in self._flags:
            self._flags[flag] = " ".join(Flag(flag).slugs())
        return self._flags[flag]
