"""The options of the command line, shared by its commands. Each can also come from the environment (FIRMWARE_SIM_*)."""

from pathlib import Path
from typing import Annotated

import typer

from firmware_sim import box_ids, clock

_BROKER = "The broker"
_MEASURING = "Measuring"
_OUTBOX = "The outbox"
_RUN = "The run"


def _checked_id(name: str) -> str:
    if not box_ids.is_id(name):
        raise typer.BadParameter("an id has 1 to 32 characters a-z, 0-9 and -, and neither starts nor ends with -")
    return name


def _jump(text: str) -> clock.Jump:
    try:
        return clock.jump(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Id = Annotated[
    str,
    typer.Option(
        "--id",
        help="The box's id; 71-01 is box 1 of district 113.",
        callback=_checked_id,
        envvar="FIRMWARE_SIM_ID",
    ),
]
Boxes = Annotated[
    int, typer.Option("--boxes", help="How many boxes.", min=1, max=box_ids.MOST, envvar="FIRMWARE_SIM_BOXES")
]
Host = Annotated[
    str | None,
    typer.Option(
        help="Host name or address of the broker.",
        show_default="127.0.0.1, or the bundle's",
        envvar="FIRMWARE_SIM_HOST",
        rich_help_panel=_BROKER,
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        help="Port of the broker.",
        show_default="1883, or 8883 with --tls, or the bundle's",
        min=1,
        max=65535,
        envvar="FIRMWARE_SIM_PORT",
        rich_help_panel=_BROKER,
    ),
]
Username = Annotated[
    str | None,
    typer.Option(
        help="User name at the broker.",
        show_default="the box's own id, as the protocol says",
        envvar="FIRMWARE_SIM_USERNAME",
        rich_help_panel=_BROKER,
    ),
]
Password = Annotated[
    str | None,
    typer.Option(
        help="Password at the broker. Better given in the environment, where no list of processes shows it.",
        envvar="FIRMWARE_SIM_PASSWORD",
        rich_help_panel=_BROKER,
    ),
]
Tls = Annotated[
    bool,
    typer.Option(
        "--tls",
        help="Encrypt the connection and check the broker's certificate.",
        envvar="FIRMWARE_SIM_TLS",
        rich_help_panel=_BROKER,
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(
        help="Certificate authorities to trust (PEM).",
        show_default="the system's",
        envvar="FIRMWARE_SIM_CA_FILE",
        rich_help_panel=_BROKER,
    ),
]
BundleFile = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        help="Address, user names and passwords from a file that `kiezbox box credential new --bundle` wrote.",
        envvar="FIRMWARE_SIM_BUNDLE",
        rich_help_panel=_BROKER,
    ),
]
Keepalive = Annotated[
    int,
    typer.Option(
        help="Seconds of silence after which a box asks whether the broker is still there; twice that, and it is gone.",
        min=1,
        max=65535,
        envvar="FIRMWARE_SIM_KEEPALIVE",
        rich_help_panel=_BROKER,
    ),
]
ReconnectMax = Annotated[
    float,
    typer.Option(
        help="Longest pause between two attempts to reach the broker; the first is a second, and they double.",
        min=0.1,
        envvar="FIRMWARE_SIM_RECONNECT_MAX",
        rich_help_panel=_BROKER,
    ),
]
ResendAfter = Annotated[
    float,
    typer.Option(
        help="Seconds without the hub's ack after which a message is sent again; doubles up to 60 times as long.",
        min=0.05,
        envvar="FIRMWARE_SIM_RESEND_AFTER",
        rich_help_panel=_BROKER,
    ),
]
ReplaysPerSecond = Annotated[
    float,
    typer.Option(
        help="Messages of the backlog that a box sends per second at the most. Live ones are sent at once.",
        min=0.1,
        envvar="FIRMWARE_SIM_REPLAYS_PER_SECOND",
        rich_help_panel=_BROKER,
    ),
]
Interval = Annotated[
    float,
    typer.Option(
        help="Seconds between two measurements of a box.",
        min=0,
        envvar="FIRMWARE_SIM_INTERVAL",
        rich_help_panel=_MEASURING,
    ),
]
SamplesPerMessage = Annotated[
    int,
    typer.Option(
        help="Measurements that travel in one message (fewer where 64 KiB are full). Each is on disk when it is taken.",
        min=1,
        max=500,
        envvar="FIRMWARE_SIM_SAMPLES_PER_MESSAGE",
        rich_help_panel=_MEASURING,
    ),
]
Count = Annotated[
    int | None,
    typer.Option(
        help="Take so many measurements (each box), wait until the hub has everything, then end.",
        show_default="without end",
        min=1,
        envvar="FIRMWARE_SIM_COUNT",
        rich_help_panel=_MEASURING,
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        help="Chooses the weather. The same seed, box and time give the same values.",
        envvar="FIRMWARE_SIM_SEED",
        rich_help_panel=_MEASURING,
    ),
]
ClockJumps = Annotated[
    list[clock.Jump] | None,
    typer.Option(
        "--clock-jump",
        help="AFTER:BY in seconds: so long after the start the boxes' clocks jump so far, forth or back. Repeatable.",
        show_default="never",
        metavar="AFTER:BY",
        parser=_jump,
        envvar="FIRMWARE_SIM_CLOCK_JUMP",
        rich_help_panel=_MEASURING,
    ),
]
Switched = Annotated[list[str], typer.Argument(help="Boxes, by id; or `all`.", show_default=False, metavar="BOX...")]
Data = Annotated[
    Path,
    typer.Option(
        help="Folder of the outbox. One process at a time.", envvar="FIRMWARE_SIM_DATA", rich_help_panel=_OUTBOX
    ),
]
OutboxMessages = Annotated[
    int,
    typer.Option(
        help="Messages a box keeps at the most; then the oldest is dropped, and counted.",
        min=1,
        envvar="FIRMWARE_SIM_OUTBOX_MESSAGES",
        rich_help_panel=_OUTBOX,
    ),
]
OutboxMegabytes = Annotated[
    float,
    typer.Option(
        help="Megabytes a box keeps at the most.",
        min=0.001,
        envvar="FIRMWARE_SIM_OUTBOX_MEGABYTES",
        rich_help_panel=_OUTBOX,
    ),
]
OutboxDays = Annotated[
    float,
    typer.Option(
        help="Days after which a message that never got through is dropped, and counted.",
        min=0.001,
        envvar="FIRMWARE_SIM_OUTBOX_DAYS",
        rich_help_panel=_OUTBOX,
    ),
]
DrainSeconds = Annotated[
    float,
    typer.Option(
        help="With --count: how long to wait for the hub after the last measurement; exit code 1 if something is left.",
        min=0,
        envvar="FIRMWARE_SIM_DRAIN_SECONDS",
        rich_help_panel=_RUN,
    ),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        help="Write the final figures as JSON to this file.",
        envvar="FIRMWARE_SIM_REPORT",
        rich_help_panel=_RUN,
    ),
]
Plain = Annotated[
    bool,
    typer.Option(
        "--plain",
        help="Plain lines, also in a terminal.",
        envvar="FIRMWARE_SIM_PLAIN",
        rich_help_panel=_RUN,
    ),
]
