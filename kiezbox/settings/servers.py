"""Settings of the servers that Kiezbox talks to: the database, the broker, Grafana."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from kiezbox import libpq
from kiezbox.settings.section import Section

_MESH_ROOT = r"^[^+#/$]+(/[^+#/]+)*$"  # levels with a name, no wildcards


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


class BridgeSettings(MqttSettings):
    """The broker of somebody else from which `kiezbox bridge` brings messages of other makes, and which."""

    formats: tuple[str, ...] = Field(
        default=(), description="Formats to take (JSON list), as `kiezbox inputs formats` lists them."
    )
    topics: tuple[str, ...] = Field(
        default=(), description="Topic filters to subscribe to (JSON list); none: those of the formats."
    )
    client_id: str = Field(
        default="kiezbox-bridge",
        min_length=1,
        description="Name of this bridge; its MQTT client id is this and a random part that the database keeps.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the bridge's own `/metrics`.")
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the bridge's own `/metrics`; 0 turns it off."
    )


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


def _alert_rules(given: object) -> object:
    """A value of the setting; `true` and `false`, which it was at first, are `always` and `never`."""
    written = str(given).strip().lower()
    if written in {"true", "1", "yes", "on"}:
        return "always"
    return "never" if written in {"false", "0", "no", "off"} else written


class GrafanaSettings(Section):
    """Where dashboards are published, in which language, and how that Grafana reaches the database."""

    url: str = Field(default="http://127.0.0.1:3000", description="Address of the Grafana that gets the dashboards.")
    token: SecretStr | None = Field(
        default=None,
        description="Token of a Grafana service account, to publish with (which rights: docs/dashboards.md).",
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
    alert_rules: Annotated[Literal["instead", "always", "never"], BeforeValidator(_alert_rules)] = Field(
        default="instead",
        description="When Grafana alerts: `instead` while Kiezbox itself tells nobody (docs/alarm.md) or its hub is"
        " silent; `always`, so that people may be told twice; `never`.",
    )
    runbook_url: str | None = Field(
        default=None,
        description="Where an alert says what to do. Default: `/runbook` of our API, at `KIEZBOX_API_PUBLIC_URL`.",
    )
    staff_team: str | None = Field(
        default=None,
        description="The team in Grafana that alone sees Lagebild, Box and Betrieb; every viewer sees the others.",
    )
    any_version: bool = Field(
        default=False, description="Publish into a Grafana of a version that was never tried with Kiezbox, too."
    )
