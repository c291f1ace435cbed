"""`kiezbox up`: broker, database, migrate, ingest, maintain, API, a box's node, simulated boxes."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from kiezbox import db, process
from kiezbox.settings import DatabaseSettings
from stack import command_line, data_folder, ports, probe, startup
from stack.commands import up_boxes, up_broker, up_draining, up_plan
from stack.commands.up_broker import UpBroker
from stack.commands.up_plan import Plan
from stack.embedded import nats, postgres, supervisor
from stack.embedded.output import LabelledOutput
from storage import roles
from storage.rights import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from stack.embedded.supervisor import Supervisor

# About another broker or database: `up` brings its own, and says that it does not use these.
_NOT_USED = frozenset(
    {"KIEZBOX_DATABASE_URL", "KIEZBOX_DATABASE_WRITE_URL", "KIEZBOX_MQTT_PROTOCOL"}
    | {f"KIEZBOX_MQTT_{name}" for name in ("HOST", "PORT", "USERNAME", "PASSWORD")}
    | {f"KIEZBOX_MQTT_TLS{name}" for name in ("", "_CA_FILE", "_CERT_FILE", "_KEY_FILE")}
    | {f"KIEZBOX_BROKER_{name}" for name in ("KIND", "FOLDER", "PID_FILE", "RELOAD_COMMAND", "ANONYMOUS")}
    | {f"FIRMWARE_SIM_{name}" for name in ("USERNAME", "PASSWORD", "TLS", "CA_FILE")}
)
# About a single node: `up` runs two, and sets these for each of them.
_PER_NODE = frozenset({"KIEZBOX_ROLE", "KIEZBOX_CRISIS_NODE", "KIEZBOX_CRISIS_SERVED"})


app = command_line.app("up")


@app.command(
    epilog=command_line.examples(
        "kiezbox up",
        "kiezbox up --data ~/kiezbox --http 8080 --mqtt 1884",
        "kiezbox up --no-sim --mqtt 0.0.0.0:1883",
    )
)
def up(
    *,
    data: command_line.UpDataOption = Path("data"),
    http: Annotated[
        str, typer.Option(metavar="[HOST:]PORT", help="Where the API and the page listen. [default: 127.0.0.1:8000]")
    ] = "",
    box_http: Annotated[
        str, typer.Option(metavar="[HOST:]PORT", help="Where the box node's pages listen.")
    ] = "127.0.0.1:8001",
    box: Annotated[bool, typer.Option("--box/--no-box", help="Run a box's own node beside the hub's.")] = True,
    mqtt: Annotated[str, typer.Option(metavar="[HOST:]PORT", help="Where boxes connect.")] = "127.0.0.1:1883",
    sim: Annotated[bool, typer.Option("--sim/--no-sim", help="Run simulated boxes.")] = True,
    boxes: Annotated[int, typer.Option(min=1, max=1000, help="How many simulated boxes.")] = 5,
    interval: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=86_400, help="How often each simulated box measures.")
    ] = 5.0,
) -> None:
    """Start everything on this machine: broker, database, ingest, API, a box's node and a few simulated boxes.

    Runs in the foreground until Ctrl-C; the data stays in --data. Needs neither root nor Docker. Everything
    listens on this machine only, unless you name another address.
    """
    settings = startup.begin()
    plan = Plan(
        data=data.expanduser().absolute(),
        http=ports.parse(http, "--http") if http else ports.Address(settings.api.host, settings.api.port),
        box_http=ports.parse(box_http, "--box-http") if box else None,
        mqtt=ports.parse(mqtt, "--mqtt"),
        boxes=boxes if sim else 0,
        interval_seconds=interval,
        settings=settings,
    )
    asyncio.run(process.run(functools.partial(serve, plan), plan.shutdown_seconds))


async def serve(plan: Plan, stop: asyncio.Event) -> None:
    """Run everything until `stop` is set. Raises OperatorError when it cannot start or cannot go on."""
    output = LabelledOutput(sys.stdout, up_plan.NAMES)
    limits = supervisor.Limits(stop_seconds=plan.stop_seconds)
    _stop_with_terminal(stop)
    children = supervisor.Supervisor(output, stop, limits)
    with data_folder.locked(plan.data):
        _warn(plan, children)
        box_address = [] if plan.box_http is None else [(plan.box_http, "--box-http")]
        ports.require_apart((plan.mqtt, "--mqtt"), (plan.http, "--http"), *box_address)
        ports.require_free(plan.mqtt, "MQTT", "--mqtt")
        ports.require_free(plan.http, "HTTP", "--http")
        if plan.box_http is not None:
            ports.require_free(plan.box_http, "HTTP of the box", "--box-http")
        passwords = up_broker.passwords_of(plan.data)
        server = nats.Nats(plan.data / up_broker.NATS_FOLDER, plan.mqtt, has_users=True)
        broker = UpBroker(plan.data, server, plan.mqtt.local, passwords, plan.settings)
        database = postgres.for_folder(plan.data)
        with contextlib.suppress(supervisor.StopRequestedError):
            broker.prepare()
            database.prepare()
            async with _running(plan, children, broker, database):
                await children.watch()
                children.say("stopping in order; Ctrl-C again stops at once")
        children.say(f"everything has stopped; the data is in {plan.data}")


@contextlib.asynccontextmanager
async def _running(
    plan: Plan, children: Supervisor, broker: UpBroker, database: postgres.Postgres
) -> AsyncIterator[None]:
    """All children. Each starts once the one before it answers; they stop in the opposite order."""
    addresses = _addresses(plan, broker, database.url())
    environment = _environment(addresses)
    owner = DatabaseSettings(url=SecretStr(database.url()))
    async with (
        children.child(broker.nats.program(), lambda: probe.mqtt(broker.mqtt)),
        children.child(database.program(), lambda: probe.database(owner)),
    ):
        await _make_roles(database)
        await children.once(up_plan.kiezbox("migrate", environment))
        simulated = await children.until(up_boxes.simulated_ids(plan, children, environment))
        nodes = [] if plan.box_http is None else [up_boxes.BOX]
        for line in await children.until(broker.apply(owner, nodes, simulated)):
            children.say(line)
        as_ingest, as_maintain, as_reader = (
            {**environment, "KIEZBOX_DATABASE_URL": database.url(role)}
            for role in (Role.INGEST, Role.MAINTAIN, Role.API)
        )
        as_api = {**as_reader, "KIEZBOX_DATABASE_WRITE_URL": database.url(Role.WRITER)}
        async with (
            children.child(up_plan.kiezbox("ingest", as_ingest)),
            children.child(up_plan.kiezbox("maintain", as_maintain)),
            children.child(up_plan.kiezbox("export", as_reader)),
            children.child(up_plan.kiezbox("api", as_api), lambda: probe.livez(plan.http.local.host, plan.http.port)),
            up_boxes.node(plan, children, broker, environment),
            up_boxes.simulator(plan, children, broker, environment, is_wanted=bool(simulated)),
            _letting_others_in(children, broker, owner),
        ):
            with data_folder.published(plan.data, addresses) as file:
                children.output.write(_summary(plan, database, file))
                yield


@contextlib.asynccontextmanager
async def _letting_others_in(children: Supervisor, broker: UpBroker, owner: DatabaseSettings) -> AsyncIterator[None]:
    """Beside the block: after an upgrade senders without a credential come in a little later than the hub."""
    if not up_draining.is_under_way(broker.data):
        yield
        return

    async def let_in(_recovered: Callable[[], None]) -> None:
        await broker.let_others_in(owner)
        children.say("what waited at the broker is taken: senders without a credential are let in again")
        done.set()

    done = asyncio.Event()
    again = functools.partial(process.retry_forever, on=Exception, stop=done)  # also a bug keeps nobody out for good
    task = asyncio.create_task(again(let_in, say=lambda error: children.say(process.describe(error))))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _make_roles(database: postgres.Postgres) -> None:
    """A role for each process, also in a data folder from before there were any; migrate grants what they need."""
    superuser = DatabaseSettings(url=SecretStr(database.url(postgres.SUPERUSER)))
    async with db.connect(superuser, "kiezbox-up") as connection:
        await roles.make(connection, postgres.ROLE)


def _stop_with_terminal(stop: asyncio.Event) -> None:
    """A terminal that is closed (SIGHUP) asks us to stop as Ctrl-C does, unless nohup said otherwise."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stop.set)


def _addresses(plan: Plan, broker: UpBroker, database_url: str) -> dict[str, str]:
    """The variables with which any Kiezbox process finds this `up`."""
    return {
        "KIEZBOX_DATABASE_URL": database_url,
        **broker.environment,
        "KIEZBOX_API_HOST": plan.http.host,
        "KIEZBOX_API_PORT": str(plan.http.port),
        "KIEZBOX_CRISIS_FOLDER": str(plan.data / up_plan.HUB_FOLDER),
        "KIEZBOX_OPENDATA_FOLDER": str(plan.settings.opendata.folder or plan.data / up_plan.OPENDATA_FOLDER),
    }


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    """The children's environment: that of this process, with the addresses of the embedded broker and database."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_USED | _PER_NODE}
    # Somebody who tries it wants to see the box that just sent.
    ours = {"KIEZBOX_MQTT_DRAIN_SECONDS": f"{up_draining.SECONDS:g}", "KIEZBOX_API_PUBLIC_BOXES": "all"}
    return {**ours, **kept, **addresses, "PYTHONUNBUFFERED": "1"}


def _warn(plan: Plan, children: Supervisor) -> None:
    """Warn of ignored settings, and a disk that fills up."""
    unused = sorted(_NOT_USED & set(os.environ))
    if unused:
        children.say(f"not used, because up brings its own broker and database: {', '.join(unused)}")
    room = data_folder.space(plan.data)
    if room.is_scarce:
        children.say(f"the disk is nearly full: {room} for {plan.data}; the database stops when nothing is left")


def _summary(plan: Plan, database: postgres.Postgres, environment: Path) -> str:
    lines = [
        "",
        "Kiezbox is running.",
        "",
        f"  page       http://{plan.http.local}/",
        f"  API        http://{plan.http.local}/openapi.json",
        f"  readings   curl http://{plan.http.local}/v1/latest",
        f"  crisis     http://{plan.http.local}/crisis   (staff: /crisis/staff)",
        *(
            []
            if plan.box_http is None
            else [f"  box        http://{plan.box_http.local}/crisis   (the box {up_boxes.BOX})"]
        ),
        f"  MQTT       {plan.mqtt.local}",
        f"  database   {database.psql()}",
        f"  data       {plan.data}",
        f"  commands   . {shlex.quote(str(environment))}   (then kiezbox commands in that shell find this one)",
        "  stop       Ctrl-C",
        "",
    ]
    return "\n".join(lines)
