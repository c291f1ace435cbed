"""Readings as CSV: RFC 4180, UTF-8, a header row, times in RFC 3339, flags joined by spaces."""

from collections.abc import Iterable

from api.database import Row
from api.http import times
from devices.readings import Flag

COLUMNS = ("box", "source", "quantity", "unit", "value", "flag", "measured_at", "received_at")

_MUST_QUOTE = frozenset(',"\r\n')
# A spreadsheet treats a text that begins with one of these as a formula. By their grammars (devices.wire) box ids,
# sources and quantities cannot begin so; but an operator writes units, and stored rows may be older than a grammar.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Encoder:
    """Writes one CSV file; each call returns the next bytes of it."""

    def __init__(self) -> None:
        self._prefixes: dict[int, str] = {}
        self._flags: dict[int, str] = {}

    def begin(self) -> bytes:
        """The header row."""
        return (",".join(COLUMNS) + "\r\n").encode()

    def add(self, rows: Iterable[Row]) -> bytes:
        """Rows of readings.sql."""
        return "".join(map(self._row, rows)).encode()

    def end(self) -> bytes:
        """Nothing: a CSV file ends with its last row."""
        return b""

    def _row(self, row: Row) -> str:
        measured_at, received_at = times.write(row["measured_at"]), times.write(row["received_at"])
        return f"{self._prefix(row)},{row['value']!r},{self._flag(row['flag'])},{measured_at},{received_at}\r\n"

    def _prefix(self, row: Row) -> str:
        series = row["series"]
        if series not in self._prefixes:
            self._prefixes[series] = ",".join(cell(row[name]) for name in COLUMNS[:4])
        return self._prefixes[series]

    def _flag(self, flag: int) -> str:
        if flag not in self._flags:
            self._flags[flag] = " ".join(Flag(flag).slugs())
        return self._flags[flag]


def cell(text: str) -> str:
    """A text as one field, quoted where needed; with an apostrophe before what a spreadsheet would run as a formula."""
    safe = f"'{text}" if text.startswith(_FORMULA) else text
    if _MUST_QUOTE.isdisjoint(safe):
        return safe
    return '"' + safe.replace('"', '""') + '"'
