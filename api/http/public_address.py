"""The address under which clients reach this server: as it is, as a trusted proxy says, or as the settings say.

Routes and templates know nothing of a path prefix. It is taken off the path of each request, and put before each link
of the answer: in `Location`, `Link`, `Set-Cookie` and in HTML. Bodies in JSON use `path` and `root`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kiezbox import addresses

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kiezbox.settings import ApiSettings

PREFIX_HEADER = b"x-forwarded-prefix"
_PREFIX, _RECEIVED_HOST, _IS_PROXIED = "kiezbox.prefix", "kiezbox.received_host", "kiezbox.is_proxied"
# A host name or an address, perhaps with a port. Anything else in `Host` is no address of ours.
_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_HTML_LINK = re.compile(rb'((?:href|src|action)=")/(?!/)')
_HEADER_LINKS = {
    b"location": re.compile(rb"^()/(?!/)"),
    b"link": re.compile(rb"(<)/(?!/)"),
    b"set-cookie": re.compile(rb"(;\s*path=)/", re.IGNORECASE),
}


def root(request: Request) -> str:
    """The public address of `/`, without a slash at the end: `https://daten.example/kiezbox`."""
    return f"{request.url.scheme}://{request.url.netloc}{prefix(request.scope)}"


def path(scope: Scope) -> str:
    """The path of a request as its client knows it."""
    return f"{prefix(scope)}{scope['path']}"


def prefix(scope: Scope) -> str:
    """What stands before each of our paths outside: `/kiezbox`, or nothing."""
    found: str = scope.get(_PREFIX, "")
    return found


def is_proxied(scope: Scope) -> bool:
    """Whether a proxy that we trust passed this request on, and named its client."""
    return scope.get(_IS_PROXIED, False) is True


def hosts(request: Request) -> set[str]:
    """The public host, and the one that the request names (a proxy may replace it), each with its port."""
    return {request.headers.get("host", ""), request.scope.get(_RECEIVED_HOST, "")} - {""}


class PublicAddress:
    """ASGI middleware: requests look as if they came to the public address, without its prefix.

    `KIEZBOX_API_PUBLIC_URL` wins. Without it X-Forwarded-Proto and X-Forwarded-Prefix count, and X-Forwarded-For always
    does, but only when the request comes from one of `KIEZBOX_API_TRUSTED_PROXIES`. Without the setting `Host` counts,
    if it can be a host at all; X-Forwarded-Host and Forwarded never do.
    """

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app = app
        self._trusted = [ipaddress.ip_network(each, strict=False) for each in settings.trusted_proxies]
        self._forwarded = ProxyHeadersMiddleware(self._serve, list(settings.trusted_proxies))  # type: ignore[arg-type]  # uvicorn and starlette spell one protocol in two ways
        public = urlsplit(settings.public_url or "")
        self._scheme, self._host, self._prefix = public.scheme, public.netloc, public.path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the address that its client knows."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_trusted = self._is_trusted(scope.get("client"))
        stated = self._prefix if self._host else _stated_prefix(scope) if is_trusted else ""
        is_proxied = is_trusted and any(name == b"x-forwarded-for" for name, _ in scope["headers"])
        scope = {**scope, _PREFIX: stated, _IS_PROXIED: is_proxied}
        await self._forwarded(scope, receive, send)  # type: ignore[arg-type]  # as above

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = [value for name, value in scope["headers"] if name == b"host"]
        if self._host:
            host = self._host.encode()
            scope = {
                **_named(host, scope),
                "scheme": self._scheme,
                _RECEIVED_HOST: b"".join(received).decode("latin-1"),
            }
        elif len(received) > 1 or (received and not _HOST.fullmatch(received[0])):
            scope = _named(_own_host(scope), scope)
        await self._app(_without(prefix(scope), scope), receive, send)

    def _is_trusted(self, client: tuple[str, int] | None) -> bool:
        try:
            address = ipaddress.ip_address(client[0]) if client else None
        except ValueError:
            return False
        return address is not None and any(address in network for network in self._trusted)


def _stated_prefix(scope: Scope) -> str:
    """The prefix that a trusted proxy says it has; nothing when it is none."""
    text = b"".join(value for name, value in scope["headers"] if name == PREFIX_HEADER).decode("latin-1")
    found = text.strip().rstrip("/")
    return found if addresses.is_prefix(found) else ""


def _named(host: bytes, scope: Scope) -> Scope:
    """The request as if it had asked for this host."""
    return {**scope, "headers": [*(each for each in scope["headers"] if each[0] != b"host"), (b"host", host)]}


def _own_host(scope: Scope) -> bytes:
    """The address and port at which the request arrived."""
    address, port = scope.get("server") or ("localhost", None)
    host = f"[{address}]" if ":" in address else address
    return f"{host}:{port}".encode() if port else host.encode()


def _without(prefix: str, scope: Scope) -> Scope:
    """The request without the prefix. Some proxies take it off themselves: then there is none."""
    path: str = scope["path"]
    if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
        return scope
    raw: bytes = scope.get("raw_path") or path.encode()
    return {**scope, "path": path[len(prefix) :] or "/", "raw_path": raw[len(prefix) :] or b"/"}


class PrefixedLinks:
    """ASGI middleware: puts the prefix before each link of an answer to our own paths, in headers and in HTML."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; nothing is done where there is no prefix."""
        before = prefix(scope).encode()
        await self._app(scope, receive, _Rewriter(before, send).send if before else send)


class _Rewriter:
    """Sends one answer with its links below the prefix. A page is held back until it is whole, for its length."""

    def __init__(self, prefix: bytes, send: Send) -> None:
        self._into = rb"\g<1>" + prefix + b"/"
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _begin(self, message: Message) -> None:
        headers = [
            (name, _HEADER_LINKS[name].sub(self._into, value) if name in _HEADER_LINKS else value)
            for name, value in ((name.lower(), value) for name, value in message["headers"])
        ]
        message = {**message, "headers": headers}
        if any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers):
            self._start = message
        else:
            await self._send(message)

    async def _finish(self, start: Message) -> None:
        body = _HTML_LINK.sub(self._into, self._body)
        headers = [
            (name, str(len(body)).encode() if name == b"content-length" and self._body else value)
            for name, value in start["headers"]
        ]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
