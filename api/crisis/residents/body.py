"""The body of what residents send: its size, its type, and its letters in whatever encoding they come."""

from __future__ import annotations

import codecs
import email
import json
import re
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote_from_bytes

if TYPE_CHECKING:
    from fastapi import Request

BYTES_MAX = 512 * 1024  # a text of 100 kB in any script, percent-encoded, with room to spare
FORM_TYPE, MULTIPART_TYPE = "application/x-www-form-urlencoded", "multipart/form-data"
_FIELDS_MAX = 50
_WESTERN = "cp1252"
_BYTEWISE = "kiezbox-western"  # our name for it among Python's error handlers
# Those in which people write; Python knows others (`zlib`, `punycode`) that are no encodings of a text.
_ENCODINGS = re.compile(r"utf-(8|16|32)|iso8859|cp\d|koi8|mac-")
_AS_WESTERN = frozenset({"ascii", "iso8859-1"})  # what browsers take these names for (WHATWG Encoding, 4.2)


class TooLargeError(Exception):
    """The body is larger than anything that a form can hold."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body, and what its Content-Type says of it."""

    content: bytes
    type: str
    encoding: str
    header: str

    @property
    def is_form(self) -> bool:
        """Whether a form sent this, or a program that says so."""
        return self.type in {FORM_TYPE, MULTIPART_TYPE}


async def read(request: Request) -> Body:
    """The body of a request. Raises TooLargeError without reading more than is allowed."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BYTES_MAX:
            raise TooLargeError
        parts.append(part)
    return of(b"".join(parts), request.headers.get("content-type", ""))


def of(content: bytes, content_type: str) -> Body:
    """The body with this Content-Type. Any header is read; without a usable one it is text in UTF-8."""
    header = Message()
    header["Content-Type"] = content_type
    return Body(content, header.get_content_type(), _encoding(header.get_content_charset("")), content_type)


def text(body: Body) -> str:
    """The whole body as text. Bytes that its encoding does not have are read as Windows-1252 (`Müller`), one by one."""
    encoding = body.encoding
    if encoding == "utf-8":
        encoding = json.detect_encoding(body.content)
    return _decoded(body.content, encoding)


def fields(body: Body) -> dict[str, str]:
    """The fields of a form by name. Of a repeated field the first counts; after the first 50 the rest is ignored."""
    pairs = _parts(body) if body.type == MULTIPART_TYPE else _pairs(body)
    return dict(reversed(pairs[:_FIELDS_MAX]))


def _pairs(body: Body) -> list[tuple[str, str]]:
    ascii_only = quote_from_bytes(body.content, safe="".join(map(chr, range(128))))
    encoding = "utf-8" if body.encoding.startswith(("utf-16", "utf-32")) else body.encoding
    return parse_qsl(ascii_only, keep_blank_values=True, encoding=encoding, errors=_BYTEWISE, separator="&")


def _parts(body: Body) -> list[tuple[str, str]]:
    message = email.message_from_bytes(b"Content-Type: " + body.header.encode("latin-1") + b"\r\n\r\n" + body.content)
    found = []
    for part in message.walk():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found.append((name, _decoded(content, _encoding(part.get_content_charset("")))))
    return found


def _encoding(name: str) -> str:
    """Python's name of an encoding; UTF-8 for one that is not known."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return "utf-8"
    if known in _AS_WESTERN:
        return _WESTERN
    return known if _ENCODINGS.match(known) else "utf-8"


def _decoded(content: bytes, encoding: str) -> str:
    return content.decode(encoding, _BYTEWISE)


def _read_bytewise(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(_WESTERN, "replace"), error.end


codecs.register_error(_BYTEWISE, _read_bytewise)
