"""A file that is made while it is sent: one piece at a time, at the speed of its client."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.database import Row
from api.deps import Parts
from api.http import disconnect, formats, head
from api.http.formats import Format
from api.readings import csv, filters, pagination
from kiezbox.errors import Unavailable

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Writes one file in parts."""

    def begin(self) -> bytes:
        """What comes before all rows."""

    def add(self, rows: Sequence[Row], /) -> bytes:
        """What these rows add; may be nothing yet."""

    def end(self) -> bytes:
        """What comes after all rows."""


async def of(given: Parts, query: filters.Readings, form: Format) -> Response:
    """The readings of a query as one file. Raises a 501 problem where the form cannot be written."""
    encoder = await asyncio.to_thread(_encoder, form)
    return Download(encoder, pagination.pieces(given.database, given.downloads, query), form, name(query, form))


def name(query: filters.Readings, form: Format) -> str:
    """`kiezbox-readings-71-01-20251101T000000Z-20251201T000000Z.csv`: what the query says, and nothing else."""
    parts = ["kiezbox-readings"]
    for chosen in (query.box, query.quantity):
        if chosen is not None and len(chosen) == 1:
            parts += chosen
    parts += [_compact(moment) for moment in (query.from_, query.to) if moment is not None]
    return "-".join(parts) + f".{form}"


def _compact(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _encoder(form: Format) -> Encoder:
    if form is Format.CSV:
        return csv.Encoder()
    encoder: Encoder = formats.parquet().Encoder()
    return encoder


class Download(Response):
    """The response that asks for the next rows when its client has taken the last ones."""

    def __init__(self, encoder: Encoder, pieces: AsyncIterator[Sequence[Row]], form: Format, filename: str) -> None:
        media_type = formats.MEDIA_TYPES[form]
        super().__init__(
            headers={
                **formats.VARY,
                "Content-Disposition": f'attachment; filename="{filename}"',
                "Content-Type": f"{media_type}; charset=utf-8; header=present" if form is Format.CSV else media_type,
                "Cache-Control": "no-store",
            },
        )
        del self.headers["content-length"]
        self._encoder = encoder
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file until it is whole or the client leaves. Raises Unavailable before anything is sent.

        Of a later outage the client learns by a connection that breaks.
        """
        await disconnect.until_gone(receive, self._send(send, is_head=head.is_head(scope)), "download")

    async def _send(self, send: Send, *, is_head: bool) -> None:
        first = await anext(self._pieces, None) or ()
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if not is_head:
            try:
                await self._send_body(first, send)
            except Unavailable as error:
                # An end in order would make a part look like the whole: the server closes a response that has no end.
                log.warning("download broken off", extra={"reason": str(error)})
                return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_body(self, first: Sequence[Row], send: Send) -> None:
        async def say(body: bytes) -> None:
            if body:
                await send({"type": "http.response.body", "body": body, "more_body": True})

        encoder = self._encoder
        await say(encoder.begin())
        await say(await asyncio.to_thread(encoder.add, first))
        async for rows in self._pieces:
            await say(await asyncio.to_thread(encoder.add, rows))
        await say(await asyncio.to_thread(encoder.end))
