"""Settings of `kiezbox receive`, which takes over HTTP what devices of other makes send."""

from __future__ import annotations

from pydantic import Field

from kiezbox.settings.section import Section


class ReceiveSettings(Section):
    """Where `kiezbox receive` listens for devices of other makes, and what a sender may take."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; `0.0.0.0` for sensors in the network.")
    port: int = Field(default=8090, ge=1, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        default=None,
        description="The address outside, which `kiezbox inputs sender new` prints: `http://hub.example:8090`.",
    )
    body_bytes_max: int = Field(
        default=1024 * 1024, ge=1024, le=1024 * 1024, description="Bytes of one request's body at most, unpacked too."
    )
    hold_seconds: float = Field(
        default=15.0,
        gt=0,
        le=120,
        description="While the database is away, how long a request waits for its commit before it is refused.",
    )
    ping_seconds: float = Field(
        default=2.0, gt=0, le=30, description="How long the database may take to answer a sender's ping."
    )
    sender_requests_per_second: float = Field(
        default=20.0, gt=0, description="Requests of one sender, on average; what is beyond waits, and is then refused."
    )
    sender_burst_requests: int = Field(
        default=2_000, ge=1, description="Requests of one sender at once, as after an outage."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the process's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the process's own `/metrics`; 0 turns it off."
    )
