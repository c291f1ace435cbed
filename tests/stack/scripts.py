"""Small real programs for supervision, and what they said."""

from __future__ import annotations

import asyncio
import io
import sys
from typing import TYPE_CHECKING

from kiezbox.errors import Unavailable
from stack.embedded.output import Voice
from stack.embedded.program import Program
from stack.embedded.supervisor import Limits, Supervisor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NAMES = ("up", "first", "second", "third")
QUICK = Limits(stop_seconds=10, ready_seconds=10, poll_seconds=0.01, first_pause_seconds=0.02, max_pause_seconds=0.1)
HOPELESS = 2

# Says so when it is asked to stop, as our own processes do.
POLITE = """
import signal, sys, time
def leave(number, frame):
    print("leaving", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("here", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here", flush=True)
time.sleep(600)
"""


def script(name: str, code: str, *arguments: str) -> Program:
    """A program that runs Python `code`."""
    return Program(name, (sys.executable, "-c", code, *arguments), hopeless_exit=HOPELESS)


class Screen:
    """A voice that keeps what it said."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.voice = Voice(self._stream, NAMES, {})

    @property
    def lines(self) -> list[str]:
        """All lines so far."""
        return self._stream.getvalue().splitlines()

    def has(self, text: str) -> bool:
        """Whether a line contains `text`."""
        return any(text in line for line in self.lines)


def supervise(screen: Screen, limits: Limits = QUICK) -> Supervisor:
    """A supervisor that nobody has asked to stop."""
    return Supervisor(screen.voice, asyncio.Event(), limits)


def until(screen: Screen, text: str) -> Callable[[], Awaitable[None]]:
    """Ready when a line says so."""

    async def is_ready() -> None:
        if not screen.has(text):
            raise Unavailable("program", f"it has not said {text!r}")

    return is_ready
