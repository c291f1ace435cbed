"""Real brokers that know users from generated files only."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack.broker import files, mosquitto, nats, passwords
from stack.embedded import nats as embedded
from stack.embedded.program import Program
from tests.conftest import absent, running, unused_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from stack.broker.rights import Rights
    from stack.broker.users import User

PASSWORD = "the same for all, of course in tests only"
HASHES = passwords.hashes(PASSWORD)
NATS, MOSQUITTO = "nats", "mosquitto"


@dataclass
class Broker:
    """A broker that runs. `hub_port` is where the hub's users sign in: on NATS the same as the boxes'."""

    kind: str
    folder: Path
    box_port: int
    hub_port: int
    tls_ca: Path | None = None

    @property
    def pid_file(self) -> Path:
        return self.folder / "broker.pid"

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text(errors="replace")

    def port(self, user: User) -> int:
        return self.box_port if user.is_of_box else self.hub_port

    def write(self, users: Sequence[User], anonymous: Rights | None = None) -> None:
        """The files as `kiezbox broker apply` writes them."""
        if self.kind == NATS:
            files.replace(self.folder, {nats.FILE: nats.render(users, anonymous)})
        else:
            files.replace(self.folder, mosquitto.render(users, anonymous))

    def reload(self) -> None:
        os.kill(int(self.pid_file.read_text()), signal.SIGHUP)


@contextlib.contextmanager
def running_broker(
    kind: str, folder: Path, users: Sequence[User], *, more: str = "", certificate: tuple[Path, Path] | None = None
) -> Iterator[Broker]:
    """A broker with these users. `more` is added to its own file; with a certificate and its key it speaks TLS."""
    folder.mkdir()
    box_port, hub_port = unused_port(), unused_port()
    broker = Broker(kind, folder, box_port, box_port if kind == NATS else hub_port)
    broker.write(users)
    file = folder / "broker.conf"
    if kind == NATS:
        file.write_text(_nats(broker, certificate) + more)
        program = Program("nats", (str(embedded.binary()), "-c", str(file)))
    else:
        path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if path is None:
            absent("Mosquitto")
        file.write_text(_mosquitto(broker, certificate) + more)
        program = Program("mosquitto", (path, "-c", str(file)))
    with running(program, folder, _is_ready(broker)):
        yield broker


def _is_ready(broker: Broker) -> Callable[[], bool]:
    words = "Server is ready" if broker.kind == NATS else " running"
    return lambda: words in broker.output and broker.pid_file.exists()


def _nats(broker: Broker, certificate: tuple[Path, Path] | None) -> str:
    tls = f'tls {{ cert_file: "{certificate[0]}", key_file: "{certificate[1]}" }}' if certificate else ""
    return f"""
server_name: "kiezbox"
listen: "127.0.0.1:-1"
pid_file: "{broker.pid_file}"
jetstream {{ store_dir: "{broker.folder / "store"}" }}
mqtt {{ listen: "127.0.0.1:{broker.box_port}", ack_wait: "4s", max_ack_pending: 10000, {tls} }}
include "{nats.FILE}"
"""


def _mosquitto(broker: Broker, certificate: tuple[Path, Path] | None) -> str:
    tls = f"certfile {certificate[0]}\nkeyfile {certificate[1]}\n" if certificate else ""
    # Started by root it would become the user `mosquitto`, who cannot enter the tests' folder.
    root = "user root\n" if os.geteuid() == 0 else ""
    folder = broker.folder
    return f"""
per_listener_settings true
pid_file {broker.pid_file}
persistence true
persistence_location {folder}/
max_queued_messages 100000
set_tcp_nodelay true
{root}
listener {broker.box_port} 127.0.0.1
allow_anonymous false
use_username_as_clientid true
password_file {folder / mosquitto.BOX_PASSWORDS}
acl_file {folder / mosquitto.BOX_ACL}
{tls}
listener {broker.hub_port} 127.0.0.1
allow_anonymous false
password_file {folder / mosquitto.HUB_PASSWORDS}
acl_file {folder / mosquitto.HUB_ACL}
{tls}
"""
