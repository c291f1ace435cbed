"""Drawn pictures on the disk, compressed with gzip: the ones that nobody asked for longest go first."""

from __future__ import annotations

import gzip
import logging
import os
import zlib
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

_ENDING = ".svg.gz"
_NEW = ".new"


class DiskCache:
    """Pictures by key, in one folder, of one process. Where the disk refuses, pictures are drawn each time."""

    def __init__(self, folder: Path, bytes_max: int) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._sizes: OrderedDict[str, int] | None = None  # by name, the longest unused first
        self._bytes = 0
        self._is_refused = False

    def get(self, key: str) -> bytes | None:
        """The compressed picture, or None. A damaged file is removed."""
        sizes = self._known()
        name = key + _ENDING
        if name not in sizes:
            return None
        path = self._folder / name
        try:
            found = path.read_bytes()
            is_whole = bool(gzip.decompress(found))  # a power failure may have left half of it, or nothing
        except (OSError, EOFError, zlib.error):
            is_whole = False
        if not is_whole:
            self._forget(name)
            return None
        sizes.move_to_end(name)
        with suppress(OSError):  # a read-only disk: then the order lasts only as long as the process
            os.utime(path)
        return found

    def put(self, key: str, content: bytes) -> None:
        """Keep a compressed picture, and remove others when there are too many."""
        sizes = self._known()
        name = key + _ENDING
        new = self._folder / (name + _NEW)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            new.write_bytes(content)
            new.replace(self._folder / name)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            if not self._is_refused:
                logger.warning(
                    "drawn maps cannot be kept, they are drawn each time",
                    extra={"folder": str(self._folder), "error": str(error)},
                )
            self._is_refused = True
            return
        self._is_refused = False
        self._bytes += len(content) - sizes.pop(name, 0)
        sizes[name] = len(content)
        while self._bytes > self._bytes_max and sizes:
            self._forget(next(iter(sizes)))

    def keep_only(self, prefix: str) -> None:
        """Remove the pictures whose keys begin otherwise: those of maps that have changed."""
        for name in [name for name in self._known() if not name.startswith(prefix)]:
            self._forget(name)

    @property
    def bytes(self) -> int:
        """How much is kept."""
        self._known()
        return self._bytes

    def _known(self) -> OrderedDict[str, int]:
        if self._sizes is None:
            found = []
            with suppress(OSError):  # no folder: nothing is kept yet
                for path in self._folder.iterdir():
                    if path.name.endswith(_NEW):
                        path.unlink()
                    elif path.name.endswith(_ENDING):
                        status = path.stat()
                        found.append((status.st_mtime, path.name, status.st_size))
            self._sizes = OrderedDict((name, size) for _, name, size in sorted(found))
            self._bytes = sum(self._sizes.values())
        return self._sizes

    def _forget(self, name: str) -> None:
        assert self._sizes is not None
        self._bytes -= self._sizes.pop(name, 0)
        with suppress(OSError):  # it counts no longer; the next start finds it again
            (self._folder / name).unlink()
