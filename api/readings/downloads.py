"""Files that are written while they are sent: one page of rows at a time, as fast as the client reads."""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from types import ModuleType
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.database import Row
from api.deps import ReadDeps
from api.http import disconnect, formats
from api.http.formats import Format
from api.http.middleware import head
from api.http.problems import Problem, Slug
from api.readings import csv, filters, pagination
from kiezbox.errors import Unavailable

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Writes one file; each call returns the next bytes of it."""

    def begin(self) -> bytes:
        """What the file begins with."""

    def add(self, rows: Sequence[Row], /) -> bytes:
        """These rows; may return no bytes yet."""

    def end(self) -> bytes:
        """What the file ends with."""


async def of(deps: ReadDeps, query: filters.Readings, format_: Format) -> Response:
    """The readings of a query as one file. Raises a 501 problem where the format cannot be written."""
    encoder = await asyncio.to_thread(_encoder, format_, csv.Dialect(query.dialect or csv.Dialect.RFC_4180))
    span = [compact(moment) for moment in (query.from_, query.to) if moment is not None]
    filename = f"{name('readings', query, *span)}.{format_}"
    return Download(encoder, pagination.pages(deps.database, deps.download_slots, query), format_, filename)


def name(kind: str, query: filters.SeriesFilter, *parts: str) -> str:
    """The name of a file without its ending: its kind, box and quantity where it is of one, and these parts."""
    chosen = [names[0] for names in (query.box, query.quantity) if names is not None and len(names) == 1]
    return "-".join(["kiezbox", kind, *chosen, *parts])


def compact(moment: datetime) -> str:
    """`20251101T000000Z`."""
    return moment.strftime("%Y%m%dT%H%M%SZ")


def content_type(format_: Format) -> str:
    """The media type of a file, with what a reader of CSV must know."""
    media_type = formats.MEDIA_TYPES[format_]
    return f"{media_type}; charset=utf-8; header=present" if format_ is Format.CSV else media_type


def _encoder(format_: Format, dialect: csv.Dialect) -> Encoder:
    if format_ is Format.CSV:
        return csv.Encoder(dialect)
    encoder: Encoder = parquet_module().Encoder()
    return encoder


def find_parquet() -> ModuleType | None:
    """The module that writes Parquet; None where its library is not installed."""
    try:
        return importlib.import_module("api.readings.parquet")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        return None


def parquet_module() -> ModuleType:
    """The module that writes Parquet. Raises a 501 problem where its library is not installed."""
    found = find_parquet()
    if found is None:
        raise Problem(
            501,
            Slug.NO_PARQUET,
            "No Parquet here",
            "This server was installed without Parquet. Ask format=csv, or install the extra `parquet` there.",
        )
    return found


class Download(Response):
    """The response that reads the next page of rows once its client has received the page before."""

    def __init__(self, encoder: Encoder, pages: AsyncIterator[Sequence[Row]], format_: Format, filename: str) -> None:
        super().__init__(
            headers={
                **formats.VARY,
                "Content-Disposition": f'attachment; filename="{filename}"',
                "Content-Type": content_type(format_),
                "Cache-Control": "no-store",
            },
        )
        del self.headers["content-length"]
        self._encoder = encoder
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, until its end or until the client disconnects. Raises Unavailable before anything is sent.

        After that an outage breaks the connection, which tells the client that the file is not whole.
        """
        await disconnect.cancel_on_disconnect(receive, self._send(send, is_head=head.is_head(scope)), "download")

    async def _send(self, send: Send, *, is_head: bool) -> None:
        first = await anext(self._pages, None) or ()
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if not is_head:
            try:
                await self._send_body(first, send)
            except Unavailable as error:
                # With a proper end a part would look like the whole file. Without one the server closes the connection.
                log.warning("download broken off", extra={"reason": str(error)})
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_body(self, first: Sequence[Row], send: Send) -> None:
        async def write(body: bytes) -> None:
            if body:
                await send({"type": "http.response.body", "body": body, "more_body": True})

        encoder = self._encoder
        await write(encoder.begin())
        await write(await asyncio.to_thread(encoder.add, first))
        async for rows in self._pages:
            await write(await asyncio.to_thread(encoder.add, rows))
        await write(await asyncio.to_thread(encoder.end))
