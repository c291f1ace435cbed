"""deploy/nats/compose.conf on a real server, with the users that the services of docker-compose.yml write."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from pydantic import SecretStr

from kiezbox import db, mqtt
from kiezbox.errors import Unavailable
from kiezbox.settings import BrokerSettings, MqttSettings, Settings
from stack import probe
from stack.broker import apply, passwords
from stack.broker import nats as users
from stack.embedded import nats
from stack.ports import Address
from storage import broker_access, credentials
from storage.box_history import Author, Via
from storage.credentials import Kind
from tests.conftest import ROOT, absent, running, unused_port
from tests.deploy.test_compose import SERVICES
from tests.support.waiting import until
from tests.system.support.kiezbox_up import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiezbox.settings import DatabaseSettings

HUB, BOXES = SecretStr("k4f0a9c3e7b15d28c60e1"), SecretStr("k91b27cc0de8843fa6e25")
AUTHOR = Author("tests", Via.COMMAND)
SECONDS = 20.0


@pytest.fixture(scope="module")
def settings(scratch: Path) -> Iterator[Settings]:
    """What the service `broker` has: an installation from before credentials; its broker runs."""
    folder, port = scratch / "compose-nats", unused_port()
    (folder / "kiezbox").mkdir(parents=True)
    moved = (
        (ROOT / "deploy" / "nats" / "compose.conf")
        .read_text()
        .replace("0.0.0.0:1883", f"127.0.0.1:{port}")
        .replace("127.0.0.1:4222", "127.0.0.1:-1")
        .replace("127.0.0.1:8222", "127.0.0.1:-1")
        .replace("/var/lib/kiezbox", str(folder / "store"))
        .replace("20GB", "100MB")
    )
    (folder / "nats.conf").write_text(f'pid_file: "{folder}/pid"\n{moved}')
    broker = BrokerSettings(
        kind="nats",
        folder=folder / "kiezbox",
        reload_command=f"kill -HUP $(cat {folder}/pid)",  # there it is always process 1
        shared_password=BOXES,
    )
    made = Settings(broker=broker, mqtt=MqttSettings(host="127.0.0.1", port=port, password=HUB))
    apply.prepare(made)
    program = nats.Nats(folder, Address("127.0.0.1", port)).program()
    with running(program, folder, lambda: "Server is ready" in (folder / "output").read_text()):
        yield made


@pytest.fixture
def hub(settings: Settings) -> MqttSettings:
    """The crisis part's session for calls, as an example of the hub's."""
    return settings.mqtt.for_session("kiezbox-crisis-hub-calls")


@pytest.fixture
def box(settings: Settings) -> MqttSettings:
    """A box from before credentials."""
    return settings.mqtt.model_copy(update={"username": "box", "password": BOXES})


async def test_nobody_comes_in_without_a_password(settings: Settings) -> None:
    for name in (None, "box", "hub", "kiezbox-ingest", "anonymous"):
        with pytest.raises(Unavailable):
            await probe.mqtt(settings.mqtt.model_copy(update={"username": name, "password": None}))


async def test_each_session_of_the_hub_gets_in_before_there_is_a_database(settings: Settings) -> None:
    names = ("kiezbox-ingest", "kiezbox-crisis-hub-calls", "kiezbox-crisis-hub-sync", "kiezbox-probe")

    for name in names:
        await probe.mqtt(settings.mqtt.for_session(name))


def test_the_first_files_do_not_replace_what_is_there(settings: Settings) -> None:
    assert apply.prepare(settings) == ()


async def test_a_call_of_a_box_from_before_credentials_reaches_the_hub(hub: MqttSettings, box: MqttSettings) -> None:
    async with (
        mqtt.session(hub, "hub", ("kb/v1/+/distress", "msh/+/2/e/+/+")) as above,
        mqtt.session(box, "box", ("kb/v1/71-01/ack", "kb/v1/all/bulletin"), durable=False) as below,
    ):
        await asyncio.wait_for(asyncio.gather(above.connected.wait(), below.connected.wait()), SECONDS)

        below.publish("kb/v1/71-01/distress", b"{}", qos=1)
        below.publish("msh/EU_868/2/e/kiezbox/!12345678", b"bytes", qos=1)
        arrived: set[str] = set()
        while len(arrived) < 2:
            burst = await asyncio.wait_for(above.burst(), SECONDS)
            arrived |= {delivery.topic for delivery in burst}
            above.acknowledge(burst)

    assert arrived == {"kb/v1/71-01/distress", "msh/EU_868/2/e/kiezbox/!12345678"}


async def test_a_box_cannot_speak_for_the_hub(settings: Settings, hub: MqttSettings, box: MqttSettings) -> None:
    ingest = settings.mqtt.for_session("kiezbox-ingest")
    async with (
        mqtt.session(box, "other", ("kb/v1/71-02/command", "kb/v1/71-02/ack"), durable=False) as victim,
        mqtt.session(box, "bad", ("kb/v1/71-01/ack",), durable=False) as bad,
        mqtt.session(hub, "hub-2", ("kb/v1/+/report",)) as above,
        mqtt.session(ingest, "ingest", ("kb/v1/+/status",)) as answering,
    ):
        for each in (victim, bad, above, answering):
            await asyncio.wait_for(each.connected.wait(), SECONDS)

        bad.publish("kb/v1/71-02/ack", b"from a box", qos=1)
        bad.publish("kb/v1/71-01/report", b"after it", qos=1)
        await asyncio.wait_for(above.burst(), SECONDS)
        answering.publish("kb/v1/71-02/ack", b"from the hub", qos=1)
        (heard,) = await asyncio.wait_for(victim.burst(), SECONDS)

    assert heard.payload == b"from the hub"


async def test_once_closed_a_box_comes_in_with_its_own_credential_and_no_other(
    settings: Settings, box: MqttSettings, database: DatabaseSettings
) -> None:
    own = settings.mqtt.model_copy(update={"username": "71-01", "password": SecretStr("its own")})
    hashes = passwords.hashes("its own")
    async with db.connect(database, "tests") as connection:
        await credentials.issue(connection, AUTHOR, credentials.of_box("71-01", Kind.SENSOR, hashes))
        await broker_access.reopen(connection, AUTHOR)  # as in a database from before
        await connection.execute("INSERT INTO box (id) VALUES ('esp')")
        unnamed = [settings.mqtt.model_copy(update={"username": name, "password": None}) for name in (None, "esp")]
        await apply.apply(connection, settings)
        for each in (own, box):
            await until(functools.partial(lets_in, each))
        for each in unnamed:  # nor did the version before let them in
            assert await refuses(each)

        await broker_access.close(connection, AUTHOR)
        told = await apply.apply(connection, settings)

    assert told.reloaded == settings.broker.reload_command
    await until(functools.partial(refuses, box))
    assert await lets_in(own)
    assert users.FILE in {file.name for file in told.changed}


async def lets_in(client: MqttSettings) -> bool:
    try:
        await probe.mqtt(client)
    except Unavailable:
        return False
    return True


async def refuses(client: MqttSettings) -> bool:
    return not await lets_in(client)


def test_the_command_of_compose_reaches_the_broker_with_the_rights_that_compose_leaves(
    settings: Settings,
) -> None:
    """NATS is process 1 of a namespace; the service `broker` is in it too, as the same user, without capabilities."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("nsenter") is None:
        absent("unshare and nsenter, which only root may use")
    bare = ("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--bounding-set=-all", "--no-new-privs")
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-") as name:
        folder = Path(name)
        server = shutil.copy(nats.binary(), folder / "nats-server")
        text = (settings_folder(settings) / "nats.conf").read_text().replace(str(settings_folder(settings)), name)
        moved = re.sub(r'listen: "127.0.0.1:\d+"', f'listen: "127.0.0.1:{unused_port()}"', text)
        (folder / "nats.conf").write_text(moved)
        (folder / "kiezbox").mkdir()
        (folder / "kiezbox" / users.FILE).write_text(users.render([]))
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 10_001, 10_001)
        output = folder / "output"
        command = ("unshare", "--pid", "--fork", "--mount-proc", *bare, str(server), "-c", str(folder / "nats.conf"))
        with output.open("wb") as sink, subprocess.Popen(command, stdout=sink, stderr=sink) as process:
            try:
                wait_for("it is ready", lambda: "Server is ready" in output.read_text())
                (inside,) = psutil.Process(process.pid).children()
                enter = ("nsenter", "-t", str(inside.pid), "-p", "-m", *bare, "sh", "-c")
                subprocess.run([*enter, SERVICES["broker"]["environment"]["KIEZBOX_BROKER_RELOAD_COMMAND"]], check=True)
                wait_for("it has read its users again", lambda: "Reloaded: authorization users" in output.read_text())
            finally:
                for each in psutil.Process(process.pid).children(recursive=True):
                    each.kill()


def settings_folder(settings: Settings) -> Path:
    assert settings.broker.folder is not None
    return settings.broker.folder.parent
