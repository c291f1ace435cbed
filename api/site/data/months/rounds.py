"""Once a day: each month that is over becomes files, and a new version of them where late data came in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from api.database import Database
from api.site.data import licences
from api.site.data.months import archive, making
from api.site.data.months.archive import Index, Version
from api.site.data.months.making import Made, Month
from kiezbox import db, metrics, process, sql
from kiezbox.errors import OperatorError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from kiezbox.settings import OpendataSettings, Settings

log = logging.getLogger(__name__)

APPLICATION = "kiezbox-export"  # in pg_stat_activity
EVERY = timedelta(days=1)
GRACE = timedelta(days=1)  # boxes that were cut off for a while catch up: then a month seldom needs a second version
_NICE = 10  # ingest and the API go first
_LOOK_SECONDS = 60.0  # how often is looked whether a round is due: the clock may be set, a box hidden
_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS = 30.0, 3600.0
_MB = 1_000_000


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """A round a day until `stop`, the first when the last one is a day ago, and one when a box is hidden.

    Waits while the database is away.
    """
    limits = settings.opendata
    folder = _folder(limits)
    if limits.metrics_port:
        metrics.serve(limits.metrics_host, limits.metrics_port)
    os.nice(_NICE)
    log.info("started", extra={"folder": str(folder)})
    pauses = process.Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, lambda: 1.0)

    async def rounds(recovered: Callable[[], None]) -> None:
        while not stop.is_set():
            if _is_due(folder, datetime.now(UTC)) or await shows_hidden(settings):
                for line in await once(settings, datetime.now(UTC), stop):
                    log.info(line)
            recovered()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await stop.wait()

    failures = (Unavailable, OperatorError, OSError)
    await process.retry_forever(rounds, on=failures, say=_say, pauses=pauses, stop=stop)


async def once(settings: Settings, now: datetime, stop: asyncio.Event | None = None) -> list[str]:
    """One round: what was made, withheld or removed, a line for each.

    Raises Unavailable, OSError, and OperatorError when there is no room, no folder, or another process does it. What is
    made by then stays, and the next round goes on from there.
    """
    folder = _folder(settings.opendata)
    with archive.locked(folder), _noting_failure(folder, now):
        async with db.pool(settings.database, APPLICATION) as pool:
            database = Database(pool, settings.api.public_boxes)
            return await _Round(database, folder, settings.opendata, now, stop or asyncio.Event()).run()


class _Round:
    def __init__(
        self, database: Database, folder: Path, limits: OpendataSettings, now: datetime, stop: asyncio.Event
    ) -> None:
        self._database = database
        self._folder = folder
        self._limits = limits
        self._now = now
        self._stop = stop
        self._versions: tuple[Version, ...] = ()
        self._lines: list[str] = []

    async def run(self) -> list[str]:
        self._scan()
        archive.clear_removed(self._folder)
        boxes = await _public_boxes(self._database)
        self._withhold(frozenset(boxes))
        self._write_licences()
        self._remove_outdated()
        self._write_index()
        months = await self._months(boxes)
        for month in months:
            if self._stop.is_set():
                return self._lines
            await self._keep(month)
        for whole, rest in list(self._rests({month.name for month in months}, frozenset(boxes))):
            if self._stop.is_set():
                return self._lines
            await self._keep_rest(whole, rest)
        archive.clear_unfinished(self._folder)
        self._remove_outdated()
        self._write_index(checked_at=self._now)
        return self._lines

    def _scan(self) -> None:
        self._versions = archive.scan(self._folder)

    def _write_index(self, checked_at: datetime | None = None) -> None:
        self._scan()
        before = _before(self._folder) if checked_at is None else Index()
        archive.write(self._folder, Index(self._versions, checked_at or before.checked_at, before.failed_at))

    def _withhold(self, public: frozenset[str]) -> None:
        """Withhold what has readings of a box that is not public any more; show what is public again."""
        for version in self._versions:
            gone = sorted(set(version.boxes) - public)
            if bool(gone) != version.is_withheld:
                archive.change(self._folder, msgspec.structs.replace(version, is_withheld=bool(gone)))
                why = f"withheld, as these boxes are not public any more: {', '.join(gone)}" if gone else "shown again"
                self._lines.append(f"{version.month}, version {version.number}: {why}")

    def _write_licences(self) -> None:
        """The licence that holds now, beside each version: what is allowed later is allowed for what is there, too."""
        text = licences.text_of(self._limits).encode()
        for version in self._versions:
            path = archive.path_of(self._folder, version, archive.LICENCE)
            if not path.exists() or path.read_bytes() != text:
                archive.replace(path, text)

    def _remove_outdated(self) -> None:
        self._scan()
        limits = self._limits.months_max, self._limits.old_version_days
        gone = list(archive.outdated(self._versions, self._now, *limits))
        if gone:  # the index first: nobody is led to what is not there
            rest = tuple(version for version in self._versions if version not in gone)
            archive.write(self._folder, msgspec.structs.replace(_before(self._folder), versions=rest))
        for version in gone:
            archive.remove(self._folder, version)
            self._lines.append(f"{version.month}, version {version.number}: removed, it was kept long enough")

    async def _months(self, boxes: Sequence[str]) -> list[Month]:
        """The months that are over and of which all readings are there, the newest first."""
        (found,) = await self._database.fetch(sql.load("api.site.data", "oldest_reading"))
        if found["oldest"] is None:
            return []
        zone = ZoneInfo(found["zone"])
        until = (self._now - GRACE).astimezone(zone)
        names = list(_over(found["oldest"].astimezone(zone), until))[: self._limits.months_max or None]
        months = []
        for name in names:
            since, end = archive.bounds(name, zone)
            if found["complete_since"] is None or since >= found["complete_since"]:
                rows = await self._database.fetch(sql.load("api.site.data", "month_counts"), boxes, since, end)
                months.append(Month(name, since, end, {row["box"]: row["readings"] for row in rows}))
        return months

    async def _keep(self, month: Month) -> None:
        """Make the month, unless its newest version that may be seen is of the same readings."""
        newest = next((each for each in self._versions if each.month == month.name and not each.is_withheld), None)
        if not month.boxes or (newest is not None and newest.counted == month.counted):
            return
        made = await making.make(
            self._database,
            self._folder,
            month,
            self._now,
            free_bytes_min=self._limits.free_mb_min * _MB,
            stop=self._stop,
        )
        if made is None:
            return
        version = made.version
        public = frozenset(await _public_boxes(self._database))
        if not public.issuperset(month.boxes):  # one was hidden meanwhile: a first round may take hours
            counts = {box: count for box, count in month.counts.items() if box in public}
            await self._keep(Month(month.name, month.since, month.until, counts))
            return
        if newest is not None and newest.files == tuple(
            msgspec.structs.replace(file, name=known.name)
            for file, known in zip(version.files, newest.files, strict=False)
        ):
            archive.change(self._folder, msgspec.structs.replace(newest, counted=version.counted))  # of other days
            return
        self._publish(made)

    def _rests(self, made: Collection[str], public: frozenset[str]) -> Iterator[tuple[Version, tuple[str, ...]]]:
        """The months of which readings are gone, and whose files show fewer public boxes than they could.

        Each with its version of most readings, and the boxes of it that everybody may see now.
        """
        for month, found in groupby(self._versions, key=attrgetter("month")):
            versions = list(found)
            whole = max(versions, key=attrgetter("readings", "number"))
            rest = tuple(box for box in whole.boxes if box in public)
            shown = next((version.boxes for version in versions if not version.is_withheld), ())
            if month not in made and set(shown) < set(rest):
                yield whole, rest

    async def _keep_rest(self, whole: Version, boxes: tuple[str, ...]) -> None:
        """Make the month again, with these boxes of a version."""
        minimum = self._limits.free_mb_min * _MB
        try:
            made = await making.make_of(self._folder, whole, boxes, self._now, free_bytes_min=minimum)
        except making.DamagedError as error:  # the others can be made all the same
            self._lines.append(f"{error.message}; {error.hint}")
            return
        if frozenset(await _public_boxes(self._database)).issuperset(boxes):  # else the next round does, in a minute
            self._publish(made)

    def _publish(self, made: Made) -> None:
        version = made.version
        archive.replace(made.folder / archive.LICENCE, licences.text_of(self._limits).encode())
        archive.publish(self._folder, made.folder, version)
        archive.clear_unfinished(self._folder)
        self._write_index()
        self._lines.append(
            f"{version.month}, version {version.number}: {version.readings:,} readings of {len(version.boxes)} boxes,"
            f" {sum(file.size for file in version.files) / _MB:,.1f} MB"
        )


async def _public_boxes(database: Database) -> list[str]:
    return [row["id"] for row in await database.fetch(sql.load("api.site.data", "public_boxes"))]


async def shows_hidden(settings: Settings) -> bool:
    """Whether files are shown with readings of a box that is not public any more. Raises Unavailable."""
    shown = {box for version in _before(_folder(settings.opendata)).shown() for box in version.boxes}
    if not shown:
        return False
    async with db.pool(settings.database, APPLICATION) as pool:
        return not shown.issubset(await _public_boxes(Database(pool, settings.api.public_boxes)))


def _folder(limits: OpendataSettings) -> Path:
    if limits.folder is None:
        raise OperatorError("there is no folder for monthly files", "set KIEZBOX_OPENDATA_FOLDER, for the API as well")
    return limits.folder


@contextlib.contextmanager
def _noting_failure(folder: Path, now: datetime) -> Iterator[None]:
    """Write down that a round failed, so that the page says it, and raise the failure."""
    try:
        yield
    except (Unavailable, OperatorError, OSError):
        metrics.EXPORT_ROUNDS.labels("failed").inc()
        with contextlib.suppress(OSError):  # the disk may be the failure; it is raised either way
            index = _before(folder)
            archive.write(folder, msgspec.structs.replace(index, failed_at=index.failed_at or now))
        raise
    metrics.EXPORT_ROUNDS.labels("done").inc()
    metrics.EXPORT_LAST.set_to_current_time()


def _before(folder: Path) -> Index:
    """What the round before wrote; nothing where it is damaged: the versions themselves are looked at anyway."""
    try:
        return archive.read(folder)
    except ValueError as error:
        log.warning("the index of the monthly files is written anew", extra={"error": str(error)})
        return Index()


def _is_due(folder: Path, now: datetime) -> bool:
    """Whether the last round that succeeded is a day ago, or in the future: then the clock was wrong."""
    index = _before(folder)
    checked_at = index.checked_at
    return index.failed_at is not None or checked_at is None or not timedelta(0) <= now - checked_at < EVERY


def _over(oldest: datetime, until: datetime) -> Iterator[str]:
    """The months of a zone that are over, from that of the oldest reading on; the newest first."""
    month = until.replace(day=1)
    while (month := (month - timedelta(days=1)).replace(day=1)).date() >= oldest.replace(day=1).date():
        yield f"{month:%Y-%m}"


def _say(error: Exception) -> None:
    log.warning("no monthly files now: %s", process.describe(error))
