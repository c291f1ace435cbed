"""The boxes of `kiezbox up`: a node of one, as it runs on a Raspberry Pi, and the simulated ones."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from datetime import UTC, datetime
from importlib import util
from typing import TYPE_CHECKING

from crisis.log.errors import DamagedFileError, NotKept
from crisis.model import event_bodies
from crisis.model.areas import district
from crisis.model.events import HUB
from crisis.trust import registry
from crisis.trust.identity import Identity
from kiezbox.errors import OperatorError
from stack import probe
from stack.commands import up_broker, up_plan
from stack.embedded.program import Program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from stack.commands.up_broker import UpBroker
    from stack.commands.up_plan import Plan
    from stack.embedded.supervisor import Supervisor

BOX = "71-01"  # the box whose node runs beside the hub's: the first of the simulated boxes
# Where the simulated box stands: without it the box's page has no distances and no map.
PLACE: Mapping[str, str] = {"KIEZBOX_CRISIS_LATITUDE": "52.47636", "KIEZBOX_CRISIS_LONGITUDE": "13.34477"}


def place(plan: Plan) -> Mapping[str, str]:
    """Where the box's node stands, as variables: where the simulated box does, unless somebody said where."""
    crisis = plan.settings.crisis
    is_known = crisis.latitude is not None or crisis.longitude is not None
    return {} if is_known or plan.boxes == 0 else PLACE


@contextlib.asynccontextmanager
async def node(
    plan: Plan, children: Supervisor, broker: UpBroker, environment: Mapping[str, str]
) -> AsyncIterator[None]:
    """A box's own node beside the hub's: the crisis part as it runs on a Raspberry Pi."""
    where = plan.box_http
    if where is None:
        yield
        return
    own = {
        **place(plan),
        "KIEZBOX_ROLE": "box",
        "KIEZBOX_CRISIS_NODE": BOX,
        "KIEZBOX_CRISIS_FOLDER": str(plan.data / f"{up_plan.HUB_FOLDER}-{BOX}"),
        "KIEZBOX_API_HOST": where.host,
        "KIEZBOX_API_PORT": str(where.port),
        "KIEZBOX_API_TLS_PORT": str(plan.box_tls_port),
        **broker.node_environment(BOX),
    }
    program = dataclasses.replace(up_plan.kiezbox("api", _without_the_hub_s(environment) | own), name="box")
    _make_member(plan)
    async with children.child(program, lambda: probe.livez(where.local.host, where.port)):
        yield


def _make_member(plan: Plan) -> None:
    """Let the box's node join the hub, once: here both are in the hands of one person. A box that joined stays so."""
    name = plan.settings.crisis.node or HUB
    hub = Identity(plan.data / up_plan.HUB_FOLDER, name, is_hub=True).hub
    box = Identity(plan.data / f"{up_plan.HUB_FOLDER}-{BOX}", BOX, is_hub=False)
    if hub is None or (box.hub == hub and (box.is_joining or box.certificate is not None)):
        return
    try:
        with registry.opened(plan.data / up_plan.HUB_FOLDER) as opened:
            areas = (district(BOX) or BOX,)
            box.join(hub, opened.add(BOX, areas, event_bodies.milliseconds(datetime.now(UTC))))
    except (OSError, NotKept, DamagedFileError) as error:
        raise OperatorError(f"the box's node cannot join the hub: {error}", "--no-box leaves it out") from None


async def simulated_ids(plan: Plan, children: Supervisor, environment: Mapping[str, str]) -> list[str]:
    """The ids of the simulated boxes; none when there shall be none, or the simulator is not installed."""
    if plan.boxes == 0:
        return []
    if util.find_spec("firmware_sim") is None:
        children.say("no simulated boxes: the simulator is not installed; pip install ./firmware-sim, or use --no-sim")
        return []
    return await up_broker.simulated_boxes(plan.boxes, environment)


@contextlib.asynccontextmanager
async def simulator(
    plan: Plan, children: Supervisor, broker: UpBroker, environment: Mapping[str, str], *, is_wanted: bool
) -> AsyncIterator[None]:
    """The simulated boxes, if there shall be any."""
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
