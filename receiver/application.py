"""The ASGI application: `/in/{format}/{secret}/...` for devices of other makes, and whether we are well."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import zlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from devices import boxes
from devices.wire import details
from devices.wire.inputs import formats
from devices.wire.inputs.format import Answer, NotUnderstood, Request, plainly
from kiezbox import metrics
from kiezbox.errors import Unavailable
from kiezbox.token_bucket import Rate, TokenBuckets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import TypeAlias

    from devices.wire.inputs.format import Format, Taken
    from kiezbox.db import Pool
    from kiezbox.settings import ReceiveSettings
    from receiver.senders import Sender, Senders
    from receiver.writer import Writer

    Scope: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)

_PARCELS_MAX = 1_000
_SENDERS_MAX = 10_000
_AGAIN_SECONDS = 30  # for whoever reads Retry-After
_LEVELS = 4  # in, format, secret, and the rest
_UNKNOWN = "This address is not known here. Whoever runs this hub makes a new one: kiezbox inputs sender new"
_AWAY = "The database does not answer, and nothing was stored. Send it again."


class _GoneError(Exception):
    """The client closed the connection before its request had arrived."""


class Application:
    """Answers after the commit. What it cannot commit it holds as long as the sender may wait, and then says so."""

    def __init__(self, settings: ReceiveSettings, pool: Pool, senders: Senders, writer: Writer) -> None:
        self._settings = settings
        self._pool = pool
        self._senders = senders
        self._writer = writer
        rate = Rate(settings.sender_burst_requests, settings.sender_requests_per_second)
        self._buckets = TokenBuckets(rate, _SENDERS_MAX)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except _GoneError:
            return
        headers = [(b"content-length", str(len(answer.body)).encode())]
        if answer.body:
            headers.append((b"content-type", answer.media_type.encode()))
        headers += [(name.lower().encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        match scope["path"]:
            case "/livez":
                return plainly(200, "alive")
            case "/readyz":
                return plainly(200, "ready") if await self._can_commit(1.0) else plainly(503, _AWAY)
        levels = scope["path"].split("/", _LEVELS)
        found = formats.known().get(levels[2]) if len(levels) >= _LEVELS and levels[1] == formats.ROOT else None
        if found is None or found.take is None:
            return plainly(404, "Nothing is received at this address; devices send to /in/FORMAT/SECRET")
        until = time.monotonic() + self._settings.hold_seconds
        if not self._senders.read.is_set() and not await self._wait_for_senders(until):
            return _later(found, _AWAY)
        sender = self._senders.find(found.name, levels[3])
        if sender is None:
            metrics.RECEIVED.labels(found.name, "unknown_sender").inc()
            return found.refusal(404, _UNKNOWN)
        answer, outcome = await self._of_sender(found, sender, scope, receive, until)
        metrics.RECEIVED.labels(found.name, outcome).inc()
        return answer

    async def _of_sender(
        self, found: Format, sender: Sender, scope: Scope, receive: Receive, until: float
    ) -> tuple[Answer, str]:
        """The answer, and how the request ended as a metric calls it."""
        while wait_seconds := self._buckets.admit(str(sender.id), time.monotonic()):
            if time.monotonic() + wait_seconds > until:
                return _later(found, "This sender sends more than its share.", 429), "too_many"
            await asyncio.sleep(wait_seconds)
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await sender.slots.acquire()
        except TimeoutError:
            return _later(found, "This sender sends more at once than is stored."), "too_many"
        try:
            body = await self._body(scope, receive)
            request = _request(scope, body)
            assert found.take is not None
            taken = found.take(request)
            _check(sender, taken)
            if not await self._commit(found, sender, taken, until):
                return _later(found, _AWAY), "away"
        except NotUnderstood as refused:
            log.info(
                "a request was refused",
                extra={"sender": sender.id, "format": found.name, "why": details.one_line(refused.text)},
            )
            return found.refusal(refused.status, refused.text), "refused"
        finally:
            sender.slots.release()
        return taken.answer, "taken"

    async def _commit(self, found: Format, sender: Sender, taken: Taken, until: float) -> bool:
        """Whether everything in it is committed; of a question, whether it could be."""
        seconds = max(0.0, until - time.monotonic())
        if not taken.parcels:
            return not taken.asks_database or await self._can_commit(min(seconds, self._settings.ping_seconds))
        received_at = datetime.now(UTC)
        self._senders.note(sender, received_at)
        messages = [
            (formats.topic(found.name, each.box or sender.only_box, each.more), each.payload) for each in taken.parcels
        ]
        return await self._writer.commit(messages, received_at, seconds)

    async def _can_commit(self, seconds: float) -> bool:
        """Whether the database answers now, and took what was written last."""
        if self._writer.is_away:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._pool.fetchrow("SELECT 1")
        except (TimeoutError, Unavailable):
            return False
        return True

    async def _wait_for_senders(self, until: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await self._senders.read.wait()
        return self._senders.read.is_set()

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body, unpacked. Raises NotUnderstood for too large a one."""
        parts: list[bytes] = []
        size, limit = 0, self._settings.body_bytes_max
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _GoneError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise NotUnderstood(413, f"A request has at most {limit} bytes.")
            if not message.get("more_body", False):
                break
        body = b"".join(parts)
        coding = b",".join(value for name, value in scope["headers"] if name == b"content-encoding").strip().lower()
        if coding in (b"", b"identity"):
            return body
        if coding != b"gzip":
            raise NotUnderstood(415, "A body may be packed with gzip, and with nothing else.")
        return _unpacked(body, limit)


def _unpacked(body: bytes, limit: int) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise NotUnderstood(400, "The body is no gzip, although the request says so.") from None
    if len(found) > limit:
        raise NotUnderstood(413, f"A request has at most {limit} bytes, unpacked.")
    if not unpacking.eof:
        raise NotUnderstood(400, "The packed body is cut off.")
    return found


def _request(scope: Scope, body: bytes) -> Request:
    levels = scope["path"].split("/", _LEVELS)
    path = levels[_LEVELS] if len(levels) > _LEVELS else ""
    query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(scope["method"], path, query, headers, body)


def _check(sender: Sender, taken: Taken) -> None:
    """Raises NotUnderstood for boxes that this sender may not speak for, and for more parcels than one commit takes."""
    if len(taken.parcels) > _PARCELS_MAX:
        raise NotUnderstood(413, f"A request speaks of at most {_PARCELS_MAX} boxes or points.")
    for each in taken.parcels:
        if not each.box:
            continue
        if not boxes.is_id(each.box):
            raise NotUnderstood(400, "A box is named by lower-case letters, digits and hyphens, 32 at most.")
        if not sender.may_speak_for(each.box):
            raise NotUnderstood(
                403,
                f"This address may not speak for the box {each.box}. Whoever runs this hub can allow it:"
                f" kiezbox inputs sender new --box {each.box}",
            )


def _later(found: Format, text: str, status: int = 503) -> Answer:
    answer = found.refusal(status, text)
    return Answer(
        answer.status,
        answer.body,
        answer.media_type,
        (*answer.headers, ("Retry-After", str(_AGAIN_SECONDS)), ("Connection", "close")),
    )
