"""The sections of the settings: what each part of Kiezbox can be set to, with limits, defaults and descriptions.

The descriptions are the text of docs/configuration.md.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from kiezbox import addresses, libpq

_MESH_ROOT = r"^[^+#/$]+(/[^+#/]+)*$"  # levels with a name, no wildcards


class Section(BaseModel):
    """One part's settings: frozen, and unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Section):
    """Where the database is, and how patiently it is asked."""

    url: SecretStr = Field(
        default=SecretStr("postgresql://kiezbox@127.0.0.1:5432/kiezbox"),
        description="PostgreSQL or TimescaleDB, as a libpq URL; a Unix socket is given as `?host=/folder`.",
    )
    pooler: bool = Field(
        default=False,
        description="The URL is a pooler in transaction mode, as PgBouncer; then `DIRECT_URL` is needed as well.",
    )
    direct_url: SecretStr | None = Field(
        default=None, description="The server without the pooler: for migrations, maintenance and live streams."
    )
    write_url: SecretStr | None = Field(
        default=None,
        description="With which role the API writes boxes and the copy of the crisis log; else as in `URL`.",
    )
    pool_max: int = Field(default=8, ge=1, le=200, description="Connections that one process opens at most.")
    connect_timeout_seconds: float = Field(default=3.0, gt=0, description="How long one attempt to connect may take.")
    command_timeout_seconds: float = Field(default=30.0, gt=0, description="How long one statement may take.")

    @field_validator("url", "direct_url", "write_url")
    @classmethod
    def _name_a_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            libpq.check(url.get_secret_value())
        return url

    @model_validator(mode="after")
    def _go_past_the_pooler(self) -> DatabaseSettings:
        if self.pooler and self.direct_url is None:
            raise ValueError("with KIEZBOX_DATABASE_POOLER set KIEZBOX_DATABASE_DIRECT_URL to the server itself")
        return self

    @property
    def for_writing(self) -> DatabaseSettings:
        """The same database with the role that writes."""
        return self if self.write_url is None else self.model_copy(update={"url": self.write_url})


class MqttSettings(Section):
    """Where the broker is, and how we sign in to it."""

    host: str = Field(default="127.0.0.1", description="The broker's host name or address.")
    port: int = Field(default=1883, ge=1, le=65535, description="The broker's port (8883 is usual with TLS).")
    username: str | None = Field(
        default=None,
        description="User name at the broker; with a password alone each session has a name of its own there.",
    )
    password: SecretStr | None = Field(default=None, description="Password at the broker.")
    mesh_roots: tuple[Annotated[str, Field(pattern=_MESH_ROOT)], ...] = Field(
        default=("msh",),
        min_length=1,
        description="Root topics of Meshtastic gateways (JSON list), of one level or several; all below them is read.",
    )
    tls: bool = Field(default=False, description="Encrypt the connection and check the broker's certificate.")
    tls_ca_file: Path | None = Field(
        default=None, description="Certificate authorities to trust (PEM); else the system's."
    )
    tls_cert_file: Path | None = Field(
        default=None, description="Our own certificate (PEM), for brokers that ask for one."
    )
    tls_key_file: Path | None = Field(default=None, description="The key of our own certificate (PEM).")
    protocol: Literal["3.1.1", "5"] = Field(default="3.1.1", description="MQTT version; 5 costs a fifth of the speed.")
    keepalive_seconds: int = Field(
        default=30, ge=5, le=3600, description="Ping interval that finds half-open connections."
    )
    backlog_messages: int = Field(
        default=20_000, ge=1, description="Messages held in memory before reading from the broker pauses."
    )
    backlog_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1, description="Bytes held in memory before reading from the broker pauses."
    )
    drain_seconds: float = Field(
        default=40.0,
        gt=2,
        description="A session of the version before is removed when it has brought nothing of its own for this long:"
        " longer than the broker's `ack_wait` (NATS; 30 seconds unless it is set).",
    )
    reconnect_min_seconds: float = Field(default=0.5, gt=0, description="First pause before connecting again.")
    reconnect_max_seconds: float = Field(default=30.0, gt=0, description="Longest pause before connecting again.")

    @field_validator("mesh_roots")
    @classmethod
    def _is_not_ours(cls, roots: tuple[str, ...]) -> tuple[str, ...]:
        if any(root.split("/")[0] == "kb" for root in roots):
            raise ValueError("the topics below kb are those of the boxes, not of a mesh")
        return roots

    def for_session(self, name: str) -> MqttSettings:
        """With the user that a session signs in as: the one that is set; with a password alone the session's own name.

        So each session of the hub may do only its own work, and one password serves them all (stack/broker/hub.py).
        """
        is_own = self.username is None and self.password is not None
        return self.model_copy(update={"username": name}) if is_own else self


class BrokerSettings(Section):
    """The broker's file of users, which we write, and what boxes are told about the broker."""

    kind: Literal["nats", "mosquitto"] | None = Field(
        default=None, description="The broker whose users we write (`kiezbox broker apply`); empty: none."
    )
    folder: Path | None = Field(default=None, description="Folder into which that file is written, or those files.")
    pid_file: Path | None = Field(
        default=None, description="File with the broker's process id, which then gets SIGHUP to read its users again."
    )
    reload_command: str | None = Field(
        default=None,
        description="Command that makes the broker read its users again: `docker compose kill -s HUP nats`.",
    )
    address: str | None = Field(
        default=None, description="Where boxes reach the broker, HOST or HOST:PORT, for their bundles."
    )
    anonymous: bool = Field(
        default=False,
        description="Clients without name and password may send what a sensor sends: for a broker on loopback alone.",
    )
    shared_password: SecretStr | None = Field(
        default=None,
        description="Password of the user `box`, which all boxes shared before they had credentials; it ends with"
        " `kiezbox broker close`.",
    )
    ca_file: Path | None = Field(
        default=None, description="Authority that signed the broker's certificate (PEM): boxes with it use TLS."
    )

    @field_validator("shared_password")
    @classmethod
    def _have_a_password_or_none(cls, password: SecretStr | None) -> SecretStr | None:
        """Compose passes a variable on that is not set as one without content."""
        return None if password is None or not password.get_secret_value() else password


class IngestSettings(Section):
    """How messages become batches, and which messages are taken."""

    client_id: str = Field(
        default="kiezbox-ingest",
        min_length=1,
        description="Name of the worker; its MQTT client id is this and a random part that the database keeps.",
    )
    topics: tuple[str, ...] = Field(
        default=("kb/v1/+/telemetry", "kb/v1/+/status", "msh/+/2/e/+/+"),
        description="Topic filters to subscribe to (JSON list), for example one partition or `$share/ingest/...`.",
    )
    batch_readings: int = Field(default=30_000, ge=1, description="A batch is written when it has this many readings.")
    batch_messages: int = Field(
        default=6_600,
        ge=1,
        description="Or this many messages: three batches fit Mosquitto's window of 20,000 (docs/performance.md).",
    )
    batch_age_seconds: float = Field(
        default=0.1, ge=0, description="A batch is written when its first message is this old."
    )
    batches_in_flight: int = Field(
        default=2, ge=1, le=8, description="Batches that are on their way into the database at the same time."
    )
    box_messages_per_second: float = Field(
        default=100.0,
        ge=0,
        description="Messages of one box that are stored at once, on average; those beyond are deferred. 0: no limit.",
    )
    box_burst_messages: int = Field(
        default=6_000,
        ge=1,
        description="Messages of one box that are stored at once after a silence, as after an outage.",
    )
    deferred_messages: int = Field(
        default=1_000_000,
        ge=1,
        description="Deferred messages in the database at most; beyond that, everything is stored at once.",
    )
    accept_unknown_boxes: bool = Field(
        default=True, description="Store readings of boxes that nobody registered; false rejects them as `unknown_box`."
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the worker's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the worker's own `/metrics`; 0 turns it off."
    )


class ApiSettings(Section):
    """Where the HTTP API listens, and its limits."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    tls_file: Path | None = Field(
        default=None,
        description="Our key and certificates (PEM), for staff over HTTPS. Default: `tls.pem` in the crisis folder.",
    )
    tls_port: int = Field(
        default=8443, ge=1, le=65535, description="Port for HTTPS, besides `PORT`, where there is a certificate."
    )
    public_url: str | None = Field(
        default=None,
        description="The address outside, with its path, if a proxy has another: `https://daten.example/kiezbox`.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"),
        description="Addresses and networks (JSON list) whose X-Forwarded-For, -Proto and -Prefix are believed.",
    )
    connections_max: int = Field(
        default=1_000,
        ge=64,
        le=100_000,
        description="Open connections at most; then idle ones are closed for new ones. Each may take 64 KiB.",
    )
    connections_per_address: int = Field(
        default=300,
        ge=8,
        description="Open connections of one address (IPv6: /64) at most; trusted proxies: requests of one client.",
    )
    head_seconds: float = Field(
        default=20.0, gt=0, description="How long the request line and the header fields may take to arrive."
    )
    body_seconds: float = Field(
        default=30.0, gt=0, description="How long a body may take to arrive, besides the time for its bytes."
    )
    body_bytes_per_second: float = Field(
        default=500.0, gt=0, description="The slowest pace at which a body may arrive: longer ones get more time."
    )
    page_limit: int = Field(default=1_000, ge=1, le=10_000, description="Items of one page when `limit` is not given.")
    page_limit_max: int = Field(default=10_000, ge=1, description="Largest `limit` that a client may ask for.")
    stream_clients_max: int = Field(
        default=500,
        ge=1,
        description="Live streams served at once, of staff and of others; then the address with most gives up.",
    )
    streams_per_client: int = Field(
        default=10,
        ge=1,
        description="Live streams of one account, then its oldest ends; of an address without one ten times as many.",
    )
    commit_age_max_seconds: float = Field(
        default=0,
        ge=0,
        description="`/readyz` fails when the newest commit is older than this; 0 only reports the age.",
    )

    @field_validator("public_url")
    @classmethod
    def _name_a_public_address(cls, url: str | None) -> str | None:
        return None if url is None else addresses.public(url)

    @field_validator("trusted_proxies")
    @classmethod
    def _name_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ipaddress.ip_network(network, strict=False)  # a ValueError that names it
        return networks


class MaintenanceSettings(Section):
    """What is kept for how long, and how gently the rest is removed."""

    raw_days: int = Field(
        default=90, ge=8, le=36_500, description="Days for which every reading is kept; then its rollups remain."
    )
    five_minute_days: int = Field(
        default=365, le=36_500, description="Days for which five-minute rollups are kept; hours and days stay for ever."
    )
    reject_days: int = Field(
        default=30, ge=1, description="Days for which rejected messages are kept with their bytes."
    )
    reject_rows: int = Field(default=100_000, ge=1, description="Rejected messages that are kept at most.")
    ledger_days: int = Field(default=90, ge=2, description="Days for which the ledger is kept, by minute and box.")
    interval_seconds: float = Field(default=600.0, gt=0, description="How often to look for what is too old.")
    batch_rows: int = Field(default=10_000, ge=1, description="Rows that one transaction removes at most.")
    statement_seconds: float = Field(
        default=60.0,
        ge=0,
        description="How long a statement of dashboards or of the API's reading role may take before maintenance ends"
        " its connection; 0 never ends any.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of maintenance's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of maintenance's own `/metrics`; 0 turns it off."
    )

    @model_validator(mode="after")
    def _keep_what_is_built_upon(self) -> MaintenanceSettings:
        """An hour is made of five-minute rollups, so those must last as long as readings can still arrive."""
        if self.five_minute_days < self.raw_days + 2:
            raise ValueError("five_minute_days must be at least raw_days + 2")
        return self


class CrisisSettings(Section):
    """The node of the crisis part that runs inside the API process: where its log is, who and where it is."""

    served: bool = Field(
        default=True,
        description="False leaves the crisis part out: one API process of a hub has the crisis log, the others do not.",
    )
    folder: Path = Field(
        default=Path("kiezbox-crisis"),
        description="Folder of the event log, on a local disk that keeps what was synced to it; one process at a time.",
    )
    node: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$",
        description="Name of this node: the box id on a box (required there), `hub` on a hub.",
    )
    place: str = Field(default="", max_length=100, description="What people call the place where this node stands.")
    latitude: float | None = Field(default=None, ge=-90, le=90, description="Where this node stands, degrees north.")
    longitude: float | None = Field(default=None, ge=-180, le=180, description="Where this node stands, degrees east.")
    alert_sender: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[^\s,<&]+$",
        description="Sender of the CAP alerts, for programs, such as `kiez71.example`: the same on the hub and its "
        "boxes, and never changed. Empty: made of the hub's key.",
    )
    alert_sender_name: str | None = Field(
        default=None,
        max_length=200,
        description="Sender of the CAP alerts, for people: the office that is responsible for the notices. Empty: "
        "Kiezbox, with the remark that this is no official warning.",
    )
    power_supplies: Path = Field(
        default=Path("/sys/class/power_supply"),
        description="On a box: where its machine says whether it has mains power (Linux, sysfs-class-power).",
    )
    escalate_seconds: float = Field(
        default=120.0, gt=0, description="A call for help that nobody takes within this time escalates."
    )
    large_boxes: int = Field(
        default=5, ge=2, description="From so many boxes without mains power on an outage may be a large one."
    )
    large_streets: int = Field(
        default=200, ge=1, description="From so many streets without power on an outage may be a large one."
    )
    large_hours: float = Field(default=2.0, gt=0, description="After this time an outage may be a large one.")
    reserve_mib: int = Field(
        default=32,
        ge=0,
        description="With less free disk than this, residents' reports are refused so that calls for help still fit.",
    )
    resend_seconds: float = Field(
        default=5.0, gt=0, description="Pause before what the other side did not confirm is sent again; it doubles."
    )
    heartbeat_seconds: float = Field(
        default=60.0, gt=0, description="How often nodes compare their logs, and the hub renews its bulletins."
    )
    session_idle_seconds: float = Field(
        default=28_800, gt=0, description="Staff who do nothing for this long must sign in again."
    )
    session_seconds: float = Field(
        default=86_400, gt=0, description="Staff must sign in again after this long, whatever they do."
    )
    copies: bool = Field(default=True, description="On a hub: copy the log into the database's `crisis_event`.")


class RadioSettings(Section):
    """The Meshtastic node at a serial port of this machine, which `kiezbox radio` owns."""

    device: Path | None = Field(
        default=None, description="Its serial port, best by its name below `/dev/serial/by-id/`. Empty: none."
    )
    channel: str = Field(
        default="",
        max_length=11,
        description="The name of the staff's own channel at the node: alarms go there, and answers come from there.",
    )
    socket: Path | None = Field(
        default=None,
        description="Unix socket by which others on this machine use the radio. Default: `radio.sock` in the crisis"
        " folder.",
    )


class MapSettings(Section):
    """The maps that `kiezbox map` adds, and the pictures that are drawn from them."""

    folder: Path | None = Field(
        default=None, description="Folder of the maps that were added. Default: `map` in the crisis folder."
    )
    cache_mib: int = Field(
        default=64, ge=1, le=100_000, description="How much disk drawn pictures may take; the longest unused ones go."
    )


class OidcSettings(Section):
    """The city's OpenID provider, through which staff may sign in at a hub besides its own accounts."""

    issuer: str | None = Field(
        default=None,
        description="Address of the OpenID provider, exactly as it names itself: `https://login.example/realms/city`.",
    )
    client_id: str = Field(default="kiezbox", min_length=1, description="Our name at the provider.")
    client_secret: SecretStr | None = Field(default=None, description="Our secret at the provider; none: PKCE alone.")
    scope: str = Field(default="openid profile", description="What we ask for; it contains `openid`.")
    label: str = Field(default="OpenID", min_length=1, max_length=60, description="What staff call it, on the button.")
    name_claim: str = Field(default="preferred_username", description="The claim that becomes the account's name.")
    groups_claim: str = Field(default="groups", description="The claim with somebody's groups.")
    roles: dict[str, Literal["viewer", "operator", "responder", "commander", "admin"]] = Field(
        default_factory=dict,
        description='Roles by group (JSON); of several the first counts: `{"lagezentrum": "operator"}`.',
    )
    ca_file: Path | None = Field(default=None, description="Certificate authorities to trust (PEM); else the system's.")
    timeout_seconds: float = Field(default=10.0, gt=0, description="How long one answer of the provider may take.")

    @field_validator("issuer")
    @classmethod
    def _name_an_issuer(cls, issuer: str | None) -> str | None:
        found = urlsplit(issuer or "")
        is_local = found.hostname in {"localhost", "127.0.0.1", "::1"}
        if issuer is not None and not (found.hostname and (found.scheme == "https" or is_local)):
            raise ValueError("write the provider's address with https, as it stands in its own configuration")
        return issuer

    @field_validator("scope")
    @classmethod
    def _ask_for_an_id(cls, scope: str) -> str:
        if "openid" not in scope.split():
            raise ValueError("the scope has to contain `openid`")
        return scope


class GrafanaSettings(Section):
    """Where dashboards are published, in which language, and how that Grafana reaches the database."""

    url: str = Field(default="http://127.0.0.1:3000", description="Address of the Grafana that gets the dashboards.")
    token: SecretStr | None = Field(
        default=None, description="Token of a Grafana service account with the role Admin, to publish with."
    )
    username: str | None = Field(default=None, description="Grafana user to publish with, where there is no token.")
    password: SecretStr | None = Field(default=None, description="Password of that user.")
    timeout_seconds: float = Field(default=15.0, gt=0, description="How long one answer of Grafana may take.")
    language: Literal["de", "en"] = Field(default="de", description="Language of titles and texts.")
    database_url: SecretStr = Field(
        default=SecretStr("postgresql://kiezbox_reader@127.0.0.1:5432/kiezbox"),
        description="The database as Grafana reaches it, with the role that may only read (docs/dashboards.md).",
    )
    reader_password: SecretStr | None = Field(
        default=None,
        description="Password of that role, where the address has none; `kiezbox dashboards reader` sets it.",
    )
    timescaledb: bool = Field(default=True, description="Tell Grafana that the database has TimescaleDB.")
    alert_emails: tuple[str, ...] = Field(default=(), description="Who gets alerts by e-mail (JSON list).")
    alert_webhook: str | None = Field(default=None, description="Address that gets alerts as JSON by POST.")
    runbook_url: str = Field(
        default="https://github.com/kiezbox/kiezbox/blob/main/docs/runbook.md",
        description="Where docs/runbook.md can be read: each alert links to its part of it.",
    )


class LogSettings(Section):
    """How much is logged, and in which form."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Lowest severity that is logged."
    )
    format: Literal["text", "json"] = Field(default="text", description="`text` for people, `json` for machines.")


class ProcessSettings(Section):
    """How a process stops."""

    shutdown_seconds: float = Field(
        default=10.0, gt=0, description="How long an orderly stop may take before it is cut short."
    )
