"""`kiezbox broker`: the users that the broker knows, and its certificate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stack import command_line, registry
from stack.broker.apply import apply as bring_up_to_date
from stack.commands import broker_user

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
        "kiezbox broker cert --folder /etc/nats/kiezbox --name mqtt.example.org",
    ),
)
app.add_typer(broker_user.app)


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

    applied = registry.run(data, work)
    for file in applied.changed:
        typer.echo(f"written: {file}")
    said = "nothing was new" if not applied.changed else f"{applied.users} users"
    if applied.reloaded is None:
        typer.echo(f"{said}. The broker reads it after: {applied.hint}")
    else:
        typer.echo(f"{said}. The broker was told: {applied.reloaded}")


@app.command(
    epilog=command_line.examples(
        "kiezbox broker cert --folder /etc/nats/kiezbox --name hub.lan --name 192.168.1.10",
        "kiezbox broker cert --folder cluster --name kiezbox-1 --out kiezbox-1",
    )
)
def cert(
    *,
    folder: Annotated[Path, typer.Option("--folder", metavar="DIR", help="Where the authority is kept, or will be.")],
    names: Annotated[
        list[str], typer.Option("--name", metavar="NAME", help="DNS name or address of the broker. Repeatable.")
    ],
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
