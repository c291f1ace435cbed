"""Settings of the simulator as frozen sections, made by the command line and handed down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from firmware_sim.bundle import Credential
    from firmware_sim.clock import Jump

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """How boxes connect to the broker. Without credentials and `username` a box uses its own id (protocol.md)."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    ca: str | None = None  # certificate authorities as PEM, instead of a file of them
    credentials: Mapping[str, Credential] = field(default_factory=dict)  # by box: instead of user name and password
    keepalive_seconds: int = 30
    handshake_seconds: float = 20.0
    publishes_in_flight: int = 100  # messages without a PUBACK
    disconnect_seconds: float = 2.0
    reconnect_first_seconds: float = 1.0
    reconnect_max_seconds: float = 60.0

    def username_of(self, box: str) -> str:
        """The user that a box signs in as."""
        own = self.credentials.get(box)
        return own.username if own else self.username or box

    def password_of(self, box: str) -> str | None:
        """The password that a box signs in with."""
        own = self.credentials.get(box)
        return own.password if own else self.password

    def client_id_of(self, box: str) -> str:
        """The client id of a box."""
        own = self.credentials.get(box)
        return own.client_id if own else box


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLimits:
    """How much one box keeps. Beyond that the oldest message is dropped, and counted."""

    max_messages: int = 20_000
    max_bytes: int = 64 * 1024 * 1024
    max_age_seconds: float = 30 * _DAY_SECONDS
    dead_letters: int = 1_000  # rejected messages that are kept; all are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """When a message without an ack of the hub is sent again (protocol.md, ack)."""

    first_resend_seconds: float = 10.0
    max_resend_seconds: float = 600.0
    replays_per_second: float = 20.0
    replays_in_flight: int = 10  # replays of the last `first_resend_seconds` without an ack
    window: int = 100  # the oldest messages watched in memory; the rest waits on disk
    reconnect_spread_seconds: float = 5.0  # after a reconnect, what was sent before is sent again within this time


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSettings:
    """What a box measures, and how often."""

    interval_seconds: float = 10.0
    measurements_per_message: int = 1
    count: int | None = None  # measurements of one run; None: without end
    status_seconds: float = 300.0
    seed: int = 0
    clock_jumps: tuple[Jump, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """All settings of one run."""

    boxes: tuple[str, ...]
    data: Path
    broker: BrokerSettings = BrokerSettings()
    outbox: OutboxLimits = OutboxLimits()
    pacing: Pacing = Pacing()
    box: BoxSettings = BoxSettings()
    drain_seconds: float | None = (
        None  # after the last measurement: how long an outbox may take to empty; None: for ever
    )
    connects_per_second: float = 100.0
    report: Path | None = None
    plain: bool = False
