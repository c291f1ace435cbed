"""What a person sees of several programs at once: each line behind its program's name."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RESET = "\x1b[0m"
_COLOURS = ("\x1b[36m", "\x1b[35m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[31m")


class Voice:
    """Writes lines to one stream. Colour only where a person looks at a terminal, and never with NO_COLOR."""

    def __init__(self, stream: TextIO, names: Sequence[str], environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream
        self._width = max(len(name) for name in names)
        coloured = stream.isatty() and "NO_COLOR" not in environment
        self._colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)} if coloured else {}

    def say(self, name: str, line: str) -> None:
        """Write one line of `name`'s."""
        label = f"{name:<{self._width}} |"
        colour = self._colours.get(name)
        self.write(f"{colour}{label}{_RESET} {line}" if colour else f"{label} {line}")

    def write(self, text: str) -> None:
        """Write text of our own, without a name. A reader that is gone (a closed terminal) stops nothing."""
        with contextlib.suppress(OSError):
            print(text, file=self._stream, flush=True)
