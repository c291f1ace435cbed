"""One run of a program as a child process: its output line by line, its end, and how it is stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stack.embedded.program import Program

_LINE_MAX_BYTES = 1 << 16  # a longer line is shown in pieces
_ORPHANS_SECONDS = 5.0  # how long processes that a dead child started may still hold its output open


class Child:
    """A running program. Made by `start`."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, relay: asyncio.Task[None]) -> None:
        self.program = program
        self._process = process
        self._relay = relay

    @property
    def pid(self) -> int:
        """Its process id; also that of its process group."""
        return self._process.pid

    async def ended(self) -> int:
        """Wait for its end: the exit code, or minus the signal's number. Processes that it started are killed."""
        code = await self._process.wait()
        self._kill_group()
        await asyncio.wait({self._relay}, timeout=_ORPHANS_SECONDS)
        self._relay.cancel()
        return code

    async def stop(self, seconds: float) -> bool:
        """Ask it to stop; kill it after `seconds` or on cancellation. Processes that it started are killed as well.

        Returns whether it stopped by itself.
        """
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.program.stop_signal)
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self._kill_group()
            await self.ended()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


async def start(program: Program, on_line: Callable[[str], None]) -> Child:
    """Start a program; each line that it writes goes to `on_line`. Raises OperatorError when it cannot be started."""
    # Not asyncio's pipe: with it, wait() of some Python versions also waits for other processes with the output open.
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=asyncio.subprocess.STDOUT,
            **program.options(),
        )
    except OSError as error:
        os.close(reading)
        raise OperatorError(f"{program.name} cannot be started: {error}") from None
    finally:
        os.close(writing)
    relay = asyncio.create_task(_relay(reading, program, on_line), name=f"output of {program.name}")
    return Child(program, process, relay)


async def _relay(source: int, program: Program, on_line: Callable[[str], None]) -> None:
    output = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), os.fdopen(source, "rb", buffering=0)
    )
    with contextlib.closing(transport):
        await _show_all(output, program, on_line)


async def _show_all(output: asyncio.StreamReader, program: Program, on_line: Callable[[str], None]) -> None:
    rest = b""
    while chunk := await output.read(_LINE_MAX_BYTES):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LINE_MAX_BYTES:
            lines, rest = [*lines, rest], b""
        for line in lines:
            _show(line, program, on_line)
    if rest:
        _show(rest, program, on_line)


def _show(line: bytes, program: Program, on_line: Callable[[str], None]) -> None:
    text = line.decode(errors="replace").rstrip()
    if not (program.is_noise and program.is_noise(text)):
        on_line(text)


def describe(code: int) -> str:
    """How a program ended, in words. `code` is the exit code, or minus the number of the signal."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
