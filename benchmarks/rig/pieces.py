"""Runs a command of `kiezbox` and notes each piece of work that its event loop and its threads did without a pause.

A call that waits on the event loop waits for such a piece: `python -m benchmarks.rig.pieces FILE api` writes them to
FILE when the command ends. Times are those of time.perf_counter, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import asyncio.events
import atexit
import gc
import pickle
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_SECONDS = 0.0007


@dataclass(frozen=True, slots=True)
class Piece:
    """What ran from `began` for `seconds`, of which `cpu_seconds` on the processor; in the event loop or a thread."""

    began: float
    seconds: float
    cpu_seconds: float
    thread: str
    name: str

    @property
    def ended(self) -> float:
        """When it was over."""
        return self.began + self.seconds


_found: list[tuple[float, float, float, str, str]] = []


def _name_of(handle: asyncio.Handle) -> str:
    callback = handle._callback  # noqa: SLF001 -- asyncio has no other way to watch it
    owner = getattr(callback, "__self__", None)
    if isinstance(owner, asyncio.Task):
        inner: Any = owner.get_coro()
        names = []
        while inner is not None:
            code = getattr(inner, "cr_code", None) or getattr(inner, "gi_code", None)
            if code is not None:
                names.append(code.co_qualname)
            inner = getattr(inner, "cr_await", None) or getattr(inner, "gi_yieldfrom", None)
        inside = [each for each in names if each.split(".")[0] not in _LAYERS]
        return " > ".join([_address_of(owner) or names[0], *inside[-3:]])
    name = getattr(callback, "__qualname__", None) or repr(callback)
    args = handle._args or ()  # noqa: SLF001 -- see above
    return f"{name} {' '.join(type(each).__name__ for each in args[:2])}"


def _address_of(task: asyncio.Task[Any]) -> str:
    """The method and path of a request, if the task answers one."""
    frame = getattr(task.get_coro(), "cr_frame", None)
    scope = getattr(frame.f_locals.get("self"), "scope", None) if frame is not None else None
    return f"{scope['method']} {_IDS.sub('/...', scope['path'])}" if isinstance(scope, dict) else ""


_IDS = re.compile(r"/[0-9a-f-]{36}")
_LAYERS = {
    *("UrgentFirst", "ClientShare", "PublicAddress", "StaffTls", "PublicReads", "Head", "RequestMetrics", "BodyLimit"),
    *("GZipMiddleware", "PrefixedLinks", "ExceptionMiddleware", "wrap_app_handling_exceptions", "FastAPI", "Starlette"),
}


def watch() -> None:
    """Note from now on what the event loop and the threads of executors do."""
    run = asyncio.events.Handle._run  # noqa: SLF001 -- see above
    submit = ThreadPoolExecutor.submit

    def noted_run(self: asyncio.Handle) -> None:
        name = _name_of(self)
        cpu, began = time.thread_time(), time.perf_counter()
        run(self)
        _found.append((began, time.perf_counter() - began, time.thread_time() - cpu, "loop", name))

    def noted_submit(self: ThreadPoolExecutor, work: Callable[..., Any], /, *args: Any, **more: Any) -> Any:
        asked = time.perf_counter()

        def noted() -> Any:
            cpu, began = time.thread_time(), time.perf_counter()
            _found.append((asked, began - asked, 0.0, threading.current_thread().name, "waits to begin"))
            try:
                return work(*args, **more)
            finally:
                name = getattr(work, "__qualname__", None) or repr(work)
                thread = threading.current_thread().name
                _found.append((began, time.perf_counter() - began, time.thread_time() - cpu, thread, name))

        return submit(self, noted)

    asyncio.events.Handle._run = noted_run  # type: ignore[method-assign]  # noqa: SLF001 -- see above
    ThreadPoolExecutor.submit = noted_submit  # type: ignore[method-assign,assignment]
    collecting: list[float] = []

    def on_gc(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            collecting.append(time.perf_counter())
        elif collecting:
            began = collecting.pop()
            took = time.perf_counter() - began
            _found.append((began, took, took, "gc", f"generation {info['generation']}"))

    gc.callbacks.append(on_gc)


def read(file: Path) -> list[Piece]:
    """What a command wrote when it ended, in the order in which it began."""
    return sorted((Piece(*each) for each in pickle.loads(file.read_bytes())), key=lambda each: each.began)


def main() -> None:
    """Run the command."""
    file = Path(sys.argv[1])
    sys.argv[:] = ["kiezbox", *sys.argv[2:]]
    watch()
    from stack import cli  # noqa: PLC0415 -- what it loads is to be watched

    atexit.register(lambda: file.write_bytes(pickle.dumps(_found)))
    cli.main()


if __name__ == "__main__":
    main()
