"""The command `firmware-sim`: options into settings, one run, an exit code."""

import asyncio
import dataclasses
import math
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from firmware_sim import box_ids, bundle, fleet, options, power, report
from firmware_sim.clock import Jump
from firmware_sim.errors import SimulatorError
from firmware_sim.report import Report
from firmware_sim.settings import BoxSettings, BrokerSettings, OutboxLimits, Pacing, RunSettings

_DATA = Path("data/firmware-sim")
_HOST = "127.0.0.1"
_MEGABYTE = 1_000_000
_DAY_SECONDS = 86_400
_EXIT_LEFT = 1  # an outbox did not empty in time, or the simulator cannot run as asked
_EXIT_INSISTED = 130
_SAME_REQUEST_SECONDS = 1.0
_RESEND_SPAN = 60  # the longest wait for an ack, as a multiple of the first: 10 minutes and 10 s

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


_power = typer.Typer(no_args_is_help=True, help="Take the mains power from boxes, and give it back.")
app.add_typer(_power, name="power")


@app.callback()
def _about() -> None:
    """The box of Kiezbox, in software.

    A box measures, writes every reading to an outbox on disk, sends it over MQTT, and lets go of it when the hub says
    that it is stored. Kill it, cut the network, stop the hub: what was in the outbox arrives later, as it was measured.
    """


@app.command()
def box(
    *,
    name: options.Id,
    host: options.Host = None,
    port: options.Port = None,
    username: options.Username = None,
    password: options.Password = None,
    tls: options.Tls = False,
    ca_file: options.CaFile = None,
    bundle_file: options.BundleFile = None,
    keepalive: options.Keepalive = 30,
    reconnect_max: options.ReconnectMax = 60.0,
    resend_after: options.ResendAfter = 10.0,
    replays_per_second: options.ReplaysPerSecond = 20.0,
    interval: options.Interval = 10.0,
    samples_per_message: options.SamplesPerMessage = 1,
    count: options.Count = None,
    seed: options.Seed = 0,
    clock_jump: options.ClockJumps = None,
    data: options.Data = _DATA,
    outbox_messages: options.OutboxMessages = 100_000,
    outbox_megabytes: options.OutboxMegabytes = 64.0,
    outbox_days: options.OutboxDays = 30.0,
    drain_seconds: options.DrainSeconds = 300.0,
    report_file: options.ReportFile = None,
    plain: options.Plain = False,
) -> None:
    """Run one box, until it is stopped or has taken --count measurements."""
    broker = _broker(bundle_file, (name,), host, port, username=username, password=password, tls=tls, ca_file=ca_file)
    _run(
        RunSettings(
            boxes=(name,),
            data=data,
            broker=dataclasses.replace(broker, keepalive_seconds=keepalive, reconnect_max_seconds=reconnect_max),
            outbox=_limits(outbox_messages, outbox_megabytes, outbox_days),
            pacing=_pacing(resend_after, replays_per_second),
            box=_measuring(interval, samples_per_message, count, seed, clock_jump),
            drain_seconds=drain_seconds,
            report=report_file,
            plain=plain,
        )
    )


@app.command(name="fleet")
def _fleet(
    *,
    number: options.Boxes = 5,
    host: options.Host = None,
    port: options.Port = None,
    username: options.Username = None,
    password: options.Password = None,
    tls: options.Tls = False,
    ca_file: options.CaFile = None,
    bundle_file: options.BundleFile = None,
    keepalive: options.Keepalive = 30,
    reconnect_max: options.ReconnectMax = 60.0,
    resend_after: options.ResendAfter = 10.0,
    replays_per_second: options.ReplaysPerSecond = 20.0,
    interval: options.Interval = 10.0,
    samples_per_message: options.SamplesPerMessage = 1,
    count: options.Count = None,
    seed: options.Seed = 0,
    clock_jump: options.ClockJumps = None,
    data: options.Data = _DATA,
    outbox_messages: options.OutboxMessages = 10_000,
    outbox_megabytes: options.OutboxMegabytes = 16.0,
    outbox_days: options.OutboxDays = 30.0,
    drain_seconds: options.DrainSeconds = 300.0,
    report_file: options.ReportFile = None,
    plain: options.Plain = False,
) -> None:
    """Run many boxes in one process, spread over Berlin. The same number gives the same boxes."""
    boxes = box_ids.first(number)
    broker = _broker(bundle_file, boxes, host, port, username=username, password=password, tls=tls, ca_file=ca_file)
    _run(
        RunSettings(
            boxes=boxes,
            data=data,
            broker=dataclasses.replace(broker, keepalive_seconds=keepalive, reconnect_max_seconds=reconnect_max),
            outbox=_limits(outbox_messages, outbox_megabytes, outbox_days),
            pacing=_pacing(resend_after, replays_per_second),
            box=_measuring(interval, samples_per_message, count, seed, clock_jump),
            drain_seconds=drain_seconds,
            report=report_file,
            plain=plain,
        )
    )


@app.command(name="ids")
def _ids(*, number: options.Boxes = 5) -> None:
    """Print the ids of a fleet's boxes, one a line: each signs in at the broker with its id and a password."""
    for box in box_ids.first(number):
        typer.echo(box)


@_power.command(name="off")
def _power_off(*, boxes: options.Switched, data: options.Data = _DATA) -> None:
    """Take the mains power from boxes, as in a blackout. A running simulator follows within a second."""
    _switch(data, boxes, on=False)


@_power.command(name="on")
def _power_on(*, boxes: options.Switched, data: options.Data = _DATA) -> None:
    """Give boxes their mains power back."""
    _switch(data, boxes, on=True)


@_power.command(name="show")
def _power_show(*, data: options.Data = _DATA) -> None:
    """Print the boxes without mains power, one a line."""
    for box in sorted(power.without(data)):
        typer.echo(box)


def _switch(data: Path, boxes: list[str], *, on: bool) -> None:
    try:
        left = power.switch(data, boxes, on=on)
    except SimulatorError as error:
        typer.echo(f"firmware-sim: {error}", err=True)
        raise typer.Exit(_EXIT_LEFT) from error
    typer.echo(f"without mains power: {', '.join(sorted(left)) or 'no box'}")


def main() -> None:
    """The console script."""
    app(prog_name="firmware-sim")


def _run(settings: RunSettings) -> None:
    """Run, write the report, and exit: with 0 when nothing is left in an outbox that should be empty."""
    try:
        final, is_empty = asyncio.run(_until_signal(settings))
        if settings.report is not None:
            report.write(final, settings.report)
    except* SimulatorError as errors:
        for line in dict.fromkeys(str(error) for error in _leaves(errors)):  # all boxes of a fleet may raise the same
            typer.echo(f"firmware-sim: {line}", err=True)
        sys.exit(_EXIT_LEFT)
    except* asyncio.CancelledError:
        typer.echo(f"firmware-sim: stopped at once; what the hub does not have is kept in {settings.data}", err=True)
        sys.exit(_EXIT_INSISTED)
    if not is_empty:
        left = final.ledger
        typer.echo(
            f"firmware-sim: {left.waiting_messages} messages ({left.waiting_readings} readings) are left:"
            f" the hub has not acknowledged them within {settings.drain_seconds:g} s. They are kept in {settings.data}",
            err=True,
        )
        raise typer.Exit(_EXIT_LEFT)


def _leaves(group: BaseExceptionGroup[SimulatorError]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


async def _until_signal(settings: RunSettings) -> tuple[Report, bool]:
    """Run; the first SIGTERM or SIGINT asks to stop, a later one insists (nothing is lost by that: all is on disk)."""
    stop = asyncio.Event()
    loop, running = asyncio.get_running_loop(), asyncio.current_task()
    assert running is not None
    insists_at = math.inf

    def on_signal() -> None:
        nonlocal insists_at
        if loop.time() > insists_at:
            running.cancel()
        if not stop.is_set():  # a terminal and a supervisor may both pass on the same request
            insists_at = loop.time() + _SAME_REQUEST_SECONDS
            stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return await fleet.run(settings, Console(file=sys.stdout), stop)


def _broker(
    bundle_file: Path | None,
    boxes: tuple[str, ...],
    host: str | None,
    port: int | None,
    *,
    username: str | None,
    password: str | None,
    tls: bool,
    ca_file: Path | None,
) -> BrokerSettings:
    """How the boxes reach the broker. Ends the process with a sentence when their bundle is of no use."""
    if bundle_file is not None:
        if username is not None or password is not None or tls or ca_file is not None:
            raise typer.BadParameter("brings user names, passwords and TLS itself", param_hint="--bundle")
        return _bundled(bundle_file, boxes, host, port)
    if ca_file is not None and not tls:
        raise typer.BadParameter("means nothing without --tls", param_hint="--ca-file")
    return BrokerSettings(
        host=host or _HOST,
        port=port or (8883 if tls else 1883),
        username=username,
        password=password,
        tls=tls,
        ca_file=ca_file,
    )


def _bundled(file: Path, boxes: tuple[str, ...], host: str | None, port: int | None) -> BrokerSettings:
    try:
        found = bundle.read(file)
        found.require(boxes)
    except SimulatorError as error:
        typer.echo(f"firmware-sim: {error}", err=True)
        raise typer.Exit(_EXIT_LEFT) from None
    return BrokerSettings(
        host=host or found.host, port=port or found.port, tls=found.tls, ca=found.ca, credentials=found.credentials
    )


def _measuring(
    interval: float, samples_per_message: int, count: int | None, seed: int, jumps: list[Jump] | None
) -> BoxSettings:
    return BoxSettings(
        interval_seconds=interval,
        measurements_per_message=samples_per_message,
        count=count,
        seed=seed,
        clock_jumps=tuple(jumps or ()),
    )


def _limits(messages: int, megabytes: float, days: float) -> OutboxLimits:
    return OutboxLimits(
        max_messages=messages, max_bytes=int(megabytes * _MEGABYTE), max_age_seconds=days * _DAY_SECONDS
    )


def _pacing(resend_after: float, replays_per_second: float) -> Pacing:
    return Pacing(
        first_resend_seconds=resend_after,
        max_resend_seconds=resend_after * _RESEND_SPAN,
        reconnect_spread_seconds=resend_after / 2,
        replays_per_second=replays_per_second,
    )
