"""The maps that a running application serves: drawn once, kept on the disk, drawn anew when the packs change."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from api.maps.disk_cache import DiskCache
from crisis.places import packs

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.maps.drawing.atlas import Atlas
    from crisis.places.packs import Pack
    from kiezbox.settings import Settings

logger = logging.getLogger(__name__)

CACHE_FOLDER = "map-cache"
_GZIP_LEVEL = 6
_WAITING_MAX = 64  # drawings that wait; a page of a wall screen asks for about 20 tiles
_DRAWING_CODE = ("drawing", "tiles")


class BusyError(Exception):
    """So many drawings wait that another one would come too late."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, compressed with gzip, and whether it may be kept: what says that something is damaged may not."""

    content: bytes | None
    is_lasting: bool = True


class Maps:
    """The maps of a node. They follow `kiezbox map`: whoever asks next gets the new ones.

    One picture is drawn at a time, in a thread: calls for help are answered meanwhile. What takes long, reading borders
    and streets, happens there as well.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.map_folder
        self.places_folder = packs.places_of(self._folder)
        self._cache = DiskCache(settings.crisis.folder / CACHE_FOLDER, settings.map.cache_mib * 1024 * 1024)
        self._stamp: object = ()
        self._packs: tuple[Pack, ...] = ()
        self._version = ""
        self._atlas: tuple[str, Atlas] | None = None  # and its version; used in the drawing thread only
        self._drawing: dict[str, asyncio.Task[Drawn]] = {}
        self._turn = asyncio.Lock()

    @property
    def version(self) -> str:
        """Another word whenever pictures would look different: `v` of their addresses."""
        self._refresh()
        return self._version

    @property
    def packs(self) -> tuple[Pack, ...]:
        """What was added."""
        self._refresh()
        return self._packs

    @property
    def has_tiles(self) -> bool:
        """Whether there is a map, or only the schematic of the city."""
        return any(pack.kind is packs.Kind.TILES for pack in self.packs)

    async def picture(self, key: str, draw: Callable[[Atlas], str | None]) -> bytes | None:
        """The picture of this key, compressed with gzip: kept, or drawn by `draw` in a thread; None when that has none.

        Raises BusyError; what `draw` raises, but for a tile that cannot be read: then the picture says so.
        """
        version = self.version
        name = f"{version}-{key}"
        kept = self._cache.get(name)
        if kept is not None:
            return kept
        task = self._drawing.get(name)
        if task is None:
            if len(self._drawing) >= _WAITING_MAX:
                raise BusyError
            task = asyncio.create_task(self._draw(version, self._packs, name, draw), name=f"map {key}")
            self._drawing[name] = task
            task.add_done_callback(lambda _: self._drawing.pop(name, None))
        drawn = await asyncio.shield(task)  # others may wait for the same one
        return drawn.content

    async def _draw(
        self, version: str, found: tuple[Pack, ...], name: str, draw: Callable[[Atlas], str | None]
    ) -> Drawn:
        async with self._turn:
            drawn = await asyncio.to_thread(lambda: _compressed(lambda: draw(self._atlas_of(version, found))))
        if drawn.is_lasting and drawn.content is not None and version == self.version:
            self._cache.put(name, drawn.content)
        return drawn

    def _atlas_of(self, version: str, found: tuple[Pack, ...]) -> Atlas:
        from api.maps.drawing.atlas import Atlas  # noqa: PLC0415 -- protobuf and pmtiles: not at a box's start

        if self._atlas is None or self._atlas[0] != version:
            self._atlas = version, Atlas(self._folder, found, self.places_folder.current())
        return self._atlas[1]

    def _refresh(self) -> None:
        stamp = packs.stamp_of(self._folder)
        if stamp == self._stamp:
            return
        try:
            self._packs = packs.read(self._folder)
        except (packs.UnreadableIndexError, OSError):
            logger.exception("the maps of this node cannot be read", extra={"folder": str(self._folder)})
            self._packs = ()
        self._version = version_of(self._packs)
        self._cache.keep_only(self._version)
        self._stamp = stamp


def version_of(found: tuple[Pack, ...]) -> str:
    """The word that stands for these packs, drawn by this version of the program."""
    digest = hashlib.sha256(_code().encode())
    for pack in found:
        digest.update(repr((pack.kind, pack.level, pack.digest, pack.attribution)).encode())
    return digest.hexdigest()[:12]


@cache
def _code() -> str:
    """What this program draws with: its version, and a hash of the code that draws."""
    digest = hashlib.sha256(metadata.version("kiezbox").encode())
    for folder in _DRAWING_CODE:
        for path in sorted(resources.files(__package__).joinpath(folder).iterdir(), key=lambda each: each.name):
            if Path(path.name).suffix in {".py", ".css"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _compressed(draw: Callable[[], str | None]) -> Drawn:
    from api.maps.drawing import picture  # noqa: PLC0415 -- loaded when something is drawn
    from api.maps.projection import TILE_PX, View  # noqa: PLC0415 -- the same
    from api.maps.tiles.decoding import BadTileError  # noqa: PLC0415 -- the same

    try:
        text, is_lasting = draw(), True
    except BadTileError as error:
        logger.error("a map tile cannot be drawn", extra={"error": str(error)})  # noqa: TRY400 -- damaged data, no bug
        text, is_lasting = picture.error(View(0, 0, 0, TILE_PX, TILE_PX), "Kachel beschädigt"), False
    if text is None:
        return Drawn(None)
    return Drawn(gzip.compress(text.encode(), _GZIP_LEVEL, mtime=0), is_lasting)
