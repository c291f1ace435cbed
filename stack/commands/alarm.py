"""`kiezbox alarm`: what is open, who is on duty, what is silenced, and whether the channels work."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crisis.alarm import plan
from crisis.alarm.kinds import KINDS
from crisis.alarm.outbox import requests
from crisis.alarm.plans import file_of
from kiezbox import settings
from kiezbox.errors import OperatorError
from stack import alarm_channels, command_line
from stack.command_line import JsonOption  # noqa: TC001 -- typer reads the annotations
from translations import berlin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.settings import Settings

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Area = Annotated[str, typer.Option("--area", metavar="AREA", help="all, district-71 or a box.")]

app = command_line.app(
    "alarm",
    no_args_is_help=True,
    help="Alarms of this node: what is open, who is told, who is on duty, whether the channels work.",
    epilog=command_line.examples("kiezbox alarm list", "kiezbox alarm duty add anna --days mon-sun"),
)
duty = command_line.app("duty", no_args_is_help=True, help="Who is on duty when.")
app.add_typer(duty)


def _found() -> Settings:
    return settings.read()


@app.command("list", epilog=command_line.examples("kiezbox alarm list", "kiezbox alarm list --json"))
def list_(*, as_json: JsonOption = False) -> None:
    """Show the open alarms, who was told of each, and who would be told of a call for help now."""
    found = requests.summary(_found().crisis.folder)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    typer.echo(f"Node {found['node']}: {'tells people' if found['speaks'] else 'another node tells people'}.")
    if found["problem"]:
        typer.echo(f"WRONG: {found['problem']}")
        if found["last_good_plan"]:
            typer.echo("The last plan that was right is in force.")
    typer.echo(f"A call for help would now be told to: {', '.join(found['told_now']) or 'nobody'}.")
    for each in found["open"]:
        many = f" x{each['count']}" if each["count"] > 1 else ""
        told, seen = ", ".join(each["told"]) or "nobody", ", ".join(each["seen"])
        name = each["label"] or each["alarm"].partition("/")[2]
        kind = each["alarm"].partition("/")[0]
        typer.echo(f"{each['severity']:<8} {kind} {name}{many}, {each['area']}, since {each['opened_at']}")
        typer.echo(f"         told: {told}{f'; seen by {seen}' if seen else ''}")
    if not found["open"]:
        typer.echo("No alarm is open.")
    for each in found["silences"]:
        typer.echo(f"silenced {each['kind']} ({each['area']}) until {each['until']}, {each['by']}: {each['reason']}")
        typer.echo(f"         {each['id']}")


@app.command(epilog=command_line.examples("kiezbox alarm test"))
def test() -> None:
    """Try every channel of everybody now (Probealarm). The page of alarms lists who has seen it."""
    requests.ask(_found().crisis.folder, {"do": "test"})
    typer.echo("The test has begun: /crisis/alarms lists who was told by what, and who has seen it.")


@app.command(epilog=command_line.examples("kiezbox alarm channels"))
def channels() -> None:
    """Show the channels of this node's file, and whether each could be used now. Sends nothing."""
    found = _found()
    written = plan.read(file_of(found))
    checked = asyncio.run(alarm_channels.checked(found))
    for each in checked:
        channel, wrong = each.channel, each.wrong
        allows = f", may also carry {', '.join(sorted(channel.allows))} ({channel.reason})" if channel.allows else ""
        real = ", no exercises" if channel.real_only else ""
        typer.echo(f"{channel.name}: {channel.place.value}{allows}{real}: {wrong or 'ready'}")
    if not checked:
        typer.echo(f"{file_of(found)} names no channel: docs/channels.md shows each kind.")
    for person in written.people.values():
        ways = ", ".join(name for name, _ in person.addresses) or "no channel"
        typer.echo(f"{person.name}: {ways}")


# -- duty --------------------------------------------------------------------------------------------------------------


@duty.command("list", epilog=command_line.examples("kiezbox alarm duty list"))
def list_duty(*, as_json: JsonOption = False) -> None:
    """Show the rota."""
    found = requests.summary(_found().crisis.folder)["duty"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for each in found:
        rank = "first" if each["rank"] == 1 else "second"
        typer.echo(f"{each['id']}  {each['person']}, {rank}, {each['area']}: {_when(each)}")
    if not found:
        typer.echo("The rota is empty: calls for help go to everybody.")


def _when(each: dict[str, Any]) -> str:
    days = ",".join(DAYS[day] for day in each["days"])
    bounds = " - ".join(filter(None, (each["from"], each["until"])))
    return f"{days} {each['begins']}-{each['ends']} {bounds}".strip() if days else bounds


@duty.command(
    epilog=command_line.examples(
        "kiezbox alarm duty add anna --days mon-fri --from 18:00 --until 06:00",
        "kiezbox alarm duty add bert --second --from 2026-12-24T12:00 --until 2026-12-26T12:00",
    )
)
def add(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A name of the file: [people.NAME].")],
    *,
    area: Area = "all",
    days: Annotated[str, typer.Option("--days", metavar="DAYS", help="mon-fri or mon,wed; without: once.")] = "",
    begins: Annotated[
        str, typer.Option("--from", metavar="TIME", help="18:00, or a date and time in Berlin.")
    ] = "00:00",
    ends: Annotated[
        str, typer.Option("--until", metavar="TIME", help="06:00, or a date and time in Berlin.")
    ] = "00:00",
    second: Annotated[bool, typer.Option("--second", help="Told second.")] = False,
) -> None:
    """Put somebody on duty: every week on these days, or once between two dates."""
    asked: dict[str, Any] = {"do": "duty", "person": person, "area": area, "rank": 2 if second else 1}
    asked |= {"days": _days(days), "begins": "00:00", "ends": "00:00", "from": None, "until": None}
    if days:
        asked |= {"begins": begins, "ends": ends}
    else:
        asked |= {"from": _moment(begins, "--from"), "until": _moment(ends, "--until")}
    requests.ask(_found().crisis.folder, asked)
    typer.echo(f"{person} is on duty.")


def _days(typed: str) -> Sequence[int]:
    """The numbers of `mon-fri,sun`. Raises OperatorError."""
    found: list[int] = []
    for part in filter(None, typed.lower().split(",")):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise OperatorError(f"there are no days {part!r}", f"one of {', '.join(DAYS)}, or two as mon-fri")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return sorted(set(found))


def _moment(typed: str, option: str) -> int:
    """Milliseconds since 1970 of a local time. Raises OperatorError."""
    try:
        at = berlin.read(typed, is_later=option == "--until") if "T" in typed else None
    except ValueError:
        at = None
    if at is None:
        raise OperatorError(f"{option}: {typed} is no date and time", "2026-12-24T12:00, or --days for every week")
    return int(at.astimezone(UTC).timestamp() * 1000)


@duty.command(epilog=command_line.examples("kiezbox alarm duty remove 0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"))
def remove(entry: Annotated[str, typer.Argument(metavar="ID", help="As `kiezbox alarm duty list` shows it.")]) -> None:
    """Take an entry out of the rota."""
    requests.ask(_found().crisis.folder, {"do": "duty_remove", "duty": entry})
    typer.echo("The entry is taken out of the rota.")


# -- silences ----------------------------------------------------------------------------------------------------------


@app.command(
    epilog=command_line.examples(
        "kiezbox alarm silence unreachable --hours 2 --reason 'Umbau der Antenne'",
        "kiezbox alarm silence --end 0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e",
    )
)
def silence(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A kind of alarm; none with --end.")] = "",
    *,
    hours: Annotated[float, typer.Option("--hours", help="For how long, at most 24.")] = 1.0,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands on every page.")] = "",
    area: Area = "all",
    end: Annotated[str, typer.Option("--end", metavar="ID", help="End this silence instead.")] = "",
) -> None:
    """Tell nobody of a kind of alarm for some hours. Calls for help cannot be silenced."""
    folder = _found().crisis.folder
    if end:
        requests.ask(folder, {"do": "silence_end", "silence": end})
        typer.echo("The silence is ended.")
        return
    if kind not in KINDS:
        raise OperatorError(f"there is no kind of alarm {kind!r}", f"one of {', '.join(KINDS)}")
    requests.ask(folder, {"do": "silence", "kind": kind, "hours": hours, "reason": reason, "area": area})
    until = berlin.local(datetime.now(UTC)).strftime("%H:%M")
    typer.echo(f"{kind} is silenced for {hours:g} hours from {until} on.")
