"""`kiezbox broker`: the users that the broker knows, and its certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiezbox.errors import OperatorError
from stack import command_line, registry, startup
from stack.broker import emqx as emqx_queries
from stack.broker.apply import apply as bring_up_to_date
from stack.broker.apply import prepare as write_first_files
from stack.commands import broker_user
from storage import broker_access

if TYPE_CHECKING:
    from kiezbox.db import Connection
    from kiezbox.settings import Settings
    from stack.broker.apply import Applied

app = command_line.app(
    "broker",
    no_args_is_help=True,
    help="The broker: the users that it knows, and its certificate.",
    epilog=command_line.examples(
        "kiezbox broker apply --for nats --folder /etc/nats/kiezbox",
        "kiezbox broker cert mqtt.example.org --folder /etc/nats/kiezbox",
    ),
)
app.add_typer(broker_user.app)


class Query(StrEnum):
    """What EMQX asks the database."""

    AUTHENTICATION = "authentication"
    AUTHORIZATION = "authorization"


class Kind(StrEnum):
    """Brokers whose users we can write."""

    NATS = "nats"
    MOSQUITTO = "mosquitto"


@app.command(
    epilog=command_line.examples(
        "kiezbox broker apply --for nats --folder /etc/nats/kiezbox --pid-file /run/nats/nats.pid",
        "kiezbox broker apply --for mosquitto --folder /etc/mosquitto/kiezbox --reload 'systemctl reload mosquitto'",
    )
)
def apply(
    *,
    kind: Annotated[
        Kind | None, typer.Option("--for", help="The broker.  [default: KIEZBOX_BROKER_KIND]", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Where its files are.  [default: KIEZBOX_BROKER_FOLDER]"),
    ] = None,
    pid_file: Annotated[
        Path | None,
        typer.Option(
            "--pid-file", metavar="FILE", help="Its process id, which gets SIGHUP.  [default: KIEZBOX_BROKER_PID_FILE]"
        ),
    ] = None,
    reload_command: Annotated[
        str | None,
        typer.Option(
            "--reload",
            metavar="COMMAND",
            help="Makes it read its users again.  [default: KIEZBOX_BROKER_RELOAD_COMMAND]",
        ),
    ] = None,
    workers: Annotated[
        list[str] | None,
        typer.Option("--worker", metavar="CLIENT_ID", help="A further worker of ingest. Repeatable; it is remembered."),
    ] = None,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Write the users and rights that the broker knows from the database, whole, and let it read them.

    The hub's own users are among them, with the password of KIEZBOX_MQTT_PASSWORD. Connections of users that did not
    change stay; those of users that are gone end.
    """
    given = {
        "kind": None if kind is None else kind.value,
        "folder": folder,
        "pid_file": pid_file,
        "reload_command": reload_command,
    }

    async def work(connection: Connection, settings: Settings) -> Applied:
        broker = settings.broker.model_copy(update={name: value for name, value in given.items() if value is not None})
        return await bring_up_to_date(
            connection, settings.model_copy(update={"broker": broker}), workers=tuple(workers or ())
        )

    _say(registry.run(data, work))


@app.command(epilog=command_line.examples("kiezbox broker prepare"))
def prepare() -> None:
    """Write the broker's first files, where there are none, so that it can start before the database.

    Until kiezbox broker apply, they let the hub in and nobody else. KIEZBOX_BROKER_* say which and where.
    """
    for file in write_first_files(startup.begin()):
        typer.echo(f"written: {file}")


@app.command(epilog=command_line.examples("kiezbox broker close", "kiezbox broker close --undo"))
def close(
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also while boxes without a credential send: they fall silent.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let senders without a credential in again.")] = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Let nobody in without a credential any more: no shared user, no name without a password, nobody without a name.

    An installation from before credentials lets its boxes in until then; a new one is closed from the start.
    """

    async def work(connection: Connection, settings: Settings) -> Applied | None:
        if undo:
            await broker_access.reopen(connection, registry.author())
        else:
            silent = broker_access.heard(await broker_access.without_credential(connection), datetime.now(UTC))
            if silent and not yes:
                raise OperatorError(
                    f"without a credential, and heard within {broker_access.HEARD.days} days: {', '.join(silent)}",
                    "give each one: kiezbox box credential new ID; or let them fall silent: kiezbox broker close --yes",
                )
            await broker_access.close(connection, registry.author())
        if settings.broker.kind is None or settings.broker.folder is None:
            return None
        return await bring_up_to_date(connection, settings)

    applied = registry.run(data, work)
    typer.echo("senders without a credential are let in" if undo else "closed: only credentials count")
    if applied is None:
        typer.echo("the broker does not know before: kiezbox broker apply", err=True)
    else:
        _say(applied)


def _say(applied: Applied) -> None:
    for file in applied.changed:
        typer.echo(f"written: {file}")
    said = "nothing was new" if not applied.changed else f"{applied.users} users"
    if applied.reloaded is None:
        typer.echo(f"{said}. The broker reads it after: {applied.hint}")
    else:
        typer.echo(f"{said}. The broker was told: {applied.reloaded}")


@app.command(
    epilog=command_line.examples("kiezbox broker emqx authentication", "kiezbox broker emqx authorization > rights.sql")
)
def emqx(
    query: Annotated[Query, typer.Argument(help="Who may sign in, or what they may do then.", show_default=False)],
) -> None:
    """Print the query with which EMQX asks the database itself, for its own configuration.

    After an upgrade that brings new topics, and when KIEZBOX_MQTT_MESH_ROOTS changes, it is another one.
    """
    settings = startup.begin()
    found = emqx_queries.authentication()
    if query is Query.AUTHORIZATION:
        found = emqx_queries.authorization(settings.mqtt.mesh_roots)
    typer.echo(found)


@app.command(
    epilog=command_line.examples(
        "kiezbox broker cert hub.lan 192.168.1.10 --folder /etc/nats/kiezbox",
        "kiezbox broker cert kiezbox-1 --folder cluster --out kiezbox-1",
    )
)
def cert(
    *,
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="DNS names and addresses of the broker.", show_default=False),
    ],
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the authority is kept, or will be.")],
    out: Annotated[
        str, typer.Option("--out", metavar="NAME", help="Name of the certificate's files, without their endings.")
    ] = "broker",
) -> None:
    """Make a certificate for the broker, and, the first time, the small private authority that signs it.

    For a hub without a public name. Boxes get ca.pem in their bundles: KIEZBOX_BROKER_CA_FILE. Run it again for other
    names or a new certificate: the authority stays. Whoever has ca.key can pretend to be the broker: keep it elsewhere.
    """
    from stack.broker import authority  # noqa: PLC0415 -- cryptography is large, and `apply` needs none of it

    for file in authority.certify(folder, names, out):
        typer.echo(f"written: {file}")
    typer.echo(f"The broker presents {out}.pem and {out}.key once it has read its configuration again, or started.")
