"""`kiezbox doctor`: a finding for each thing that a process needs, with what to do; also while everything is down."""

from __future__ import annotations

import asyncio
import difflib
import json
import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiezbox import db, process, settings, sql
from kiezbox.errors import OperatorError, Unavailable
from stack import (
    alarm_channels,
    command_line,
    configuration,
    data_folder,
    listeners,
    probe,
    public_boxes,
    radio_port,
    served_certificates,
    startup,
)
from stack.commands import doctor_compose
from stack.findings import Finding, Level
from storage import backups, broker_access, conversion, health, migrate, roles, server_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.settings import ApiSettings, DatabaseSettings, GrafanaSettings, MqttSettings
    from kiezbox.settings.http import PublicBoxes
    from storage.backups import BackupState
    from storage.health import PartHealth

_RELEASED = datetime(2025, 11, 1, tzinfo=UTC)  # a clock that shows an earlier time is wrong
_SKEW_MAX = timedelta(seconds=5)
_NAMED = 20  # more boxes are counted, not named
_ACCESS = "access"  # the part of findings about senders without a credential
_UPKEEP_SILENCE = timedelta(days=1)
_ADVICE = {
    health.Kind.MAINTENANCE: "kiezbox maintain tries it again in every round; docs/runbook.md, upkeep",
    health.Kind.JOB: "TimescaleDB tries it again by itself; docs/runbook.md, upkeep",
}

app = command_line.app("doctor")


@app.command(
    epilog=command_line.examples("kiezbox doctor", "kiezbox doctor --data ~/kiezbox --json", "kiezbox doctor --compose")
)
def doctor(
    *,
    data: command_line.UpDataOption = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines: a list of findings.")] = False,
    compose: Annotated[
        bool, typer.Option("--compose", help="Check the secrets for docker-compose.yml in this folder instead.")
    ] = False,
) -> None:
    """Check settings, broker, database, schema, API, certificates, disk and clock, and say what to do.

    When kiezbox up runs on --data, its addresses are checked; variables that you set yourself win.

    The exit code is 1 when something fails.
    """
    logging.basicConfig(level=logging.ERROR)
    findings = doctor_compose.examine(Path.cwd()) if compose else asyncio.run(examine(data))
    if as_json:
        typer.echo(json.dumps([finding.as_json() for finding in findings], indent=2))
    else:
        typer.echo("\n".join(str(finding) for finding in findings))
    if any(finding.level is Level.FAIL for finding in findings):
        raise typer.Exit(command_line.FAILURE_EXIT)


async def examine(data: Path) -> list[Finding]:
    """All findings. When `kiezbox up` runs on `data`, its addresses are taken unless the environment has others."""
    found = [_running(data)]
    found += unknown_names(os.environ)
    try:
        read = settings.read()
    except OperatorError as error:
        return [
            *found,
            Finding(Level.FAIL, "settings", error.message, error.hint),
            disk(data),
            clock(datetime.now(UTC)),
        ]
    if all(finding.part != "settings" for finding in found):
        found.append(Finding(Level.OK, "settings", "every KIEZBOX_* variable is known and makes sense"))
    answer = await broker(read.mqtt)
    found.append(answer)
    found += await database(read.database, read.api.public_boxes)
    found.append(await api(read.api))
    is_closed = all(finding.part != _ACCESS for finding in found)
    asks_broker = answer.level is Level.OK
    found += await served_certificates.examine(read, datetime.now(UTC), asks_broker=asks_broker)
    found += await listeners.examine(read, asks_broker=asks_broker, is_closed=is_closed)
    found += await radio_port.examine(read)
    found += await alarm_channels.examine(read)
    found += grafana(read.grafana, alarm_channels.told_twice(read))
    return [*found, disk(data), clock(datetime.now(UTC))]


def grafana(given: GrafanaSettings, told_twice: str = "") -> list[Finding]:
    """Whom Grafana tells of alerts, where somebody publishes into one. Asks nobody: `publish` asks Grafana itself.

    `told_twice`: what alarm_channels says of people whom Kiezbox tells itself.
    """
    if given.token is None and given.username is None and not given.alert_emails and not given.alert_webhook:
        return []
    if given.alert_rules == "never":
        return [
            Finding(Level.OK, "grafana", "it alerts nobody (KIEZBOX_GRAFANA_ALERT_RULES): Kiezbox tells people itself")
        ]
    if told_twice:
        return [Finding(Level.WARN, "grafana", told_twice, alarm_channels.ONCE_HINT)]
    told = [f"by mail: {', '.join(given.alert_emails)}"] if given.alert_emails else []
    told += ["by webhook"] if given.alert_webhook else []
    if told:
        when = " while Kiezbox tells nobody itself" if given.alert_rules == "instead" else ""
        return [Finding(Level.OK, "grafana", f"it tells of alerts {'; '.join(told)}{when}")]
    text = "nobody is set who is told of alerts: Grafana's own notification policy decides, and a new one names nobody"
    return [Finding(Level.WARN, "grafana", text, "KIEZBOX_GRAFANA_ALERT_EMAILS or _ALERT_WEBHOOK, then publish again")]


def _running(data: Path) -> Finding:
    """Use the addresses of a running `up`, in this process only, and say so."""
    if not startup.take_addresses(data):
        return Finding(Level.OK, "up", f"no kiezbox up runs on {data}; checking what the settings name")
    return Finding(
        Level.OK, "up", f"kiezbox up runs on {data} (process {data_folder.running(data)}); checking its parts"
    )


def unknown_names(environment: os._Environ[str] | dict[str, str]) -> list[Finding]:
    """A warning for each KIEZBOX_* variable that nothing reads."""
    known = settings.names()
    found = []
    for name in sorted(environment):
        if not name.startswith(settings.PREFIX) or name in known or name in settings.OTHERS:
            continue
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        advice = f"did you mean {near[0]}?" if near else "docs/configuration.md lists every setting"
        found.append(Finding(Level.WARN, "settings", f"{name} is set, and nothing reads it", advice))
    return found


async def broker(mqtt: MqttSettings) -> Finding:
    """Whether the broker accepts our connection."""
    where = f"{mqtt.host}:{mqtt.port}"
    try:
        await probe.mqtt(mqtt)
    except Unavailable as error:
        return Finding(
            Level.FAIL,
            "broker",
            error.hint,
            "start it (kiezbox up brings one), or set KIEZBOX_MQTT_HOST and KIEZBOX_MQTT_PORT",
        )
    return Finding(Level.OK, "broker", f"{where} accepts MQTT {mqtt.protocol}")


async def database(found: DatabaseSettings, shown: PublicBoxes | None = None) -> list[Finding]:
    """Whether the database answers; its tier, its schema and its clock, and what fails of its upkeep.

    `shown`: which boxes are public (KIEZBOX_API_PUBLIC_BOXES); None leaves that to the database.
    """
    where = configuration.masked(found.url)
    try:
        async with db.pool(found, "kiezbox-doctor") as pool:  # with a pooler another way than `connect`
            await pool.fetchrow("SELECT 1")
        async with db.connect(found, "kiezbox-doctor") as connection:
            theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
            skew = skewed(theirs, datetime.now(UTC))
            version = await connection.fetchval("SHOW server_version")
            answers = Finding(Level.OK, "database", f"{where} answers: PostgreSQL {version}")
            schema = await _schema(connection)
            state = []
            if schema.level is not Level.FAIL:
                state = [
                    await _roles(connection),
                    *await _without_credential(connection, theirs),
                    *await public_boxes.examine(connection, shown),
                    *await _waiting_for_clock(connection),
                    *converting(await conversion.read(connection), await migrate.detect_tier(connection)),
                    *await _upkeep_and_backups(connection, theirs),
                ]
            return [answers, *skew, *await _fault(connection), schema, *state]
    except Unavailable as error:
        return [
            Finding(
                Level.FAIL,
                "database",
                f"{where}: {error.hint}",
                "start it (kiezbox up brings one), or set KIEZBOX_DATABASE_URL",
            )
        ]


async def _schema(connection: db.Connection) -> Finding:
    try:
        tier = await migrate.verify(connection)
    except migrate.SchemaMismatchError as error:
        return Finding(Level.FAIL, "schema", error.message, error.hint)
    newest = migrate.migrations()[-1].name
    return Finding(Level.OK, "schema", f"up to date ({newest}) on the {tier} tier")


async def _roles(connection: db.Connection) -> Finding:
    """Whether each process has a database role of its own, with the rights that it needs."""
    found = await roles.standing(connection, await migrate.detect_tier(connection))
    if not found.is_split:
        text = f"every process works with the role {found.owner}, which may read and change everything"
        return Finding(Level.WARN, "roles", text, f"give each its own, which this prints: {roles.COMMAND}")
    if roles.HAND_OVER in found.differing:
        text = "maintenance cannot work with its own role yet: readings and rollups belong to another"
        return Finding(Level.WARN, "roles", text, f"as superuser: {roles.HAND_OVER}; or {roles.COMMAND} --apply")
    if found.differing:
        text = f"{len(found.differing)} rights of database roles are not what they should be"
        return Finding(Level.WARN, "roles", text, f"as {found.owner}: {migrate.COMMAND}")
    return Finding(Level.OK, "roles", "each process can have a database role with what it needs and nothing else")


async def _fault(connection: db.Connection) -> list[Finding]:
    """A warning when the server's TimescaleDB is a version with a known fault."""
    fault = server_versions.fault_of(await migrate.timescale_version(connection))
    return [] if fault is None else [Finding(Level.WARN, "database", str(fault), fault.hint)]


async def _without_credential(connection: db.Connection, now: datetime) -> list[Finding]:
    """A warning while the broker lets senders in that have no credential: with the boxes that would fall silent."""
    if await broker_access.is_closed(connection):
        return []
    boxes = broker_access.heard(await broker_access.let_in(connection), now)
    advice = "give each box one (kiezbox box credential new ID), then: kiezbox broker close"
    if not boxes:
        text = "the broker lets senders in without a credential; no box needs that"
        return [Finding(Level.WARN, _ACCESS, text, advice)]
    named = ", ".join(boxes[:_NAMED]) + (f" and {len(boxes) - _NAMED:,} more" if len(boxes) > _NAMED else "")
    text = f"the broker lets senders in without a credential; these boxes sent and have none: {named}"
    return [Finding(Level.WARN, _ACCESS, text, advice)]


async def _waiting_for_clock(connection: db.Connection) -> list[Finding]:
    """A failure while ingest holds messages back because the hub's clock is behind the boxes' clocks."""
    row = await connection.fetchrow(sql.load("stack.commands", "clock_waiting"))
    if row is None or not row["messages"]:
        return []
    text = (
        f"the hub's clock is behind: {row['messages']:,} messages of {row['boxes']:,} boxes wait;"
        f" by the boxes it is at least {_moment(row['newest'])}"
    )
    advice = "set the clock (timedatectl set-ntp true); then they are stored by themselves, none is lost"
    return [Finding(Level.FAIL, "clock", text, advice)]


def upkeep(found: Sequence[PartHealth], now: datetime, booted_at: datetime | None = None) -> list[Finding]:
    """What fails of maintenance and of the database's background jobs; nothing before the first round.

    `booted_at`: when this machine started, by the clock of now.
    """
    maintained = [part for part in found if part.kind is health.Kind.MAINTENANCE]
    if not maintained:
        return []
    findings = [_failing(part) for part in found if part.is_failing]
    tried = max(moment for part in maintained for moment in (part.succeeded_at, part.failed_at) if moment is not None)
    if now - tried > _UPKEEP_SILENCE:
        text = f"maintenance did not run since {_moment(tried)}"
        advice = "start it: kiezbox maintain"
        if booted_at is not None and tried < booted_at:
            text += f", before this machine started ({_moment(booted_at)}): it was off, or its clock was behind then"
            advice = f"where kiezbox maintain runs this is over within ten minutes; if not, {advice}"
        findings.append(Finding(Level.WARN, "upkeep", text, advice))
    if findings:
        return findings
    oldest = min((part.succeeded_at for part in found if part.succeeded_at is not None), default=None)
    jobs = len(found) - len(maintained)
    text = f"{len(maintained)} parts of maintenance and {jobs} background jobs are well"
    return [Finding(Level.OK, "upkeep", f"{text}; the one that waits longest was done {_moment(oldest)}")]


async def _upkeep_and_backups(connection: db.Connection, now: datetime) -> list[Finding]:
    found = upkeep(await health.read(connection), now, _booted_at(now))
    made = await backups.read(connection)
    return [*found, *backed_up(made)] if found or made else []  # nothing of either: it was set up just now


def backed_up(found: Sequence[BackupState]) -> list[Finding]:
    """Which backups fail or are overdue; a warning when none was ever noted."""
    if not found:
        text = "no backup was ever noted: nobody would know that one is missing"
        return [Finding(Level.WARN, "backup", text, "let cron make it by: kiezbox backup run (docs/operating.md)")]
    failing = [each for each in found if each.is_failing]
    if not failing:
        oldest = min((each.succeeded_at for each in found if each.succeeded_at is not None), default=None)
        names = ", ".join(each.name for each in found)
        return [Finding(Level.OK, "backup", f"{names}: made in time, the oldest {_moment(oldest)}")]
    return [
        Finding(
            Level.FAIL,
            "backup",
            f"{each.name} fails (last success {_moment(each.succeeded_at)}): {each.failure}",
            "make it now; docs/runbook.md, backup",
        )
        for each in failing
    ]


def converting(progress: conversion.Progress | None, tier: migrate.Tier) -> list[Finding]:
    """How far readings of an earlier version are converted; nothing when all are."""
    if progress is None:
        return []
    if progress.since is None:
        text = f"{progress.bytes_before / 1e9:.1f} GB of readings are in the form of an earlier version"
        advice = f"kiezbox maintain converts them; it needs {conversion.need_of(progress, tier)}"
        return [Finding(Level.OK, "conversion", f"{text}; {advice}")]
    text = f"{progress.readings:,} readings are converted, those from before {_moment(progress.since)}"
    return [Finding(Level.OK, "conversion", f"{text}; {progress.days_left() or 0:,} days are left: kiezbox maintain")]


def _booted_at(now: datetime) -> datetime:
    return now - timedelta(seconds=process.steady_seconds())


def _failing(part: PartHealth) -> Finding:
    name = "upkeep" if part.kind is health.Kind.MAINTENANCE else "job"
    since = f"last success {_moment(part.succeeded_at)}, {part.failures} times so far"
    return Finding(Level.FAIL, name, f"{part.part} fails ({since}): {part.failure}", _ADVICE[part.kind])


def _moment(at: datetime | None) -> str:
    return "never" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


async def api(found: ApiSettings) -> Finding:
    """Whether the API answers. Never a failure: not every machine runs an API."""
    try:
        await probe.livez(found.host, found.port)
    except Unavailable as error:
        return Finding(Level.WARN, "api", error.hint, "start it here with: kiezbox api")
    return Finding(Level.OK, "api", f"http://{found.host}:{found.port}/ answers")


def disk(data: Path) -> Finding:
    """Room for the data folder."""
    room = data_folder.space(data)
    if room.is_exhausted:
        return Finding(Level.FAIL, "disk", f"{room} for {data}", "free some now: PostgreSQL stops when nothing is left")
    if room.is_scarce:
        return Finding(Level.WARN, "disk", f"{room} for {data}", "free some, or move the data folder: --data DIR")
    return Finding(Level.OK, "disk", f"{room} for {data}")


def clock(now: datetime) -> Finding:
    """Whether this machine's clock can be right. With a clock that is behind, readings are rejected as future ones."""
    if now < _RELEASED:
        return Finding(
            Level.FAIL,
            "clock",
            f"it shows {now:%Y-%m-%d %H:%M} UTC",
            "set the clock; timedatectl set-ntp true keeps it right",
        )
    return Finding(Level.OK, "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def skewed(theirs: datetime, ours: datetime) -> list[Finding]:
    """A warning when the database server's clock differs from ours."""
    skew = theirs - ours
    if abs(skew) <= _SKEW_MAX:
        return []
    direction = "ahead of" if skew > timedelta() else "behind"
    text = f"the database server's clock is {abs(skew.total_seconds()):.0f} s {direction} this machine's"
    return [Finding(Level.WARN, "clock", text, "let both keep time by NTP: timedatectl set-ntp true")]
