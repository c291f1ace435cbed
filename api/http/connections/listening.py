"""Sockets that listen, and what is wrong when there can be none."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

from api.http.connections import limits
from kiezbox.errors import OperatorError

# The kernel closes the connection of a client that has taken no data for so long.
UNREAD_MS = 30_000


async def sockets(host: str, port: int, host_name: str, port_name: str) -> list[socket.socket]:
    """Sockets that listen on this address. Raises OperatorError that says which of the two settings to change."""
    loop = asyncio.get_running_loop()
    where = f"{host}:{port}"
    bound: list[socket.socket] = []
    try:
        infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _type, _protocol, _name, local in dict.fromkeys(infos):
            bound.append(_bind(family, local))
    except socket.gaierror as error:
        raise OperatorError(f"{host} is not an address to listen on: {error.strerror}", f"set {host_name}") from None
    except OSError as error:
        for listener in bound:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OperatorError(f"{where} is in use by another program", f"choose another port: {port_name}") from None
        raise OperatorError(f"cannot listen on {where}: {error.strerror}", f"set {host_name} or {port_name}") from None
    return bound


def _bind(family: int, local: tuple[Any, ...]) -> socket.socket:
    # With TCP named, asyncio turns Nagle's algorithm off. With it a body could wait 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted connections inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        listener.bind(local)
        listener.listen(limits.BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
