"""Bring the broker's users up to date: write its file from the database, and let it read that, dropping nobody."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from kiezbox.errors import OperatorError
from stack.broker import files, hub, mosquitto, nats, passwords, rights, senders, users
from stack.broker.users import User
from storage import credentials
from storage.credentials import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from kiezbox.db import Connection
    from kiezbox.settings import BrokerSettings, Settings
    from stack.broker.rights import Rights

LOCK = 0x6B62726B  # "kbrk", in PostgreSQL's advisory locks
_RELOAD_SECONDS = 30.0
_PROGRAMS = {"nats": "nats-server", "mosquitto": "mosquitto"}
_HINTS = {  # how either broker is told, where no setting says how to reach it
    "nats": "with systemd: systemctl reload nats; with Compose: docker compose kill -s HUP nats",
    "mosquitto": "with systemd: systemctl reload mosquitto; with Compose: docker compose kill -s HUP mosquitto",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done."""

    users: int
    changed: tuple[Path, ...]  # files that are new or different
    reloaded: str | None  # how the broker was told; None: nobody told it
    hint: str = ""  # then: what tells it


async def apply(
    connection: Connection, settings: Settings, *, workers: Sequence[str] = (), lets_others_in: bool = True
) -> Applied:
    """Write the users of the broker that KIEZBOX_BROKER_* name, the hub's own among them, and reload the broker.

    `lets_others_in` False: nobody without a credential for now. Raises OperatorError, BoxError.
    """
    kind, folder = settings.broker.kind, settings.broker.folder
    if kind is None or folder is None:
        raise OperatorError(
            "which broker, and where are its files?",
            "kiezbox broker apply --for nats --folder /etc/nats/kiezbox, or set KIEZBOX_BROKER_KIND and _FOLDER",
        )
    async with connection.transaction():
        # One at a time, from reading to writing: or who was just revoked would be back in the file of a slower one.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await hub.keep(connection, settings, workers)
        await senders.keep_shared(connection, settings.broker)
        others = await senders.find(connection, settings.broker) if lets_others_in else senders.CLOSED
        found = [*users.of(await credentials.listed(connection), settings.mqtt.mesh_roots), *others.users]
        changed = files.replace(folder, render(settings.broker, found, others.anonymous))
    # Also when nothing changed: the one before may have written, and not reached the broker.
    reloaded = await reload(settings.broker)
    return Applied(len(found), tuple(changed), reloaded, "" if reloaded else _HINTS[kind])


def prepare(settings: Settings) -> tuple[Path, ...]:
    """Write the broker's first files, where there are none: before there is a database, only the hub gets in.

    So the broker starts, and calls for help reach the hub, whether the database comes up or not. Raises OperatorError.
    """
    kind, folder = settings.broker.kind, settings.broker.folder
    if kind is None or folder is None or settings.mqtt.password is None:
        raise OperatorError(
            "which broker, where are its files, and which password has the hub?",
            "set KIEZBOX_BROKER_KIND, KIEZBOX_BROKER_FOLDER and KIEZBOX_MQTT_PASSWORD",
        )
    hashes = passwords.hashes(settings.mqtt.password.get_secret_value())
    names = hub.names(settings).items()
    found = [User(name, hashes, rights.of_hub(each, settings.mqtt.mesh_roots), is_of_box=False) for name, each in names]
    shared = settings.broker.shared_password
    if shared is not None:  # an installation from before credentials, whose boxes go on meanwhile
        password = passwords.hashes(shared.get_secret_value())
        found.append(User(senders.SHARED, password, rights.of_hub(Kind.SHARED)))
    texts = render(settings.broker, found)
    return tuple(files.replace(folder, {name: text for name, text in texts.items() if not (folder / name).exists()}))


def render(broker: BrokerSettings, found: Sequence[User], anonymous: Rights | None = None) -> Mapping[str, str]:
    """The broker's files: each text by its name. Raises OperatorError for a topic that no such file can have."""
    try:
        if broker.kind == "nats":
            return {nats.FILE: nats.render(found, anonymous)}
        return mosquitto.render(found, anonymous)
    except ValueError as error:
        raise OperatorError(str(error), "of the mesh's roots: KIEZBOX_MQTT_MESH_ROOTS") from None


async def reload(broker: BrokerSettings) -> str | None:
    """Let the broker read its files again; how it was told, or None where no setting says how. Raises OperatorError."""
    if broker.pid_file is not None:
        return _signal(broker.pid_file, _PROGRAMS[broker.kind or "nats"])
    if broker.reload_command is None:
        return None
    process = await asyncio.create_subprocess_shell(
        broker.reload_command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_RELOAD_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        raise OperatorError(
            f"the broker was not told: {broker.reload_command} takes longer than {_RELOAD_SECONDS:g} s",
            "run it by hand; its users are written",
        ) from None
    if process.returncode != 0:
        said = output.decode(errors="replace").strip() or f"exit code {process.returncode}"
        raise OperatorError(
            f"the broker was not told: {broker.reload_command}: {said}",
            "its users are written; mend KIEZBOX_BROKER_RELOAD_COMMAND and run it again",
        )
    return broker.reload_command


def _signal(pid_file: Path, program: str) -> str:
    """SIGHUP to the process that the file names; another program that has its number by now might end by it."""
    error: Exception | str
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="ascii")))
        if process.name() == program:
            process.send_signal(signal.SIGHUP)
            return f"SIGHUP to process {process.pid}"
        error = f"process {process.pid} is {process.name()}, not {program}"
    except (OSError, ValueError, psutil.Error) as found:
        error = found
    raise OperatorError(
        f"the broker was not told: {pid_file}: {error}",
        "its users are written, and it reads them when it starts; is it running, and may this user signal it?",
    )
