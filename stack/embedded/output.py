"""The output of several programs in one stream: each line is labelled with the name of its program."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RESET = "\x1b[0m"
_COLOURS = ("\x1b[36m", "\x1b[35m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[31m")


class LabelledOutput:
    """Writes lines to one stream, in colour only on a terminal, and never when NO_COLOR is set (no-color.org)."""

    def __init__(self, stream: TextIO, names: Sequence[str], environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._width = max(len(name) for name in names)
        coloured = stream.isatty() and "NO_COLOR" not in environment
        self._colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)} if coloured else {}

    def line(self, name: str, text: str) -> None:
        """Write one line of the program `name`."""
        label = f"{name:<{self._width}} |"
        colour = self._colours.get(name)
        self.write(f"{colour}{label}{_RESET} {text}" if colour else f"{label} {text}")

    def write(self, text: str) -> None:
        """Write text without a label. A reader that is gone (a closed terminal) is no error."""
        with contextlib.suppress(OSError):
            print(text, file=self._stream, flush=True)
