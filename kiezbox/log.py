"""Logging: one set-up for every process; values travel in `extra`, and text or JSON is a setting."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from kiezbox.settings import LogSettings

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class TextFormatter(logging.Formatter):
    """`12:00:00 INFO ingest: message key=value`, for people.

    A value is on one line and has no control characters: topics and texts of strangers are among them.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line, with what came in `extra` behind the message."""
        extras = {key: value for key, value in vars(record).items() if key not in _PLAIN}
        line = super().format(record)
        if not extras:
            return line
        head, *rest = line.split("\n", 1)
        return "\n".join([head + "  " + " ".join(f"{key}={_plain(value)}" for key, value in extras.items()), *rest])


def _plain(value: object) -> str:
    text = str(value)
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def setup(settings: LogSettings) -> None:
    """Send every record of this process to standard error in the form the settings ask for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
        if settings.format == "json"
        else TextFormatter()
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    for noisy in ("asyncio", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
