"""The life of a process: run until a signal asks it to stop, in order; a second signal insists. Outages are retried."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiezbox.errors import OperatorError

log = logging.getLogger(__name__)

Serve = Callable[[asyncio.Event], Awaitable[None]]


async def run(serve: Serve, shutdown_seconds: float) -> None:
    """Run `serve(stop)`. The first SIGTERM or SIGINT sets `stop`; a second one, or a stop that takes too long, cancels.

    Whatever ends `serve` on its own (a dead background task) is raised, so that the process exits with a non-zero code.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    main = asyncio.ensure_future(serve(stop))
    timers: list[asyncio.TimerHandle] = []

    def on_signal(name: str) -> None:
        if stop.is_set():
            log.warning("second signal, stopping at once", extra={"signal": name})
            main.cancel()
            return
        log.info("stopping", extra={"signal": name})
        stop.set()
        timers.append(loop.call_later(shutdown_seconds, overdue))

    def overdue() -> None:
        log.error("orderly stop took too long, cancelling", extra={"seconds": shutdown_seconds})
        main.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number.name)
    try:
        await main
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        raise SystemExit(1) from None
    finally:
        for timer in timers:
            timer.cancel()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def explain(error: OperatorError) -> None:
    """Print an operator's error and its hint to standard error, with no stack trace."""
    sys.stderr.write(f"kiezbox: {error.message}\n")
    if error.hint:
        sys.stderr.write(f"  -> {error.hint}\n")


class Backoff:
    """Pauses between attempts: doubling, capped, with jitter, cut short by `stop`."""

    def __init__(self, first_seconds: float, max_seconds: float, jitter: Callable[[], float]) -> None:
        self._first = first_seconds
        self._max = max_seconds
        self._jitter = jitter  # 0..1; handed in so that tests are not random
        self._next = first_seconds

    def reset(self) -> None:
        """Start again from the shortest pause: something worked."""
        self._next = self._first

    def seconds(self) -> float:
        """The next pause: between half and all of the current step."""
        pause = self._next * (0.5 + 0.5 * self._jitter())
        self._next = min(self._next * 2, self._max)
        return pause

    async def wait(self, stop: asyncio.Event) -> None:
        """Pause, or return at once when `stop` is set."""
        try:
            async with asyncio.timeout(self.seconds()):
                await stop.wait()
        except TimeoutError:
            return


Work = Callable[[Callable[[], None]], Awaitable[None]]


async def retry_forever(
    work: Work,
    *,
    on: type[Exception] | tuple[type[Exception], ...],
    say: Callable[[Exception], None],
    pauses: Backoff | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run `work(recovered)` again and again, with a pause after each run, until `stop` is set or the task is cancelled.

    An error of the types `on`, also in an exception group, is an outage: `say` gets it once for each new text. `work`
    calls `recovered()` as soon as it works again: then pauses start from the shortest, and the next outage is said even
    if its text is the same. Any other error ends the loop and is raised.
    """
    pauses = pauses or Backoff(1.0, 30.0, random.SystemRandom().random)
    stop = stop or asyncio.Event()
    last_text = ""

    def recovered() -> None:
        nonlocal last_text
        last_text = ""
        pauses.reset()

    def announce(outage: ExceptionGroup[Exception]) -> None:
        # A function of its own, so that no local variable of the loop keeps the errors, and all that they refer to,
        # alive through the next run.
        nonlocal last_text
        errors = list(_leaves(outage))
        text = "; ".join(sorted({describe(error) for error in errors}))
        if text != last_text:
            last_text = text
            say(errors[0] if len(errors) == 1 else ExceptionGroup(text, errors))

    while not stop.is_set():
        try:
            await work(recovered)
        except* on as outage:
            announce(outage)
        await pauses.wait(stop)


def describe(error: Exception) -> str:
    """An error for a log line: its text, or its type where it has none; of a group, each text once."""
    if isinstance(error, ExceptionGroup):
        return "; ".join(sorted({describe(leaf) for leaf in _leaves(error)}))
    return str(error) or type(error).__name__


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    """The errors of a group and of the groups in it."""
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def steady_seconds() -> float:
    """Seconds that count on while the machine sleeps, so that its sleep does not look as if its clock had been set."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
