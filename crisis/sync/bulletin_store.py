"""Bulletins on disk: a box keeps the newest of each area, and a hub the version that it has given out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from crisis.model import areas, event_bodies
from crisis.sync import bulletin
from crisis.sync.bulletin import Bulletin, InvalidBulletinError
from crisis.trust import keys
from kiezbox import metrics

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.node import Node
    from kiezbox.mqtt import Delivery

log = logging.getLogger(__name__)

_FOLDER = "bulletins"
_VERSION = "version"
_BLOCK = 10_000  # versions that are reserved with one write


class Versions:
    """On a hub: the versions of bulletins. Each is greater than all before, also after a restart, by any clock."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._path = node.identity.folder / _VERSION
        self._last = self._reserved = self._read()

    def next(self) -> int:
        """The next version. Raises OSError when that cannot be remembered."""
        version = max(self._last + 1, event_bodies.milliseconds(self._node.wall()))
        if version >= self._reserved:
            reserved = version + _BLOCK
            keys.make_folder(self._path.parent, self._path.parent.parent)
            keys.replace_private(self._path, f"{reserved}\n", self._path.parent.parent)
            self._reserved = reserved
        self._last = version
        return version

    def _read(self) -> int:
        try:
            return int(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            log.warning("the version of the last bulletin cannot be read; the clock counts on", extra={"error": error})
            return 0


class KeptBulletins:
    """On a box: the newest bulletin of each of its areas, from our hub. What anybody else put there, or kept, loses."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._folder = node.identity.folder / _FOLDER
        self._kept: dict[str, Bulletin] = {}
        for area in self.areas:
            self._load(area)

    @property
    def areas(self) -> tuple[str, ...]:
        """Whose bulletins a box reads: the city's and its district's."""
        return tuple(area for area in areas.around(self._node.name) if area != self._node.name)

    @property
    def topics(self) -> tuple[str, ...]:
        """Where they are retained."""
        return tuple(map(bulletin.topic, self.areas))

    def current(self, area: str, now: datetime) -> Bulletin | None:
        """The bulletin of an area; None when there is none, or when it is over."""
        found = self._kept.get(area)
        return None if found is None or found.until_ms <= event_bodies.milliseconds(now) else found

    def hear(self, delivery: Delivery) -> bool:
        """Keep a bulletin if it is our hub's and newer than ours. False when it is refused, which is counted."""
        area = delivery.topic.split("/")[2]
        root = self._node.identity.root
        if root is None or area not in self.areas:
            return False
        try:
            found = bulletin.decode(delivery.payload, area, root)
        except InvalidBulletinError as error:
            metrics.CRISIS_REJECTED.labels("bulletin").inc()
            log.warning("a bulletin is refused", extra={"topic": delivery.topic, "error": error})
            return False
        known = self._kept.get(area)
        if known is not None and found.version <= known.version:
            return False  # retained by a broker that was restored, or played back
        self._kept[area] = found
        self._keep(area, delivery.payload)
        return True

    def _keep(self, area: str, payload: bytes) -> None:
        try:
            keys.make_folder(self._folder, self._folder.parent.parent)
            keys.replace_private(self._folder / f"{area}.json", payload.decode(), self._folder.parent.parent)
        except OSError as error:
            log.warning("a bulletin cannot be kept on the disk", extra={"area": area, "error": error})

    def _load(self, area: str) -> None:
        root = self._node.identity.root
        try:
            payload = (self._folder / f"{area}.json").read_bytes()
            if root is not None:
                self._kept[area] = bulletin.decode(payload, area, root)
        except FileNotFoundError:
            return
        except (OSError, InvalidBulletinError) as error:
            log.warning("a bulletin that was kept cannot be read", extra={"area": area, "error": error})
