"""`kiezbox node`: which boxes belong to this hub's crisis part. A running hub follows within a second."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crisis.log import errors
from crisis.model import areas as area_names
from crisis.model import event_bodies, events
from crisis.trust import bundle as bundles
from crisis.trust import identity, keys, registry
from crisis.trust.bundle import Bundle
from crisis.trust.identity import Hub, Identity
from devices import readings
from kiezbox.errors import OperatorError
from stack import command_line, startup
from stack.commands import node_cert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crisis.trust.registry import Member, Registry
    from kiezbox.settings import Settings

app = command_line.app(
    "node",
    no_args_is_help=True,
    help="Nodes of the crisis part: which boxes belong to this hub, and this box's own membership.",
    epilog=command_line.examples("kiezbox node add 71-01 --areas district-71", "kiezbox node list"),
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The box's id: 71-01.", show_default=False)]
Folder = command_line.NodeFolderOption
_HINT_LIST = "kiezbox node list shows who there is"


def _now_ms() -> int:
    return event_bodies.milliseconds(datetime.now(UTC))


def _settings(folder: Path | None, role: str) -> Settings:
    """The settings of the node, in the role that the command is for. Raises OperatorError for the other role."""
    found = startup.at_node(folder)
    if folder is None and found.role != role:
        raise OperatorError(
            f"this is a command for a {role}, and this machine is a {found.role} (KIEZBOX_ROLE)",
            f"run it on the {role}, or name the {role}'s crisis folder: --folder",
        )
    return found


@contextlib.contextmanager
def _opened(folder: Path | None) -> Iterator[tuple[Settings, Registry]]:
    """The nodes of a hub. Every error becomes an OperatorError with a hint."""
    found = _settings(folder, "hub")
    where = found.crisis.folder
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        with registry.opened(where) as opened:
            yield found, opened
    except (errors.NotKept, errors.DamagedFileError) as error:
        raise OperatorError(f"the nodes of the hub in {where} cannot be changed: {error}", "look at the disk") from None
    except OSError as error:
        raise OperatorError(
            f"the nodes of the hub in {where} cannot be used: {error.strerror}",
            "run this as the user that runs the API, or as root; another folder: --folder or KIEZBOX_CRISIS_FOLDER",
        ) from None


def _hub(found: Settings) -> Identity:
    name = found.crisis.node or events.HUB
    own = Identity(found.crisis.folder, name, is_hub=True)
    if own.key is None:
        raise OperatorError(
            f"the hub's key in {own.folder} is missing or another one",
            "restore the folder from a backup, or make a new key: kiezbox node new-key (docs/crisis.md, Recovery)",
        )
    return own


def _areas(name: str, given: Sequence[str]) -> tuple[str, ...]:
    """The areas, checked; the box's own district without any."""
    if not events.NODE.fullmatch(name) or name == area_names.EVERYWHERE:
        raise OperatorError(f"{name} is no box id", "lower-case letters, digits and hyphens, as in its topic: 71-01")
    given = [area for each in given for area in each.split(",") if area]
    wrong = [area for area in given if not events.NODE.fullmatch(area)]
    if wrong:
        raise OperatorError(f"{wrong[0]} is no area", "all, district-71, or a box id")
    district = area_names.district(name)
    return tuple(dict.fromkeys(given)) or ((district,) if district is not None else (name,))


@app.command(
    epilog=command_line.examples(
        "kiezbox node add 71-01 --areas district-71",
        "kiezbox node add 71-01 --areas district-71 --areas district-72 --to /media/usb/71-01.json",
    )
)
def add(
    name: Name,
    areas: Annotated[
        list[str] | None,
        typer.Option("--areas", metavar="AREA", help="What it may decide about: all, district-71. Several: repeat it."),
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Where to write its bundle.  [default: NAME.json]")
    ] = None,
    folder: Folder = None,
) -> None:
    """Let a box become a member: writes its bundle, one file that it joins with, once.

    A member gets a new bundle, for a new card or disk; its present key is good until it joins with that.
    """
    chosen = _areas(name, areas or ())
    path = to or Path(f"{name}.json")
    with _opened(folder) as (found, opened):
        own = _hub(found)
        if name == own.name:
            raise OperatorError(f"{name} is this hub itself", "name the box that is to be a member")
        assert own.hub is not None
        secret = opened.add(name, chosen, _now_ms())
        broker = {"host": found.mqtt.host, "port": found.mqtt.port, "tls": found.mqtt.tls}
        bundles.write(path, Bundle(own.hub.name, own.hub.key, name, chosen, secret, broker))
    typer.echo(
        f"{name} may join, for {', '.join(chosen)}. Carry {path} to it, and there: kiezbox node join {path.name}"
    )
    typer.echo("The file is good for one box, once: delete it afterwards.", err=True)


@app.command(epilog=command_line.examples("kiezbox node join 71-01.json"))
def join(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The bundle that the hub wrote.", show_default=False)],
    folder: Folder = None,
) -> None:
    """Make this box a member of the hub that wrote the bundle. The certificate comes with the next exchange."""
    found = _settings(folder, "box")
    made = bundles.read(file)
    if found.crisis.node is not None and found.crisis.node != made.node:
        raise OperatorError(
            f"the bundle is for {made.node}, and this box is {found.crisis.node} (KIEZBOX_CRISIS_NODE)",
            f"get the bundle of this box: kiezbox node add {found.crisis.node}, at the hub",
        )
    where = found.crisis.folder
    try:
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = Identity(where, made.node, is_hub=False)
        if own.key is None:
            raise OperatorError(f"the key of this box in {own.folder} cannot be made or read", "look at the disk")
        own.join(Hub(made.hub, made.hub_key), made.secret)
    except OSError as error:
        raise OperatorError(
            f"the box's crisis folder {where} cannot be written: {error.strerror}",
            "run this as the user that runs the box, or as root; another folder: --folder or KIEZBOX_CRISIS_FOLDER",
        ) from None
    typer.echo(f"{made.node} joins {made.hub} (key {keys.fingerprint(made.hub_key)}) as soon as it reaches it.")
    typer.echo(f"It may decide about {', '.join(made.areas)}. Delete {file} now.", err=True)


@app.command(epilog=command_line.examples("kiezbox node revoke 71-01 --reason 'stolen on 3 January'"))
def revoke(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="For the history: stolen, broken, given away.")] = "",
    folder: Folder = None,
) -> None:
    """Trust a box no longer: nothing that it sends is taken from now on. What it wrote before stays."""
    with _opened(folder) as (_, opened):
        if not opened.revoke(name, _now_ms(), reason[:200]):
            raise OperatorError(f"there is no node {name}", _HINT_LIST)
    typer.echo(f"{name} is revoked. Take its credential at the broker as well: kiezbox box credential revoke {name}")


@app.command(epilog=command_line.examples("kiezbox node areas 71-01 district-71 district-72"))
def areas(
    name: Name,
    chosen: Annotated[
        list[str], typer.Argument(metavar="AREA...", help="What it may decide about from now on.", show_default=False)
    ],
    folder: Folder = None,
) -> None:
    """Let a member decide about other areas. It gets its next certificate by itself."""
    wanted = _areas(name, chosen)
    with _opened(folder) as (_, opened):
        if not opened.set_areas(name, wanted):
            raise OperatorError(f"there is no node {name}", _HINT_LIST)
    typer.echo(f"{name} may decide about {', '.join(wanted)}.")


@app.command(epilog=command_line.examples("kiezbox node accept 71-01"))
def accept(name: Name, folder: Folder = None) -> None:
    """Take the new log of a box without a key: it was set up anew, and is not somebody else."""
    with _opened(folder) as (_, opened):
        if not opened.accept_log(name, is_accepted=True):
            raise OperatorError(f"there is no node {name}", _HINT_LIST)
    typer.echo(f"{name} goes on with its new log. Better: make it a member (kiezbox node add {name}).")


@app.command(name="close", epilog=command_line.examples("kiezbox node close", "kiezbox node close --undo"))
def close_to_unsigned(
    undo: Annotated[bool, typer.Option("--undo", help="Hear boxes without a key again.")] = False,
    folder: Folder = None,
) -> None:
    """End the time after an upgrade: boxes that have not joined are heard no longer."""
    with _opened(folder) as (_, opened):
        left = [member.name for member in opened.members() if member.key is None and member.revoked_ms is None]
        opened.close_to_unsigned(is_closed=not undo)
    typer.echo("Boxes without a key are heard again." if undo else "Only members are heard from now on.")
    if left and not undo:
        typer.echo(f"Not joined yet: {', '.join(left)}", err=True)


@app.command(name="list")
def show(as_json: command_line.JsonOption = False, folder: Folder = None) -> None:
    """Show every node: its areas, its key, and whether it has joined."""
    with _opened(folder) as (found, opened):
        own = Identity(found.crisis.folder, found.crisis.node or events.HUB, is_hub=True)
        members, is_closed = opened.members(), opened.is_closed()
    hub_key = None if own.hub is None else keys.fingerprint(own.hub.key)
    if as_json:
        described = [_described(member) for member in members]
        typer.echo(json.dumps({"hub": own.name, "key": hub_key, "closed": is_closed, "nodes": described}, indent=2))
        return
    typer.echo(f"{own.name}, key {hub_key or 'not made yet'}")
    for member in members:
        given = ", ".join(member.areas) or "-"
        typer.echo(f"{member.name:<16}{_state(member):<34}{given:<24}{_key(member) or '-'}")
    if not members:
        typer.echo("No node was added yet: kiezbox node add NAME")
    if is_closed is False:
        typer.echo("Boxes without a key are heard, too; kiezbox node close ends that.", err=True)


@app.command(name="new-key", epilog=command_line.examples("kiezbox node new-key --yes"))
def new_key(
    yes: Annotated[bool, typer.Option("--yes", help="Yes: every box must join again.")] = False,
    folder: Folder = None,
) -> None:
    """Make a new key for this hub, whose key was lost or stolen. Every box must join again with a new bundle."""
    with _opened(folder) as (found, opened):
        own = Identity(found.crisis.folder, found.crisis.node or events.HUB, is_hub=True)
        if not yes:
            raise OperatorError(
                "every box must join again after this", "kiezbox node new-key --yes, with the hub stopped"
            )
        identity.renew(own)
        names = [member.name for member in opened.members() if member.revoked_ms is None]
        opened.forget_certificates()
    typer.echo(
        f"The hub has a new key. Start it, and then for each box: kiezbox node add NAME ({', '.join(names) or 'none'})"
    )


app.command(epilog=node_cert.EXAMPLES)(node_cert.cert)


def _described(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "state": _state(member),
        "areas": list(member.areas),
        "key": _key(member),
        "serial": member.serial,
        "added_at": _iso(member.added_ms),
        "joined_at": _iso(member.joined_ms),
        "renew_by": _iso(member.until_ms),
        "revoked_at": _iso(member.revoked_ms),
        "reason": member.reason,
    }


def _state(member: Member) -> str:
    if member.revoked_ms is not None:
        return "revoked"
    if member.new_log is not None and not member.is_accepted:
        return "without a key, with a new log"
    if member.secret is not None:
        return "may join" if member.key is None else "member, may join anew"
    return "member" if member.key is not None else "without a key"


def _key(member: Member) -> str | None:
    return None if member.key is None else keys.fingerprint(member.key)


def _iso(at_ms: int | None) -> str | None:
    return None if at_ms is None else readings.moment(at_ms).isoformat(timespec="seconds")
