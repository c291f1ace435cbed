"""Settings of the API, and of the provider through which staff may sign in there."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from kiezbox import addresses
from kiezbox.settings.section import Section

PublicBoxes = Literal["all", "marked"]


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
    public_boxes: PublicBoxes | None = Field(
        default=None,
        description="Boxes for everybody: `all` with protocol v1, or those `marked` (`kiezbox box set`). "
        "Unset: `marked`; `all` in a database that had boxes before there was a choice.",
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

    @field_validator("public_boxes", mode="before")
    @classmethod
    def _is_set(cls, given: object) -> object:
        """An empty variable, as Compose passes it on, is none."""
        return None if isinstance(given, str) and not given.strip() else given

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
