"""Servers that do not answer: one accepts connections and stays silent, one drops every packet."""

from __future__ import annotations

import contextlib
import select
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIES_MAX = 64
_UNANSWERED_SECONDS = 0.5


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """The port of a server that accepts (the kernel does it), and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        yield listener.getsockname()[1]


@contextlib.contextmanager
def dropping() -> Iterator[int]:
    """The port of a server whose queue is full: the kernel drops every packet, so that no connection comes about."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port: int = listener.getsockname()[1]
        for _ in range(_TRIES_MAX):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
            if not select.select([], [waiting], [], _UNANSWERED_SECONDS)[1]:
                break  # not answered: the queue is full
        else:
            raise AssertionError("the queue never became full")
        yield port
