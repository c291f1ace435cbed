"""HTTP whose lines end with a line feed alone, as the sketches of senseBox send it. httptools refuses that.

RFC 9112, 2.2: a recipient may recognize a single LF as a line terminator. Only whoever begins so is read so.
"""

from __future__ import annotations

import re

from api.http.connections import limits
from api.http.connections.protocol import LimitedProtocol

_LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]{1,9})[ \t]*$", re.IGNORECASE | re.MULTILINE)
_CODED = re.compile(rb"^transfer-encoding:", re.IGNORECASE | re.MULTILINE)


class LineEnds:
    """What arrives on a connection, with the ends of lines that HTTP wants. Pure."""

    def __init__(self) -> None:
        self._buffer = b""
        self._is_bare: bool | None = None  # None: no line has come yet
        self._body_left = 0

    def feed(self, data: bytes) -> bytes:
        """What can be given on of all that has arrived."""
        if self._is_bare is False:
            return data
        self._buffer += data
        if self._is_bare is None:
            at = self._buffer.find(b"\n")
            if at < 0 and len(self._buffer) <= limits.HEAD_BYTES_MAX:
                return b""
            self._is_bare = at > 0 and self._buffer[at - 1 : at] != b"\r"
        if not self._is_bare:
            return self._given_up()
        given = b""
        while self._buffer:
            if self._body_left:
                body, self._buffer = self._buffer[: self._body_left], self._buffer[self._body_left :]
                self._body_left -= len(body)
                given += body
                continue
            head, end, rest = self._buffer.partition(b"\n\n")
            if not end:
                return given + (self._given_up() if len(self._buffer) > limits.HEAD_BYTES_MAX else b"")
            if b"\r" in head or _CODED.search(head):  # mixed ends, or a body whose end we would have to look for
                return given + self._given_up()
            self._buffer = rest
            lengths = _LENGTH.findall(head)
            self._body_left = int(lengths[0]) if len(lengths) == 1 else 0
            given += head.replace(b"\n", b"\r\n") + b"\r\n\r\n"
        return given

    def _given_up(self) -> bytes:
        """Everything as it came, from now on: the parser says what is wrong with it."""
        self._is_bare = False
        given, self._buffer = self._buffer, b""
        return given


class BareLinesProtocol(LimitedProtocol):
    """One connection, as the API has it, that understands bare line feeds too."""

    _line_ends: LineEnds | None = None

    def data_received(self, data: bytes) -> None:
        """Read what arrives."""
        if self._line_ends is None:
            self._line_ends = LineEnds()
        if given := self._line_ends.feed(data):
            super().data_received(given)
