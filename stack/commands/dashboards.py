"""`kiezbox dashboards`: Grafana as files or pushed into a running one, and the role with which it reads."""

from __future__ import annotations

import asyncio
from pathlib import Path  # noqa: TC003 -- typer reads the annotations of a command
from typing import TYPE_CHECKING, Annotated

import typer

from kiezbox import log, settings
from kiezbox.errors import OperatorError
from stack import help_texts

if TYPE_CHECKING:
    from types import ModuleType

app = typer.Typer(
    name="dashboards",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Grafana dashboards, alert rules and the database behind them, as code.",
)


@app.command(epilog=help_texts.of("kiezbox dashboards build --out deploy/grafana"))
def build(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Grafana's provisioning folder, or one to copy there.")
    ],
) -> None:
    """Write everything as files from which a Grafana provisions itself. Says what changed.

    The password is not in them: Grafana takes it from its own environment, KIEZBOX_GRAFANA_READER_PASSWORD.
    """
    found = settings.read()
    log.setup(found.log)
    bundle, files = _library("bundle"), _library("files")
    for action, path in files.write(bundle.make(found.grafana), out.expanduser()):
        typer.echo(f"{action:<10} {path}")


@app.command(
    epilog=help_texts.of(
        "KIEZBOX_GRAFANA_URL=http://grafana:3000 KIEZBOX_GRAFANA_TOKEN=glsa_... kiezbox dashboards publish"
    )
)
def publish() -> None:
    """Push folder, datasource, dashboards, alert rules and contact points into a running Grafana.

    Changes only what differs, says what it did, and proves that Grafana reads a Kiezbox database.
    """
    found = settings.read()
    log.setup(found.log)
    bundle, pushing = _library("bundle"), _library("publish")
    for done in pushing.publish(bundle.make(found.grafana), found.grafana):
        typer.echo(str(done))


@app.command(epilog=help_texts.of("KIEZBOX_GRAFANA_READER_PASSWORD=... kiezbox dashboards reader"))
def reader() -> None:
    """Let the role that dashboards read with log in, with the password of KIEZBOX_GRAFANA_READER_PASSWORD.

    Makes the role when it is not there. Needs KIEZBOX_DATABASE_URL of a role that may change roles.
    """
    found = settings.read()
    log.setup(found.log)
    password = found.grafana.reader_password
    if password is None or not password.get_secret_value():
        raise OperatorError("there is no password to give", "set KIEZBOX_GRAFANA_READER_PASSWORD")
    from stack.commands import dashboards_reader as role  # noqa: PLC0415 -- `--help` stays quick

    asyncio.run(role.admit(found.database, password.get_secret_value()))
    typer.echo(f"{role.READER} may log in and read what dashboards show")


def _library(name: str) -> ModuleType:
    """A module of `dashboards`, which needs more packages than the rest of Kiezbox."""
    import importlib  # noqa: PLC0415 -- `--help` stays quick

    try:
        return importlib.import_module(f"dashboards.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in {
            "grafana_client",
            "grafana_foundation_sdk",
            "niquests",
        }:
            raise
        raise OperatorError(f"{error.name} is not installed", "pip install 'kiezbox[dashboards]'") from None
