"""The city as its public pages know it: read once for all readers of some seconds, kept while the database is away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.assembly import AppKey
from api.site.city import snapshot
from api.site.city.hour_means import HourMeans
from kiezbox import sql
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.database import Database
    from api.maps.served import Maps
    from api.site.city.quantities import Shown
    from api.site.city.snapshot import Snapshot
    from api.site.publication.version import PublicVersion
    from crisis.places.areas import Whereabouts
    from crisis.places.gazetteer import Gazetteer

KEPT = timedelta(seconds=2)  # live.js fetches a page anew after a little longer
REMEMBERED = timedelta(days=1)  # while the database is away


@dataclass(frozen=True, slots=True)
class CityNow:
    """A snapshot, and where each of its boxes with a public place stands. `version`: of what was public."""

    snapshot: Snapshot
    where: Mapping[str, Whereabouts]
    version: int | None = None


class City:
    """The newest snapshot of each quantity."""

    def __init__(self, maps: Maps, public_version: PublicVersion) -> None:
        self._maps = maps
        self._public_version = public_version
        self._found: dict[str, CityNow] = {}
        self._reading: dict[tuple[str, int | None], asyncio.Task[CityNow]] = {}
        self._hours = HourMeans()
        self._places: Gazetteer | None = None
        self._where: dict[tuple[float, float], Whereabouts] = {}

    async def now(self, database: Database, shown: Shown) -> CityNow:
        """What boxes measure now; of before, while the database is away. Raises Unavailable where there is nothing.

        A box that was hidden before this call is not in it.
        """
        version = await self._public_version.now(database)
        known = self._found.get(shown.key)
        if known is not None and known.version != version:
            known = None
        age = None if known is None else datetime.now(UTC) - known.snapshot.made_at
        if known is not None and age is not None and timedelta() <= age < KEPT:
            return known
        key = shown.key, version
        task = self._reading.get(key)
        if task is None:
            task = asyncio.create_task(self._read(database, shown, version), name=f"city {shown.key}")
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        try:
            return await asyncio.shield(task)
        except Unavailable:
            if known is None or age is None or age > REMEMBERED:
                raise
            return known

    async def _read(self, database: Database, shown: Shown, version: int | None) -> CityNow:
        boxes = await database.fetch(sql.load("api.site.city", "boxes"))
        public = [row["id"] for row in boxes]
        newest, hours = await asyncio.gather(
            database.fetch(sql.load("api.site.city", "newest"), public, list(shown.names)),
            self._hours.of(database, shown, public),
        )
        found = snapshot.of(shown, boxes, newest, hours, datetime.now(UTC))
        made = CityNow(found, await asyncio.to_thread(self._whereabouts, found), version)
        self._found[shown.key] = made
        return made

    def places(self) -> Gazetteer:
        """The areas and streets that are known now. Reads files after they have changed."""
        return self._maps.places_folder.current()

    def _whereabouts(self, found: Snapshot) -> dict[str, Whereabouts]:
        places = self.places()
        if places is not self._places:
            self._places, self._where = places, {}
        where = {}
        for box in found.boxes:
            if box.latitude is None or box.longitude is None:
                continue
            place = box.latitude, box.longitude
            if place not in self._where:
                self._where[place] = places.where(*place)
            where[box.id] = self._where[place]
        return where


CITY = AppKey[City]("city")
