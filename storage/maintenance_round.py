"""One round of maintenance: what is too old is folded into rollups and removed, part by part, over one connection."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kiezbox import db, metrics, sql
from kiezbox.errors import Refused, Unavailable
from kiezbox.metrics import MaintenancePart
from storage import conversion, health, policies
from storage.conversion import Conversion
from storage.migrate import Tier
from storage.rollups import RollupMaker

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Mapping

    from kiezbox.db import Connection
    from kiezbox.settings import MaintenanceSettings

log = logging.getLogger(__name__)

UNMAPPED_DAYS = 7  # what nobody has said the meaning of is kept so long, of registered boxes
_INPUT_KEYS_KEPT = timedelta(days=1)
_INPUT_NAMES_KEPT = timedelta(days=30)  # a radio hears each car that passes: their names would fill the table for ever
_ATTEMPTS = 5  # to find a moment in which no reading arrives for a day that is long gone
_LOCK_TIMEOUT = "2s"


class _ChangedError(Exception):
    """A chunk no longer has the readings from which its rollups were made."""


def day_of(moment: datetime) -> datetime:
    """The midnight (UTC) at or before a moment: chunks and daily rollups begin there."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


class MaintenanceRound:
    """One round over one connection, which holds the lock of maintenance.py."""

    def __init__(self, connection: Connection, limits: MaintenanceSettings, tier: Tier, stop: asyncio.Event) -> None:
        self._connection = connection
        self._limits = limits
        self._tier = tier
        self._stop = stop
        self._rollups = RollupMaker(connection, stop)
        self.failures: dict[MaintenancePart, str] = {}

    async def run(self, now: datetime) -> dict[str, int]:
        """Everything that is due as of `now`; rows removed by relation. What failed is in `failures` afterwards."""
        limits, removed = self._limits, Counter[str]()
        async with self._part(MaintenancePart.HOURS):
            await self._rollups.run(now)
        async with self._part(MaintenancePart.READINGS):
            removed["reading"] = await self._remove_readings(now)
        if self._tier is Tier.COMMUNITY:
            async with self._part(MaintenancePart.POLICIES):
                await self._keep_policies(now)
        async with self._part(MaintenancePart.ROLLUPS):
            removed["folded_5m"] = await self._trim_five_minutes(day_of(now - timedelta(days=limits.five_minute_days)))
        async with self._part(MaintenancePart.REJECTS):
            removed["reject"] = await self._repeat(
                "trim_rejects",
                now - timedelta(days=limits.reject_days),
                limits.reject_rows,
                now - timedelta(days=min(limits.reject_days, UNMAPPED_DAYS)),
            )
            await self._repeat("trim_input_keys", now - _INPUT_KEYS_KEPT)
            await self._repeat("trim_input_names", now - _INPUT_NAMES_KEPT)
        async with self._part(MaintenancePart.LEDGER):
            removed["message_ledger"] = await self._repeat("trim_ledger", now - timedelta(days=limits.ledger_days))
        async with self._part(MaintenancePart.CONVERSION):
            # As long as the pause between rounds at the most: it works half of the time, and the others get their turn.
            await Conversion(self._connection, self._tier, now, self._stop).run(limits.interval_seconds)
        async with self._part(MaintenancePart.JOBS):
            await self._watch_jobs()
        return {relation: rows for relation, rows in removed.items() if rows}

    @contextlib.asynccontextmanager
    async def _part(self, part: MaintenancePart) -> AsyncIterator[None]:
        """Do a part. If the server refuses it, that is noted and the others go on; a lost connection ends the round."""
        failure: str | None = None
        try:
            with db.errors():
                yield
        except (Unavailable, Refused, policies.PoliciesError, db.ServerError) as error:
            if self._connection.is_closed():
                raise
            failure = str(error) if isinstance(error, policies.PoliciesError) else health.failure_of(error)
            self.failures[part] = failure
            log.warning(
                "a part of maintenance failed, it is tried again in the next round",
                extra={"part": part, "error": failure},
            )
        metrics.MAINTENANCE_FAILING.labels(part).set(failure is not None)
        await self._connection.execute(_sql("note_part"), part, failure)

    async def _watch_jobs(self) -> None:
        """How the database's own background jobs stand."""
        for job in await health.read(self._connection):
            if job.kind is not health.Kind.JOB:
                continue
            succeeded = job.succeeded_at.timestamp() if job.succeeded_at is not None else 0
            metrics.JOB_LAST_SUCCESS.labels(job.part).set(succeeded)
            metrics.JOB_FAILURES.labels(job.part).set(job.failures)
            metrics.JOB_FAILING.labels(job.part).set(job.is_failing)
            if job.is_failing:
                log.warning("a background job of the database fails", extra={"job": job.part, "error": job.failure})

    async def _keep_policies(self, now: datetime) -> None:
        removed_before = await self._since("reading")
        is_converting = await conversion.read(self._connection) is not None
        if not is_converting:
            # A refresh that begins in the middle of a day leaves that day as it is, so it must be in the rollup before.
            # So must every older day whose readings could not be removed: a rollup shows nothing of what is older than
            # its newest refreshed bucket and was not refreshed.
            day = day_of(now - policies.window(self._limits, now, removed_before))
            oldest = await self._connection.fetchrow(_sql("oldest_chunk"), day)
            since = day if oldest is None else max(oldest["range_start"], removed_before or oldest["range_start"])
            await policies.refresh(self._connection, since, day + timedelta(days=1))
        wanted = policies.wanted(self._limits, now, removed_before, is_converting=is_converting)
        await policies.keep(self._connection, wanted)

    async def _remove_readings(self, now: datetime) -> int:
        """Readings that are too old leave `stored_reading`; their rollups stay, and hours are made of them before.

        What is not converted yet stays until it is, which begins with the oldest.
        """
        hours_until = await self._connection.fetchval(
            "SELECT hours_until FROM rollup_progress WHERE isfinite(hours_until)"
        )
        if hours_until is None:
            return 0
        five_minutes_since = await self._since("reading_5m")
        rows = 0 if five_minutes_since is None else await self._fold_hours(five_minutes_since)
        before = day_of(min(now - policies.kept(self._limits), hours_until))
        removed_before = await self._since("reading")
        if self._tier is Tier.COMMUNITY and removed_before is not None:
            # No refresh looks back there: a late reading comes into the five minutes by being folded.
            before = max(before, removed_before)
        converted = await conversion.converted_before(self._connection, before)
        if converted is None:
            return rows
        before = day_of(converted)
        if self._tier is Tier.PLAIN:
            await self._note("reading", before)
            return rows + await self._repeat("fold", five_minutes_since, before, gone="fold_rows")
        while not self._stop.is_set():
            chunk = await self._connection.fetchrow(_sql("oldest_chunk"), before)
            if chunk is None:
                break
            removed = await self._remove_chunk(dict(chunk))
            if removed is None:
                break
            rows += removed
        return rows

    async def _trim_five_minutes(self, before: datetime) -> int:
        """Five minutes from before that midnight go, as far as their hours are stored; how many they were."""
        await self._rollups.remake_late()  # of what is folded, as long as it is there
        hours_until = await self._connection.fetchval(
            "SELECT hours_until FROM rollup_progress WHERE isfinite(hours_until)"
        )
        if hours_until is None:
            return 0
        before = min(before, day_of(hours_until))
        await self._note("reading_5m", before)
        removed = await self._repeat("trim_folded", before)
        await self._connection.execute("SELECT drop_archive()")
        return removed

    async def _fold_hours(self, before: datetime) -> int:
        """Late readings from before, of which no five minutes are kept, go into their hours; how many they were."""
        total, limit = 0, self._limits.batch_rows
        while not self._stop.is_set():
            rows = await self._rollups.fold_hours(before, limit)
            total += rows
            if rows < limit:
                break
        return total

    async def _remove_chunk(self, chunk: Mapping[str, Any]) -> int | None:
        """One chunk, with its rollups kept; its rows, or None when readings kept coming in."""
        for _attempt in range(_ATTEMPTS):
            started = time.monotonic()
            with contextlib.suppress(_ChangedError):
                rows = await self._drop_chunk(chunk["range_start"], chunk["range_end"])
                metrics.MAINTENANCE_SECONDS.observe(time.monotonic() - started)
                return rows
        log.warning("readings keep coming in, the day stays until the next round", extra={"day": chunk["range_start"]})
        return None

    async def _drop_chunk(self, start: datetime, end: datetime) -> int:
        """What is in the chunk goes into rollups, is counted again while nobody can write, and dropped."""
        removed_before, five_minutes_since = await self._since("reading"), await self._since("reading_5m")
        # Where readings are gone already, a refresh would make the rollup anew from the late ones alone.
        is_refreshed = self._tier is Tier.COMMUNITY and (removed_before is None or end > removed_before)
        is_in_hours = five_minutes_since is not None and end <= five_minutes_since  # all of it was folded into hours
        if is_refreshed:
            await policies.refresh(self._connection, start, end)
        async with self._connection.transaction():
            if is_refreshed:
                known = await self._connection.fetchval(_sql("count_refreshed"), start, end)
            elif is_in_hours:
                known = 0
            else:
                known = await self._connection.fetchval(_sql("fold", gone="fold_chunk"), start, end)
            # From here on writers wait, and readers of the chunk: it is short. First the table, not the chunk alone,
            # because writers lock in that order too.
            await self._connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            await self._connection.execute("LOCK TABLE ONLY stored_reading IN EXCLUSIVE MODE")
            rows: int = await self._connection.fetchval(_sql("count_readings"), start, end)
            if known != rows:
                raise _ChangedError
            if self._tier is Tier.COMMUNITY and not is_refreshed and not is_in_hours:
                await self._connection.execute(_sql("note_folded_hours"), start, end)
            await self._connection.execute(_sql("drop_chunk"), start, end)
            await self._note("reading", end)
            if is_refreshed:
                await self._connection.execute(_sql("count_removed"), "reading", rows)
        return rows

    async def _since(self, relation: str) -> datetime | None:
        """Since when a relation has everything; None when nothing was ever removed from it."""
        moment: datetime | None = await self._connection.fetchval(
            "SELECT since FROM retention WHERE relation = $1", relation
        )
        return moment

    async def _note(self, relation: str, since: datetime) -> None:
        await self._connection.execute(_sql("note_retention"), relation, since)

    async def _repeat(self, name: str, *args: Any, gone: str = "") -> int:
        """Run a statement that removes at most `batch_rows` rows until none is left. Returns how many it removed."""
        total, limit = 0, self._limits.batch_rows
        while not self._stop.is_set():
            started = time.monotonic()
            rows: int = await self._connection.fetchval(_sql(name, gone), *args, limit)
            total += rows
            if rows:
                metrics.MAINTENANCE_SECONDS.observe(time.monotonic() - started)
            if rows < limit:
                break
        return total


def _sql(name: str, gone: str = "") -> str:
    text = sql.load("storage", name)
    return text.replace("{gone}", sql.load("storage", gone)) if gone else text
