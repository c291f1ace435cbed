"""`kiezbox dashboards`: Grafana as files or pushed into a running one, and the role with which it reads."""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiezbox.errors import OperatorError
from stack import alarm_channels, command_line, reader_role, startup

if TYPE_CHECKING:
    from types import ModuleType

    from dashboards.bundle import Bundle
    from kiezbox.settings import Settings

app = command_line.app(
    "dashboards",
    no_args_is_help=True,
    help="Grafana dashboards, alert rules and the database behind them, as code.",
)
OutOption = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Grafana's provisioning folder, or one to copy there.")
]
_EVERYBODY_SEES = (
    "files cannot say who may see a folder: until you run `kiezbox dashboards publish` with the same settings, every"
    " viewer sees staff's pages"
)
# Packages of the extra `dashboards`: the rest of Kiezbox does without them.
_EXTRA = {"grafana_client", "grafana_foundation_sdk", "niquests"}


@app.command(epilog=command_line.examples("kiezbox dashboards build --out deploy/grafana"))
def build(*, out: OutOption) -> None:
    """Write everything as files from which a Grafana provisions itself. Says what changed.

    The password is not in them: Grafana takes it from its own environment, KIEZBOX_GRAFANA_READER_PASSWORD.
    """
    settings = startup.begin()
    files = _module("files")
    for action, path in files.write(_made(settings), out.expanduser()):
        typer.echo(f"{action:<10} {path}")
    _warn(settings)
    if settings.grafana.staff_team is not None:
        typer.echo(f"warning: {_EVERYBODY_SEES}", err=True)


@app.command(
    epilog=command_line.examples(
        "KIEZBOX_GRAFANA_URL=http://grafana:3000 KIEZBOX_GRAFANA_TOKEN=glsa_... kiezbox dashboards publish"
    )
)
def publish() -> None:
    """Push folder, datasource, dashboards, alert rules and contact points into a running Grafana.

    Changes only what differs, says what it did, and proves that Grafana reads a Kiezbox database.
    """
    settings = startup.begin()
    for done in _module("publish").publish(_made(settings), settings.grafana):
        typer.echo(str(done))
    _warn(settings)


@app.command(epilog=command_line.examples("KIEZBOX_GRAFANA_READER_PASSWORD=... kiezbox dashboards reader"))
def reader() -> None:
    """Let the role that dashboards read with log in, with the password of KIEZBOX_GRAFANA_READER_PASSWORD.

    Makes the role when it is not there. Needs KIEZBOX_DATABASE_URL of a role that may change roles.
    """
    settings = startup.begin()
    password = settings.grafana.reader_password
    if password is None or not password.get_secret_value():
        raise OperatorError("there is no password to give", "set KIEZBOX_GRAFANA_READER_PASSWORD")
    asyncio.run(reader_role.admit(settings.database, password.get_secret_value()))
    typer.echo(f"{reader_role.READER} may log in and read what dashboards show")


def _warn(settings: Settings) -> None:
    """Say on standard error when people would be told twice."""
    told_twice = alarm_channels.told_twice(settings)
    if told_twice:
        typer.echo(f"warning: {told_twice}\n  {alarm_channels.ONCE_HINT}", err=True)


def _made(settings: Settings) -> Bundle:
    """What a Grafana gets with these settings. Alerts lead to the runbook of our own API."""
    api = settings.api
    made: Bundle = _module("bundle").make(settings.grafana, api.public_url or f"http://{api.host}:{api.port}")
    return made


def _module(name: str) -> ModuleType:
    """A module of `dashboards`. Raises OperatorError when the packages that it needs are not installed."""
    try:
        return importlib.import_module(f"dashboards.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in _EXTRA:
            raise
        raise OperatorError(f"{error.name} is not installed", "pip install 'kiezbox[dashboards]'") from None
