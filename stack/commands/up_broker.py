"""The broker of `kiezbox up` asks who clients are: the passwords of the hub, of the box and of the simulated boxes.

They are made at the first start, in the data folder, and nobody needs to know them. On loopback a client without a name
may send what a sensor sends; on any other address it is refused, unless the data is from before there were credentials.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from kiezbox import db
from kiezbox.errors import OperatorError
from kiezbox.settings import BrokerSettings, MqttSettings
from stack import registry
from stack.broker import apply, files, passwords
from stack.broker import nats as users
from stack.commands import up_draining, up_plan
from storage import broker_access, credentials
from storage.box_errors import BoxError
from storage.credentials import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kiezbox.db import Connection
    from kiezbox.settings import DatabaseSettings, Settings
    from stack.embedded.nats import Nats
    from stack.ports import Address
    from storage.credentials import Hashes

NATS_FOLDER = "nats"  # of the data folder
_STORE = "jetstream"  # of that: what NATS makes there
_FILE = "broker-passwords.json"
_IDS_SECONDS = 60.0
_DRAINING = (
    "what waits at the broker is taken first: senders without a credential are let in within two minutes, once"
    " nobody can delete it any more"
)
_OPEN = (
    "the data is from before boxes had credentials, so senders without one are let in;"
    " give each box one (kiezbox box credential new ID), then: kiezbox broker close"
)


@dataclass(frozen=True, slots=True)
class Passwords:
    """Of the hub's sessions, of the node of the box that runs beside it, and of the simulated boxes."""

    hub: str
    node: str
    simulated: str
    is_new: bool


def passwords_of(data: Path) -> Passwords:
    """The passwords in the data folder, made where there are none. Raises OperatorError when they cannot be kept."""
    with contextlib.suppress(FileNotFoundError):
        try:
            found = json.loads((data / _FILE).read_text(encoding="utf-8"))
            return Passwords(found["hub"], found["node"], found["simulated"], is_new=False)
        except (ValueError, KeyError, TypeError):  # cut off by a power failure: nobody else has them
            (data / _FILE).unlink()
    up_draining.begin(data, data / NATS_FOLDER / _STORE)
    made = {name: passwords.new() for name in ("hub", "node", "simulated")}
    files.replace(data, {_FILE: json.dumps(made) + "\n"}, mode=files.PRIVATE)
    return Passwords(**made, is_new=True)


@dataclass(frozen=True, slots=True)
class UpBroker:
    """The embedded broker with its users. `address` is where this machine reaches it."""

    data: Path
    nats: Nats
    address: Address
    passwords: Passwords
    settings: Settings

    @property
    def mqtt(self) -> MqttSettings:
        """As the hub signs in; each of its sessions has a name of its own."""
        password = SecretStr(self.passwords.hub)
        return MqttSettings(host=self.address.host, port=self.address.port, password=password)

    @property
    def environment(self) -> dict[str, str]:
        """What the hub's processes and the commands of its operators need."""
        return {
            "KIEZBOX_MQTT_HOST": self.address.host,
            "KIEZBOX_MQTT_PORT": str(self.address.port),
            "KIEZBOX_MQTT_PASSWORD": self.passwords.hub,
            "KIEZBOX_BROKER_KIND": "nats",
            "KIEZBOX_BROKER_FOLDER": str(self.nats.folder),
            "KIEZBOX_BROKER_PID_FILE": str(self.nats.pid_file),
            "KIEZBOX_BROKER_ANONYMOUS": json.dumps(self.nats.address.is_loopback),
        }

    def node_environment(self, box: str) -> dict[str, str]:
        """As the node of a box signs in, and nothing of the hub's."""
        own = {
            "KIEZBOX_MQTT_USERNAME": credentials.username(box, Kind.NODE),
            "KIEZBOX_MQTT_PASSWORD": self.passwords.node,
        }
        return {"KIEZBOX_MQTT_HOST": self.address.host, "KIEZBOX_MQTT_PORT": str(self.address.port), **own}

    def prepare(self) -> None:
        """Everything that the broker needs to start. Raises OperatorError."""
        self.nats.prepare()
        if self.passwords.is_new:  # the users of the hub have others
            (self.nats.folder / users.FILE).unlink(missing_ok=True)
        apply.prepare(self._settings(None))

    async def apply(self, database: DatabaseSettings, nodes: Sequence[str], simulated: Sequence[str]) -> list[str]:
        """Give boxes their credentials, write the users of the broker, and let it read them; what to say about it.

        Raises OperatorError, Unavailable.
        """
        said: list[str] = []
        async with db.connect(database, "kiezbox-up") as connection:
            async with connection.transaction():
                said += await self._issue(connection, nodes, Kind.NODE, self.passwords.node)
                said += await self._issue(connection, simulated, Kind.SENSOR, self.passwords.simulated)
            is_draining = up_draining.is_under_way(self.data)
            await apply.apply(connection, self._settings(None), lets_others_in=not is_draining)
            is_closed = await broker_access.is_closed(connection)
        try:
            await apply.reload(self._settings(self.nats.pid_file).broker)
        except OperatorError as error:  # it has just died: it starts again, and reads what was written
            said.append(error.message)
        return [*said, *([_DRAINING] if is_draining else []), *self._advice(is_closed=is_closed)]

    async def let_others_in(self, database: DatabaseSettings) -> None:
        """Senders without a credential, once what waited for the hub is taken. Raises OperatorError, Unavailable."""
        await up_draining.wait(database, self.data / up_plan.HUB_FOLDER)
        async with db.connect(database, "kiezbox-up") as connection:
            await apply.apply(connection, self._settings(self.nats.pid_file))
        up_draining.end(self.data)

    def _advice(self, *, is_closed: bool) -> list[str]:
        address = self.nats.address
        if not is_closed:
            return [_OPEN]
        return [] if address.is_loopback else [f"{address} asks boxes for a password: kiezbox box credential new ID"]

    async def _issue(self, connection: Connection, boxes: Sequence[str], kind: Kind, password: str) -> list[str]:
        """Credentials for those that have none; what an operator gave or revoked stays."""
        known = {each.username: each for each in await credentials.listed(connection)}
        hashes, said = passwords.hashes(password), list[str]()
        same: Hashes | None = None  # all simulated boxes were given the same
        for box in boxes:
            held = known.get(credentials.username(box, kind))
            if held is not None and not self.passwords.is_new:
                is_ours = held.revoked_at is None and (held.hashes == same or passwords.is_of(password, held.hashes))
                same = held.hashes if is_ours else same
                said += [] if is_ours else [f"{held.username} has a credential of its own: the one here stays outside"]
                continue
            try:
                await credentials.issue(connection, registry.author(), credentials.of_box(box, kind, hashes))
            except BoxError as error:
                said.append(f"{error.message}: the one here stays outside")
        return said

    def _settings(self, pid_file: Path | None) -> Settings:
        broker = BrokerSettings(
            kind="nats", folder=self.nats.folder, pid_file=pid_file, anonymous=self.nats.address.is_loopback
        )
        crisis = self.settings.crisis.model_copy(update={"node": None})  # the hub's
        return self.settings.model_copy(update={"mqtt": self.mqtt, "broker": broker, "crisis": crisis})


async def simulated_boxes(count: int, environment: Mapping[str, str]) -> list[str]:
    """The ids of the boxes that the simulator runs: it says so itself. Raises OperatorError."""
    asked = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "firmware_sim", "ids", "--boxes", str(count)),
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_IDS_SECONDS):
            output, errors = await asked.communicate()
    except TimeoutError:
        asked.kill()
        raise OperatorError("the simulator does not answer", "start without it: kiezbox up --no-sim") from None
    if asked.returncode != os.EX_OK:
        raise OperatorError(
            f"the simulator does not start: {errors.decode(errors='replace').strip()}",
            "install the one of this version: pip install ./firmware-sim; or start without it: kiezbox up --no-sim",
        )
    return output.decode().split()
