"""Maintenance of the database: rounds in small transactions, by one process at a time (maintenance_round.py)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from kiezbox import db, metrics, process
from kiezbox.errors import OperatorError, Unavailable
from storage import migrate, roles, server_versions
from storage.maintenance_round import MaintenanceRound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kiezbox.db import Connection
    from kiezbox.metrics import MaintenancePart
    from kiezbox.settings import DatabaseSettings, MaintenanceSettings, Settings

log = logging.getLogger(__name__)

LOCK = 0x6B69657B  # one round at a time; the number after that of migrations
_RETRY_FIRST_SECONDS = 1.0
_RETRY_MAX_SECONDS = 60.0
_STATEMENTS_EVERY_SECONDS = 5.0
_LOOK_SECONDS = 5.0  # how often is looked whether the clock was set
_STEP_SECONDS = 60.0
_AFTER_STEP_SECONDS = 30.0
_SILENCE_MAX = timedelta(days=1)  # without any reading; after a longer one the clock may be wrong


class PartsError(OperatorError):
    """Some parts of a round failed, after all were tried. `removed` is what the others removed, by relation."""

    def __init__(self, failures: Mapping[MaintenancePart, str], removed: dict[str, int]) -> None:
        named = "; ".join(f"{part}: {failure}" for part, failure in failures.items())
        super().__init__(f"parts of maintenance failed: {named}", "the others are done; see also: kiezbox doctor")
        self.removed = removed


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Rounds until `stop`, the first at once. Waits while the database is away or another process maintains it."""
    limits = settings.maintenance
    if limits.metrics_port:
        metrics.serve(limits.metrics_host, limits.metrics_port)
    log.info("started", extra={"raw_days": limits.raw_days, "five_minute_days": limits.five_minute_days})
    pauses = process.Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, random.SystemRandom().random)

    async def rounds(recovered: Callable[[], None]) -> None:
        is_standing_by = False
        while not stop.is_set():
            try:
                removed = await once(settings.database, limits, datetime.now(UTC), stop)
            except PartsError as error:  # the log names them; they are tried again in the next round
                metrics.MAINTENANCE_ROUNDS.labels("failed").inc()
                removed = error.removed
            except (Unavailable, OperatorError):
                metrics.MAINTENANCE_ROUNDS.labels("failed").inc()
                raise
            recovered()
            if removed is None and not is_standing_by:
                log.warning(describe(removed))
            elif removed:
                log.info(describe(removed))
            is_standing_by = removed is None
            await _until_due(limits.interval_seconds, stop)

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch_statements(settings, stop), name="end long statements")
        await process.retry_forever(rounds, on=(Unavailable, OperatorError), say=_say, pauses=pauses, stop=stop)
        watching.cancel()


async def _watch_statements(settings: Settings, stop: asyncio.Event) -> None:
    """End what readers run for too long, also while another process does the rounds. Waits for the database."""
    seconds = settings.maintenance.statement_seconds
    while seconds and not stop.is_set():
        with contextlib.suppress(Unavailable, db.ServerError):  # the rounds say it, and doctor
            async with db.connect(settings.database, "kiezbox-maintenance") as connection:
                while not stop.is_set():
                    for role in await roles.end_long_statements(connection, seconds):
                        metrics.STATEMENTS_ENDED.labels(role).inc()
                        log.warning(
                            "a statement took too long, its connection was ended",
                            extra={"role": role, "after": seconds},
                        )
                    await _pause(_STATEMENTS_EVERY_SECONDS, stop)
        await _pause(_STATEMENTS_EVERY_SECONDS, stop)


def _say(error: Exception) -> None:
    log.warning("waiting for %s", process.describe(error))


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def _until_due(
    seconds: float,
    stop: asyncio.Event,
    wall_seconds: Callable[[], float] = time.time,
    steady_seconds: Callable[[], float] = process.steady_seconds,
) -> None:
    """Wait for the next round: it is soon due when the clock was set, as all that is known of the last one is wrong."""
    offset, until = wall_seconds() - steady_seconds(), steady_seconds() + seconds
    while not stop.is_set() and (left := until - steady_seconds()) > 0:
        await _pause(min(left, _LOOK_SECONDS), stop)
        if abs(wall_seconds() - steady_seconds() - offset) > _STEP_SECONDS:
            # Not at once: what was rejected while the clock was behind is old now, and ingest is retrying it.
            await _pause(min(left, _AFTER_STEP_SECONDS), stop)
            return


async def once(
    database: DatabaseSettings, limits: MaintenanceSettings, now: datetime, stop: asyncio.Event | None = None
) -> dict[str, int] | None:
    """One round as of `now`: rows removed by relation, or None when another process is at it. `stop` ends it early.

    Raises Unavailable when the database is away, OperatorError when the schema or the role does not fit, and PartsError
    after the round when parts of it failed.
    """
    try:
        async with db.connect(database, "kiezbox-maintenance") as connection:
            return await _round(connection, limits, now, stop or asyncio.Event())
    except db.Forbidden as error:
        raise OperatorError(
            f"this role may not maintain the database: {db.describe(error)}",
            "maintain with the role kiezbox_maintain, or with the one that owns the tables (KIEZBOX_DATABASE_URL);"
            " kiezbox migrate grants what each role needs",
        ) from None


async def _round(
    connection: Connection, limits: MaintenanceSettings, now: datetime, stop: asyncio.Event
) -> dict[str, int] | None:
    tier = await migrate.verify(connection)
    now = await _credible(connection, now)
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        metrics.MAINTENANCE_ROUNDS.labels("skipped").inc()
        return None
    await _warn_of_fault(connection)
    maintenance_round = MaintenanceRound(connection, limits, tier, stop)
    removed = await maintenance_round.run(now)
    for row in await connection.fetch("SELECT relation, reason, rows FROM removed"):
        metrics.REMOVED.labels(row["relation"], row["reason"]).set(row["rows"])
    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    metrics.MAINTENANCE_LAST.set_to_current_time()
    if maintenance_round.failures:
        raise PartsError(maintenance_round.failures, removed)
    metrics.MAINTENANCE_ROUNDS.labels("done").inc()
    return removed


async def _warn_of_fault(connection: Connection) -> None:
    fault = server_versions.fault_of(await migrate.timescale_version(connection))
    metrics.DATABASE_FAULT.set(fault is not None)
    if fault is not None:
        log.warning("%s; %s", fault, fault.hint)


async def _credible(connection: Connection, now: datetime) -> datetime:
    """`now`, unless nothing was measured for long before it: then a day after the newest reading.

    With a clock that jumped a year ahead everything looks too old, and what is removed does not come back.
    """
    newest: datetime | None = await connection.fetchval("SELECT max(measured_at) FROM latest")
    if newest is None or now <= newest + _SILENCE_MAX:
        return now
    log.warning(
        "nothing newer was measured for long, or this clock is ahead: what is kept is counted from then",
        extra={"newest": newest, "clock": now},
    )
    return newest + _SILENCE_MAX


def describe(removed: Mapping[str, int] | None) -> str:
    """What a round did, in words."""
    if removed is None:
        return "another process does the maintenance, standing by"
    rows = ", ".join(f"{count:,} of {relation}" for relation, count in removed.items())
    return f"removed what was too old: {rows or 'nothing'}"
