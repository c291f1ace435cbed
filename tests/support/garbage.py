"""What tests leave open: connections, files, databases. Many hang in circles that only the garbage collector finds."""

from __future__ import annotations

import gc
import sys
import traceback


def set_aside() -> None:
    """Never look again at what is there before the first test, modules above all: it makes each collection slow."""
    gc.collect()
    gc.freeze()


def left_open() -> list[str]:
    """Collect all garbage. Returns what Python complains of meanwhile: warnings are errors in tests."""
    found: list[str] = []

    def note(complaint: sys.UnraisableHookArgs) -> None:
        what = traceback.format_exception_only(complaint.exc_type, complaint.exc_value)
        found.append("".join(what).strip())

    before, sys.unraisablehook = sys.unraisablehook, note
    try:
        gc.collect()
    finally:
        sys.unraisablehook = before
    return found
