"""The policies of TimescaleDB's Community edition, kept as the settings want them: refresh, compression, retention."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kiezbox import db, sql
from kiezbox.errors import Refused, Unavailable
from storage import health, migrate, server_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kiezbox.db import Connection
    from kiezbox.settings import MaintenanceSettings

log = logging.getLogger(__name__)

ROLLUP = "rolled_5m"  # the one that TimescaleDB makes; hours and days are made of it by maintenance (rollups.py)
_REFRESH = "policy_refresh_continuous_aggregate"
COMPRESS_AFTER = timedelta(days=7)  # later than any lateness that is expected
_DAY = timedelta(days=1)


class PoliciesError(Exception):
    """The server refused the policies that the text names; the others are as wanted."""


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


def wanted(
    limits: MaintenanceSettings, now: datetime, removed_before: datetime | None, *, is_converting: bool = False
) -> tuple[Policy, ...]:
    """The policies for these settings. Of readings from before `removed_before` only rollups are left.

    Nothing is refreshed while readings of an earlier version are converted (`is_converting`): days that come in order
    would be hidden behind the newest refreshed one until each has been refreshed as well.
    """
    span = window(limits, now, removed_before)
    of_rollup = (
        Policy(_REFRESH, ROLLUP, "start_offset", span, "add_refresh", _REFRESHED),
        _compression(ROLLUP, kept(limits) + _DAY),  # which the server takes after the refresh only
    )
    return (
        _compression("stored_reading", COMPRESS_AFTER),
        *(() if is_converting else of_rollup),
        _compression("rolled_1h", kept(limits) + _DAY),
        Policy("policy_retention", ROLLUP, "drop_after", timedelta(days=limits.five_minute_days), "add_retention"),
    )


_REFRESHED = (timedelta(minutes=10), timedelta(minutes=5), 288)  # how far behind, how often, buckets a transaction


def _compression(relation: str, after: timedelta) -> Policy:
    return Policy("policy_compression", relation, "compress_after", after, "add_compression")


async def refresh(connection: Connection, since: datetime, until: datetime) -> None:
    """Make the five minutes of these whole days from the readings that are there. Most often nothing is to be done.

    Day by day, the oldest first: a rollup shows what is older than its newest refreshed bucket as it was refreshed, so
    no day may be refreshed while an older one waits.
    """
    takes_options = await connection.fetchval(sql.load("storage", "takes_options"))
    statement = sql.load("storage", "refresh_at_once" if takes_options else "refresh")
    while since < until:
        end = min(since + _DAY, until)
        await connection.execute(statement, ROLLUP, since, end)
        since = end


async def keep(connection: Connection, policies: Sequence[Policy]) -> None:
    """Make the policies that are missing, and change those that differ. Safe to run twice.

    Raises PoliciesError when the server refuses some of them, after it was asked for all.
    """
    version = server_versions.parsed(await migrate.timescale_version(connection) or "")
    can_order = version >= server_versions.REFRESH_ORDER
    rows = await connection.fetch(sql.load("storage", "policies"))
    found = {(row["procedure"], row["relation"]): dict(row) for row in rows}
    refused = []
    for policy in policies:
        try:
            with db.errors():
                await _keep_one(connection, policy, found.get((policy.procedure, policy.relation)), can_order=can_order)
        except (Unavailable, Refused, db.ServerError) as error:
            if connection.is_closed():
                raise
            refused.append(f"{policy.setting} of {policy.relation}: {health.failure_of(error)}")
    if refused:
        raise PoliciesError("; ".join(refused))


async def _keep_one(
    connection: Connection, policy: Policy, found: Mapping[str, Any] | None, *, can_order: bool
) -> None:
    if found is None:
        statement, extra = policy.statement, policy.extra
        if policy.procedure == _REFRESH and not can_order:
            statement, extra = "add_refresh_at_once", extra[:-1]
        await connection.execute(sql.load("storage", statement), policy.relation, policy.span, *extra)
    elif changes := _changes(policy, found, can_order=can_order):
        await connection.execute(sql.load("storage", "alter_policy"), found["job_id"], json.dumps(changes))
    else:
        return
    log.info("policy", extra={"relation": policy.relation, "setting": policy.setting, "span": str(policy.span)})


def _changes(policy: Policy, found: Mapping[str, Any], *, can_order: bool) -> dict[str, Any]:
    """What must change in the settings of a policy that is there."""
    changes: dict[str, Any] = {}
    if found["span"] != policy.span:
        changes[policy.setting] = f"{policy.span // _DAY} days"
    if policy.procedure == _REFRESH and can_order and found["newest_first"]:
        changes["refresh_newest_first"] = False
    if policy.procedure == _REFRESH and not can_order and found["buckets"]:
        changes["buckets_per_batch"] = 0
    return changes
