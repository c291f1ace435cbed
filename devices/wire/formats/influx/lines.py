"""Line protocol: `measurement[,tag=value..] field=value[,field=value..] [timestamp]`. Pure.

Source: the grammar of influxdata/line-protocol (v2). Strings may hold line ends, commas and spaces, so a body is never
split before it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices.wire.inputs import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

Field = float | bool | str

# An unescaped blank, comma or line end ends a name; `\` before any other character is itself. Possessive: a body of
# backslashes takes time in proportion to its length.
_MEASUREMENT = re.compile(r"(?:\\[, ]|[^, \n\r])++")
_KEY = re.compile(r"(?:\\[,= ]|[^,= \n\r])++")
_STRING = re.compile(r'"((?:\\.|[^"\\])*+)"', re.DOTALL)
_PLAIN = re.compile(r"[^, \n\r]++")
_TIME = re.compile(r"[+-]?[0-9]{1,19}")
_INTEGER = re.compile(r"([+-]?[0-9]{1,20})[iu]")
_ESCAPED = re.compile(r"\\([,= ])")
_TEXT_ESCAPED = re.compile(r'\\(["\\])')
_TRUE = frozenset({"t", "T", "true", "True", "TRUE"})
_FALSE = frozenset({"f", "F", "false", "False", "FALSE"})
_END = re.compile(r"[ \t]*(?:\r?\n|$)")
_BLANKS = re.compile(r"[ \t]++")
_FIELDS_MAX = 1_000  # of a point, and as many tags


@dataclass(frozen=True, slots=True)
class Point:
    """One line. `time` is a number in whatever precision the request has; None: it has none. `text`: as it came."""

    measurement: str
    tags: dict[str, str]
    fields: dict[str, Field]
    time: int | None
    text: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is none: `number` counts from 1."""

    number: int
    text: str
    complaint: str


class _SyntaxError(Exception):
    def __init__(self, complaint: str) -> None:
        super().__init__(complaint)
        self.complaint = complaint


def points(body: str) -> Iterator[Point | BadLine]:
    """The points of a body, in order. After a bad line it goes on with the next line."""
    at, counted, number = 0, 0, 1
    while at < len(body):
        if body[at] in " \t\r\n":
            at += 1
            continue
        if body[at] == "#":
            at = _line_end(body, at)
            continue
        start = at
        try:
            reading = _Reading(body, at)
            point = reading.point()
            at = reading.at
            yield point
        except _SyntaxError as error:
            at = _line_end(body, start)
            number += body.count("\n", counted, start)
            counted = start
            yield BadLine(number, body[start:at].strip(), error.complaint)


def _line_end(body: str, at: int) -> int:
    end = body.find("\n", at)
    return len(body) if end < 0 else end + 1


class _Reading:
    """Reads one point; `at` is how far it has come."""

    def __init__(self, body: str, at: int) -> None:
        self._body, self._start = body, at
        self.at = at

    def point(self) -> Point:
        measurement = _unescaped(self._match(_MEASUREMENT, "a measurement"))
        tags = self._tags()
        if not self._skip_blanks():
            raise _SyntaxError("no fields after the measurement")
        fields = self._fields()
        time = self._time()
        if (end := _END.match(self._body, self.at)) is None:
            raise _SyntaxError(f"something follows the point: {self._body[self.at : self.at + 20]!r}")
        text = self._body[self._start : self.at]
        self.at = end.end()
        return Point(measurement, tags, fields, time, text)

    def _tags(self) -> dict[str, str]:
        tags: dict[str, str] = {}
        while self._take(","):
            key = _unescaped(self._match(_KEY, "a tag's name"))
            if not self._take("="):
                raise _SyntaxError(f"the tag {key!r} has no value")
            if len(tags) >= _FIELDS_MAX:
                raise _SyntaxError(f"a point has at most {_FIELDS_MAX} tags")
            if key in tags:
                raise _SyntaxError(f"the tag {key!r} comes twice")
            tags[key] = _unescaped(self._match(_KEY, f"the value of the tag {key!r}"))
        return tags

    def _fields(self) -> dict[str, Field]:
        fields: dict[str, Field] = {}
        for _ in range(_FIELDS_MAX):
            key = _unescaped(self._match(_KEY, "a field's name"))
            if not self._take("="):
                raise _SyntaxError(f"the field {key!r} has no value")
            fields[key] = self._value(key)
            if not self._take(","):
                return fields
        raise _SyntaxError(f"a point has at most {_FIELDS_MAX} fields")

    def _value(self, key: str) -> Field:
        if self._body.startswith('"', self.at):
            found = _STRING.match(self._body, self.at)
            if found is None:
                raise _SyntaxError(f"the text of the field {key!r} has no end")
            self.at = found.end()
            return _TEXT_ESCAPED.sub(r"\1", found[1]) if "\\" in found[1] else found[1]
        written = self._match(_PLAIN, f"the value of the field {key!r}")
        if written in _TRUE or written in _FALSE:
            return written in _TRUE
        whole = _INTEGER.fullmatch(written)
        number = numbers.of(whole[1] if whole else written)
        if number is None:
            raise _SyntaxError(f"the value of the field {key!r} is no number, text or boolean")
        return number

    def _time(self) -> int | None:
        if not self._skip_blanks() or self.at >= len(self._body) or self._body[self.at] in "\r\n":
            return None
        return int(self._match(_TIME, "a timestamp"))

    def _match(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self._body, self.at)
        if found is None:
            raise _SyntaxError(f"{what} is missing")
        self.at = found.end()
        return found[0]

    def _take(self, character: str) -> bool:
        if self._body.startswith(character, self.at):
            self.at += 1
            return True
        return False

    def _skip_blanks(self) -> bool:
        found = _BLANKS.match(self._body, self.at)
        if found is None:
            return False
        self.at = found.end()
        return True


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name
