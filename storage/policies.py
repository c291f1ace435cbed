"""What TimescaleDB's Community edition does by itself, kept as the settings want it: refresh, columns, retention."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kiezbox.db import Connection
    from kiezbox.settings import MaintenanceSettings

log = logging.getLogger(__name__)

ROLLUPS = ("rolled_5m", "rolled_1h", "rolled_1d")  # in the order in which they are made of each other
_COMPRESS_AFTER = timedelta(days=7)  # later than any lateness that is expected
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """One job: its span is the value of `setting`. `extra` goes behind it where the job is made."""

    procedure: str
    relation: str
    setting: str
    span: timedelta
    statement: str
    extra: tuple[Any, ...] = ()


def kept(limits: MaintenanceSettings) -> timedelta:
    """For how long readings stay: a day more than promised, so that the day of the oldest is whole."""
    return timedelta(days=limits.raw_days) + _DAY


def window(limits: MaintenanceSettings, now: datetime, removed_before: datetime | None) -> timedelta:
    """How far back a refresh looks: over all readings that are kept, but never to where they are gone already.

    A refresh makes a bucket anew from the readings that are there. They may be gone before their time when
    `raw_days` was raised.
    """
    longest = kept(limits)
    return longest if removed_before is None else min(longest, (now - removed_before) // _DAY * _DAY)


def wanted(limits: MaintenanceSettings, now: datetime, removed_before: datetime | None) -> tuple[Policy, ...]:
    """The policies for these settings. Of readings from before `removed_before` only rollups are left."""
    span = window(limits, now, removed_before)
    return (
        _compression("reading", _COMPRESS_AFTER),
        *(_refresh(*refresh, span) for refresh in _REFRESHES),
        *(_compression(rollup, kept(limits) + _DAY) for rollup in ROLLUPS),
        Policy("policy_retention", "rolled_5m", "drop_after", timedelta(days=limits.five_minute_days), "add_retention"),
    )


# rollup, how far it stays behind, how often, buckets a transaction: a day, a week, a month
_REFRESHES = (
    ("rolled_5m", timedelta(minutes=10), timedelta(minutes=5), 288),
    ("rolled_1h", timedelta(hours=1), timedelta(minutes=15), 168),
    ("rolled_1d", timedelta(days=1), timedelta(hours=1), 30),
)


def _refresh(rollup: str, behind: timedelta, every: timedelta, buckets: int, span: timedelta) -> Policy:
    procedure = "policy_refresh_continuous_aggregate"
    return Policy(procedure, rollup, "start_offset", span, "add_refresh", (behind, every, buckets))


def _compression(relation: str, after: timedelta) -> Policy:
    return Policy("policy_compression", relation, "compress_after", after, "add_compression")


async def refresh(connection: Connection, since: datetime, until: datetime) -> None:
    """Make the rollups of these whole days from the readings that are there. Most often nothing is left to be done."""
    for rollup in ROLLUPS:
        await connection.execute(sql.load("storage", "refresh"), rollup, since, until)


async def keep(connection: Connection, policies: Sequence[Policy]) -> None:
    """Make the policies that are missing, and change those that differ. Safe to run twice."""
    rows = await connection.fetch(sql.load("storage", "policies"))
    found = {(row["procedure"], row["relation"]): row for row in rows}
    for policy in policies:
        row = found.get((policy.procedure, policy.relation))
        if row is None:
            statement = sql.load("storage", policy.statement)
            await connection.execute(statement, policy.relation, policy.span, *policy.extra)
        elif row["span"] != policy.span:
            statement = sql.load("storage", "alter_policy")
            await connection.execute(statement, row["job_id"], policy.setting, policy.span)
        else:
            continue
        log.info("policy", extra={"relation": policy.relation, "setting": policy.setting, "span": str(policy.span)})
