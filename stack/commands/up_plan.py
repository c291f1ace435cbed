"""What `kiezbox up` shall run: the options of its command line, parsed, and how its own commands are started."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack import command_line
from stack.embedded.program import Program

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kiezbox.settings import Settings
    from stack.ports import Address

NAMES = ("up", "nats", "postgres", "migrate", "ingest", "maintain", "export", "api", "box", "sim")
OPENDATA_FOLDER = "opendata"  # of the data folder, as those below
HUB_FOLDER = "crisis"  # of the data folder; a box's has its id behind that
_GRACE_SECONDS = 5.0  # how much longer than its own shutdown_seconds a process may take to stop


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
        return self.stop_seconds * len(NAMES)

    @property
    def box_tls_port(self) -> int:
        """Where the box's node serves staff once it has a certificate: the hub's node has the port of the settings."""
        taken = {self.http.port, self.mqtt.port, *([] if self.box_http is None else [self.box_http.port])}
        ours: int = self.settings.api.tls_port
        return min(set(range(ours + 1, 65_536)) - taken, default=max(set(range(1, ours)) - taken))


def kiezbox(command: str, environment: Mapping[str, str]) -> Program:
    """One of our own commands, from the installation that runs now."""
    return Program(
        command,
        (sys.executable, "-P", "-m", "stack.cli", command),
        environment,
        operator_exit=command_line.OPERATOR_EXIT,
    )
