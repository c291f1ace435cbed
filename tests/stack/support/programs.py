"""Small real programs to supervise, and what they wrote."""

from __future__ import annotations

import asyncio
import io
import sys
from typing import TYPE_CHECKING

from kiezbox.errors import Unavailable
from stack.embedded.output import LabelledOutput
from stack.embedded.program import Program
from stack.embedded.supervisor import Limits, Supervisor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NAMES = ("up", "first", "second", "third")
QUICK = Limits(stop_seconds=10, ready_seconds=10, poll_seconds=0.01, first_pause_seconds=0.02, max_pause_seconds=0.1)
OPERATOR_EXIT = 2

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
    return Program(name, (sys.executable, "-c", code, *arguments), operator_exit=OPERATOR_EXIT)


class RecordedOutput:
    """The labelled output of programs, kept in memory."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.labelled = LabelledOutput(self._stream, NAMES, {})

    @property
    def lines(self) -> list[str]:
        """All lines so far."""
        return self._stream.getvalue().splitlines()

    def has(self, text: str) -> bool:
        """Whether a line contains `text`."""
        return any(text in line for line in self.lines)


def supervise(output: RecordedOutput, limits: Limits = QUICK) -> Supervisor:
    """A supervisor whose stop event is not set."""
    return Supervisor(output.labelled, asyncio.Event(), limits)


def until(output: RecordedOutput, text: str) -> Callable[[], Awaitable[None]]:
    """A check that succeeds once a line contains `text`."""

    async def is_ready() -> None:
        if not output.has(text):
            raise Unavailable("program", f"it has not said {text!r}")

    return is_ready
