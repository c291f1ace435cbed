"""`kiezbox up`: broker, database, migrate, ingest, maintenance, API and a few simulated boxes, in the foreground."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
from dataclasses import dataclass
from importlib import util
from typing import TYPE_CHECKING

from pydantic import SecretStr

from kiezbox.settings import DatabaseSettings, MqttSettings, Settings
from stack import data_folder, ports, probe
from stack.embedded import nats, postgres, supervisor
from stack.embedded.output import Voice
from stack.embedded.program import Program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from stack.embedded.supervisor import Supervisor
    from stack.ports import Address

HOPELESS_EXIT = 2  # our own commands: an OperatorError, so that starting them again cannot help
_GRACE_SECONDS = 5.0  # what a process may take beyond its own shutdown_seconds
_NAMES = ("up", "nats", "postgres", "migrate", "ingest", "maintain", "api", "box", "sim")
# About a broker or database of the user's: `up` brings its own, and says that it does not use these.
_ELSEWHERE = frozenset(
    {"KIEZBOX_DATABASE_URL", "KIEZBOX_MQTT_PROTOCOL"}
    | {f"KIEZBOX_MQTT_{name}" for name in ("HOST", "PORT", "USERNAME", "PASSWORD")}
    | {f"KIEZBOX_MQTT_TLS{name}" for name in ("", "_CA_FILE", "_CERT_FILE", "_KEY_FILE")}
    | {f"FIRMWARE_SIM_{name}" for name in ("USERNAME", "PASSWORD", "TLS", "CA_FILE")}
)
# About one node: `up` runs two, and names them itself.
_NODES_OWN = frozenset({"KIEZBOX_ROLE", "KIEZBOX_CRISIS_NODE", "KIEZBOX_CRISIS_SERVED"})
BOX = "71-01"  # the box that the second node is: the first of the simulated ones


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line."""

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
        """How long all of them may take, one after the other."""
        return self.stop_seconds * len(_NAMES)


async def serve(plan: Plan, stop: asyncio.Event) -> None:
    """Run everything until `stop` is set. Raises OperatorError when it cannot start or cannot go on."""
    voice = Voice(sys.stdout, _NAMES)
    limits = supervisor.Limits(stop_seconds=plan.stop_seconds)
    _stop_with_terminal(stop)
    watcher = supervisor.Supervisor(voice, stop, limits)
    with data_folder.locked(plan.data):
        _warn(plan, watcher)
        of_box = [] if plan.box_http is None else [(plan.box_http, "--box-http")]
        ports.require_apart((plan.mqtt, "--mqtt"), (plan.http, "--http"), *of_box)
        ports.require_free(plan.mqtt, "MQTT", "--mqtt")
        ports.require_free(plan.http, "HTTP", "--http")
        if plan.box_http is not None:
            ports.require_free(plan.box_http, "HTTP of the box", "--box-http")
        broker = nats.Nats(plan.data / "nats", plan.mqtt)
        database = postgres.over(plan.data)
        with contextlib.suppress(supervisor.Stopping):
            broker.prepare()
            database.prepare()
            async with _running(plan, watcher, broker, database):
                await watcher.watch()
                watcher.say("stopping in order; Ctrl-C again stops at once")
        watcher.say(f"everything has stopped; the data is in {plan.data}")


@contextlib.asynccontextmanager
async def _running(
    plan: Plan, watcher: Supervisor, broker: nats.Nats, database: postgres.Postgres
) -> AsyncIterator[None]:
    """All children, each once the one before answers. Nesting is the order in which they stop."""
    addresses = _addresses(plan, database.url())
    environment = _environment(addresses)
    mqtt = MqttSettings(host=plan.mqtt.local.host, port=plan.mqtt.port)
    db = DatabaseSettings(url=SecretStr(database.url()))
    async with (
        watcher.child(broker.program(), lambda: probe.mqtt(mqtt)),
        watcher.child(database.program(), lambda: probe.database(db)),
    ):
        await watcher.once(_ours("migrate", environment))
        async with (
            watcher.child(_ours("ingest", environment)),
            watcher.child(_ours("maintain", environment)),
            watcher.child(_ours("api", environment), lambda: probe.livez(plan.http.local.host, plan.http.port)),
            _box(plan, watcher, environment),
            _simulator(plan, watcher, environment),
        ):
            with data_folder.published(plan.data, addresses) as file:
                watcher.voice.write(_summary(plan, database, file))
                yield


@contextlib.asynccontextmanager
async def _simulator(plan: Plan, watcher: Supervisor, environment: Mapping[str, str]) -> AsyncIterator[None]:
    if plan.boxes == 0:
        yield
        return
    if util.find_spec("firmware_sim") is None:
        watcher.say("no simulated boxes: the simulator is not installed; pip install ./firmware-sim, or use --no-sim")
        yield
        return
    fleet = ["fleet", "--boxes", str(plan.boxes), "--interval", f"{plan.interval_seconds:g}"]
    where = ["--host", plan.mqtt.local.host, "--port", str(plan.mqtt.port), "--data", str(plan.data / "sim")]
    program = Program("sim", (sys.executable, "-P", "-m", "firmware_sim", *fleet, *where), environment)
    async with watcher.child(program):
        yield


@contextlib.asynccontextmanager
async def _box(plan: Plan, watcher: Supervisor, environment: Mapping[str, str]) -> AsyncIterator[None]:
    """A box's own node beside the hub's: the crisis part as it runs on a Raspberry Pi."""
    where = plan.box_http
    if where is None:
        yield
        return
    its_own = {
        "KIEZBOX_ROLE": "box",
        "KIEZBOX_CRISIS_NODE": BOX,
        "KIEZBOX_CRISIS_FOLDER": str(plan.data / f"crisis-{BOX}"),
        "KIEZBOX_API_HOST": where.host,
        "KIEZBOX_API_PORT": str(where.port),
    }
    program = dataclasses.replace(_ours("api", {**environment, **its_own}), name="box")
    async with watcher.child(program, lambda: probe.livez(where.local.host, where.port)):
        yield


def _stop_with_terminal(stop: asyncio.Event) -> None:
    """A terminal that is closed (SIGHUP) asks us to stop as Ctrl-C does, unless nohup said otherwise."""
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, stop.set)


def _ours(command: str, environment: Mapping[str, str]) -> Program:
    """One of our own commands, from the installation that runs now."""
    return Program(
        command, (sys.executable, "-P", "-m", "stack.cli", command), environment, hopeless_exit=HOPELESS_EXIT
    )


def _addresses(plan: Plan, database_url: str) -> dict[str, str]:
    """What any Kiezbox process needs to find this `up`."""
    return {
        "KIEZBOX_DATABASE_URL": database_url,
        "KIEZBOX_MQTT_HOST": plan.mqtt.local.host,
        "KIEZBOX_MQTT_PORT": str(plan.mqtt.port),
        "KIEZBOX_API_HOST": plan.http.host,
        "KIEZBOX_API_PORT": str(plan.http.port),
        "KIEZBOX_CRISIS_FOLDER": str(plan.data / "crisis"),
    }


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    """The children's environment: ours, with this `up`'s own broker and database."""
    kept = {name: value for name, value in os.environ.items() if name not in _ELSEWHERE | _NODES_OWN}
    return {**kept, **addresses, "PYTHONUNBUFFERED": "1"}


def _warn(plan: Plan, watcher: Supervisor) -> None:
    """Say what a person would want to know before it matters."""
    unused = sorted(_ELSEWHERE & set(os.environ))
    if unused:
        watcher.say(f"not used, because up brings its own broker and database: {', '.join(unused)}")
    room = data_folder.space(plan.data)
    if room.is_scarce:
        watcher.say(f"the disk is nearly full: {room} for {plan.data}; the database stops when nothing is left")
    if not plan.mqtt.is_loopback:
        watcher.say(f"warning: whoever can reach {plan.mqtt} can send readings; this broker asks for no password")


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
