"""`kiezbox up`: broker, database, migrate, ingest, maintain, API, a box's node, simulated boxes."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import os
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from crisis.log.errors import DamagedFileError, NotKept
from crisis.model import event_bodies
from crisis.model.areas import district
from crisis.model.events import HUB
from crisis.trust import registry
from crisis.trust.identity import Identity
from kiezbox import db, process
from kiezbox.errors import OperatorError
from kiezbox.settings import DatabaseSettings, Settings
from stack import command_line, data_folder, ports, probe, startup
from stack.commands import up_broker
from stack.commands.up_broker import UpBroker
from stack.embedded import nats, postgres, supervisor
from stack.embedded.output import LabelledOutput
from stack.embedded.program import Program
from storage import roles
from storage.rights import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from stack.embedded.supervisor import Supervisor
    from stack.ports import Address

_GRACE_SECONDS = 5.0  # how much longer than its own shutdown_seconds a process may take to stop
_NAMES = ("up", "nats", "postgres", "migrate", "ingest", "maintain", "api", "box", "sim")
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
_HUB_FOLDER = "crisis"  # of the data folder; a box's has its id behind that
BOX = "71-01"  # the box whose node runs beside the hub's: the first of the simulated boxes


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


@dataclass(frozen=True, slots=True)
class Plan:
    """The options of the command line, parsed."""

    data: Path
    http: Address
    box_http: Address | None  # None: no box node
    mqtt: Address
    boxes: int  # 0: no simulator
    interval_seconds: float
    settings: Settings

    @property
    def stop_seconds(self) -> float:
        """How long one child may take to stop before it is killed."""
        return self.settings.process.shutdown_seconds + _GRACE_SECONDS

    @property
    def shutdown_seconds(self) -> float:
        """How long all children together may take to stop, one after the other."""
        return self.stop_seconds * len(_NAMES)


async def serve(plan: Plan, stop: asyncio.Event) -> None:
    """Run everything until `stop` is set. Raises OperatorError when it cannot start or cannot go on."""
    output = LabelledOutput(sys.stdout, _NAMES)
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
        server = nats.Nats(plan.data / "nats", plan.mqtt, has_users=True)
        broker = UpBroker(server, plan.mqtt.local, passwords, plan.settings)
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
        await children.once(_kiezbox("migrate", environment))
        simulated = await children.until(_simulated(plan, children, environment))
        nodes = [] if plan.box_http is None else [BOX]
        for line in await children.until(broker.apply(owner, nodes, simulated)):
            children.say(line)
        as_ingest, as_maintain, as_api = (
            {**environment, "KIEZBOX_DATABASE_URL": database.url(role)}
            for role in (Role.INGEST, Role.MAINTAIN, Role.API)
        )
        as_api["KIEZBOX_DATABASE_WRITE_URL"] = database.url(Role.WRITER)
        async with (
            children.child(_kiezbox("ingest", as_ingest)),
            children.child(_kiezbox("maintain", as_maintain)),
            children.child(_kiezbox("api", as_api), lambda: probe.livez(plan.http.local.host, plan.http.port)),
            _box(plan, children, broker, environment),
            _simulator(plan, children, broker, environment, is_wanted=bool(simulated)),
        ):
            with data_folder.published(plan.data, addresses) as file:
                children.output.write(_summary(plan, database, file))
                yield


async def _make_roles(database: postgres.Postgres) -> None:
    """A role for each process, also in a data folder from before there were any; migrate grants what they need."""
    superuser = DatabaseSettings(url=SecretStr(database.url(postgres.SUPERUSER)))
    async with db.connect(superuser, "kiezbox-up") as connection:
        await roles.make(connection, postgres.ROLE)


async def _simulated(plan: Plan, children: Supervisor, environment: Mapping[str, str]) -> list[str]:
    """The ids of the simulated boxes; none when there shall be none, or the simulator is not installed."""
    if plan.boxes == 0:
        return []
    if util.find_spec("firmware_sim") is None:
        children.say("no simulated boxes: the simulator is not installed; pip install ./firmware-sim, or use --no-sim")
        return []
    return await up_broker.simulated_boxes(plan.boxes, environment)


@contextlib.asynccontextmanager
async def _simulator(
    plan: Plan, children: Supervisor, broker: UpBroker, environment: Mapping[str, str], *, is_wanted: bool
) -> AsyncIterator[None]:
    if not is_wanted:
        yield
        return
    fleet = ["fleet", "--boxes", str(plan.boxes), "--interval", f"{plan.interval_seconds:g}"]
    where = ["--host", plan.mqtt.local.host, "--port", str(plan.mqtt.port), "--data", str(plan.data / "sim")]
    own = _without_the_hub_s(environment) | {"FIRMWARE_SIM_PASSWORD": broker.passwords.simulated}
    program = Program("sim", (sys.executable, "-P", "-m", "firmware_sim", *fleet, *where), own)
    async with children.child(program):
        yield


def _without_the_hub_s(environment: Mapping[str, str]) -> dict[str, str]:
    """What a box's process may know: no password of the hub, and not where the broker's users are."""
    secret = ("KIEZBOX_MQTT_PASSWORD", "KIEZBOX_BROKER_", "KIEZBOX_DATABASE_")
    return {name: value for name, value in environment.items() if not name.startswith(secret)}


@contextlib.asynccontextmanager
async def _box(
    plan: Plan, children: Supervisor, broker: UpBroker, environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """A box's own node beside the hub's: the crisis part as it runs on a Raspberry Pi."""
    where = plan.box_http
    if where is None:
        yield
        return
    own = {
        "KIEZBOX_ROLE": "box",
        "KIEZBOX_CRISIS_NODE": BOX,
        "KIEZBOX_CRISIS_FOLDER": str(plan.data / f"{_HUB_FOLDER}-{BOX}"),
        "KIEZBOX_API_HOST": where.host,
        "KIEZBOX_API_PORT": str(where.port),
        **broker.node_environment(BOX),
    }
    program = dataclasses.replace(_kiezbox("api", _without_the_hub_s(environment) | own), name="box")
    _make_member(plan)
    async with children.child(program, lambda: probe.livez(where.local.host, where.port)):
        yield


def _make_member(plan: Plan) -> None:
    """Let the box's node join the hub, once: here both are in the hands of one person. A box that joined stays so."""
    name = plan.settings.crisis.node or HUB
    hub = Identity(plan.data / _HUB_FOLDER, name, is_hub=True).hub
    box = Identity(plan.data / f"{_HUB_FOLDER}-{BOX}", BOX, is_hub=False)
    if hub is None or (box.hub == hub and (box.is_joining or box.certificate is not None)):
        return
    try:
        with registry.opened(plan.data / _HUB_FOLDER) as opened:
            areas = (district(BOX) or BOX,)
            box.join(hub, opened.add(BOX, areas, event_bodies.milliseconds(datetime.now(UTC))))
    except (OSError, NotKept, DamagedFileError) as error:
        raise OperatorError(f"the box's node cannot join the hub: {error}", "--no-box leaves it out") from None


def _stop_with_terminal(stop: asyncio.Event) -> None:
    """A terminal that is closed (SIGHUP) asks us to stop as Ctrl-C does, unless nohup said otherwise."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stop.set)


def _kiezbox(command: str, environment: Mapping[str, str]) -> Program:
    """One of our own commands, from the installation that runs now."""
    return Program(
        command,
        (sys.executable, "-P", "-m", "stack.cli", command),
        environment,
        operator_exit=command_line.OPERATOR_EXIT,
    )


def _addresses(plan: Plan, broker: UpBroker, database_url: str) -> dict[str, str]:
    """The variables with which any Kiezbox process finds this `up`."""
    return {
        "KIEZBOX_DATABASE_URL": database_url,
        **broker.environment,
        "KIEZBOX_API_HOST": plan.http.host,
        "KIEZBOX_API_PORT": str(plan.http.port),
        "KIEZBOX_CRISIS_FOLDER": str(plan.data / _HUB_FOLDER),
    }


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    """The children's environment: that of this process, with the addresses of the embedded broker and database."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_USED | _PER_NODE}
    return {**kept, **addresses, "PYTHONUNBUFFERED": "1"}


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
        *([] if plan.box_http is None else [f"  box        http://{plan.box_http.local}/crisis   (the box {BOX})"]),
        f"  MQTT       {plan.mqtt.local}",
        f"  database   {database.psql()}",
        f"  data       {plan.data}",
        f"  commands   . {environment}   (then kiezbox commands in that shell find this one)",
        "  stop       Ctrl-C",
        "",
    ]
    return "\n".join(lines)
