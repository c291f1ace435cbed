"""ETags of what phones poll: made from the data without its ages, so an unchanged list is a 304 without a body."""

from __future__ import annotations

import hashlib
from importlib import metadata
from typing import TYPE_CHECKING

from fastapi.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fastapi import Request
    from pydantic import BaseModel

_VERSION = metadata.version("kiezbox")  # another version may write the same rows differently


def of(rows: Iterable[object], *others: object) -> str:
    """The weak ETag of these rows and values: two answers that have it differ in their ages at the most."""
    digest = hashlib.blake2b(_VERSION.encode(), digest_size=12)
    for row in rows:
        digest.update(repr(row).encode())
    digest.update(repr(others).encode())
    return f'W/"{digest.hexdigest()}"'


def _of_bytes(body: bytes) -> str:
    digest = hashlib.blake2b(_VERSION.encode(), digest_size=12)
    digest.update(body)
    return f'W/"{digest.hexdigest()}"'


def is_known(header: str | None, etag: str) -> bool:
    """Whether If-None-Match names this ETag (weak comparison, RFC 9110, 13.1.2)."""
    if header is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def answer(
    request: Request,
    etag: str,
    body: Callable[[], BaseModel],
    link: str | None = None,
    media_type: str = "application/json",
) -> Response:
    """The body as JSON, or 304 when the client has it. The client may cache it, and must ask again before each use."""
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept"} | ({"Link": link} if link else {})
    if is_known(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body().model_dump_json(), headers=headers, media_type=media_type)


def written(
    request: Request,
    body: str | bytes,
    media_type: str = "application/json",
    more_headers: Mapping[str, str] | None = None,
) -> Response:
    """A body that is written already and contains no ages, or 304 when the client has it."""
    written_body = body.encode() if isinstance(body, str) else body
    etag = _of_bytes(written_body)
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept"}
    if is_known(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(written_body, headers=headers | dict(more_headers or {}), media_type=media_type)
