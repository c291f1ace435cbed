"""Which doors stand open: servers of this installation that others can reach, and what they may do there unasked."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

from kiezbox import mqtt
from stack.findings import Finding, Level
from stack.ports import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kiezbox.settings import MqttSettings, Settings

_SECONDS = 3.0
_PROBE = "kiezbox-probe"  # below it only the hub may publish and subscribe
_CLUSTER_PORT = 6222  # NATS's own for its members
_POSTGRES_PORT = 5432


class Anonymous(Enum):
    """What the broker lets a client do that gives neither user name nor password."""

    REFUSED = "refused"
    RESTRICTED = "restricted"  # it may come in, and not do everything
    UNRESTRICTED = "unrestricted"
    UNKNOWN = "unknown"  # the broker does not answer


async def examine(found: Settings, *, asks_broker: bool, is_closed: bool = True) -> list[Finding]:
    """A finding for each door that stands open, with what to do; one that all is well when there is none.

    `asks_broker` False: the broker does not answer, so nothing is said about it. `is_closed` False: it is to let in
    senders without a credential, of which doctor warns by itself.
    """
    anonymous = await ask_anonymously(found.mqtt) if asks_broker else Anonymous.UNKNOWN
    open_doors = [
        *broker(found.mqtt, anonymous, listening(found.mqtt.port)),
        *staff(listening(found.api.port)),
        *await cluster(listening(_CLUSTER_PORT)),
        *database(listening(_database_port(found))),
    ]
    return open_doors or all_is_well(anonymous, is_closed=is_closed)


def all_is_well(anonymous: Anonymous, *, is_closed: bool) -> list[Finding]:
    """What is said when no door stands open to others."""
    if anonymous is Anonymous.RESTRICTED:
        text = "no server here is open to other machines; on this one MQTT takes readings and calls without a password"
        return [Finding(Level.OK, "listeners", text)]
    if anonymous is Anonymous.UNKNOWN or not is_closed:
        return []
    return [Finding(Level.OK, "listeners", "nobody comes in without being asked who they are")]


def listening(port: int) -> list[Address]:
    """Where programs of this machine listen on a TCP port: all addresses but loopback, so that others can connect."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:  # macOS shows them to root alone
        return []
    addresses = {
        Address(each.laddr[0], each.laddr[1])
        for each in connections
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr[1] == port
    }
    return sorted((each for each in addresses if not each.is_loopback), key=str)


async def ask_anonymously(settings: MqttSettings) -> Anonymous:
    """What the broker lets a stranger do: whether it comes in, and hears what it says itself."""
    topic, what = f"{_PROBE}/doctor-{secrets.token_hex(6)}", f"doctor-{secrets.token_hex(8)}"
    stranger = settings.model_copy(update={"username": None, "password": None})
    try:
        async with asyncio.timeout(_SECONDS), mqtt.session(stranger, what, (), durable=False) as session:
            await session.connected.wait()
    except TimeoutError:
        return Anonymous.REFUSED
    except OSError:  # the files of TLS, which doctor names where it looks at the broker itself
        return Anonymous.UNKNOWN
    try:
        async with asyncio.timeout(_SECONDS), mqtt.session(stranger, what, (topic,), durable=False) as session:
            await session.connected.wait()
            session.publish(topic, b"doctor")
            await session.burst()
    except TimeoutError:
        return Anonymous.RESTRICTED
    return Anonymous.UNRESTRICTED


def broker(settings: MqttSettings, anonymous: Anonymous, addresses: Sequence[Address]) -> list[Finding]:
    """MQTT without authentication."""
    given = Address(settings.host, settings.port)
    others = [str(each) for each in addresses] or ([] if given.is_loopback else [str(given)])
    where = ", ".join(others) or str(given)
    if anonymous is Anonymous.UNRESTRICTED:
        text = f"MQTT at {where}: without a password anybody reads, forges and deletes every message"
        advice = "let the broker ask for passwords: docs/operating.md, Boxes and their credentials"
        return [Finding(Level.FAIL if others else Level.WARN, "listeners", text, advice)]
    if anonymous is Anonymous.RESTRICTED and others:
        text = f"MQTT at {where}: without a password anybody sends readings and calls for help as any box"
        advice = "give each box a credential (kiezbox box credential new ID), then: kiezbox broker close"
        return [Finding(Level.WARN, "listeners", text, advice)]
    return []


def staff(addresses: Sequence[Address]) -> list[Finding]:
    """Staff's pages over plain HTTP."""
    if not addresses:
        return []
    text = f"HTTP at {_joined(addresses)}: staff's passwords cross the network in plain text"
    advice = "listen on 127.0.0.1 behind a proxy with TLS (docs/operating.md, Behind a proxy)"
    return [Finding(Level.WARN, "listeners", text, advice)]


async def cluster(addresses: Sequence[Address]) -> list[Finding]:
    """The port of NATS's members: whoever reaches one without mutual TLS is a member."""
    found = []
    for address in addresses:
        info = await _nats_info(address)
        if info is not None and not (info.get("tls_required") and info.get("tls_verify")):
            text = f"NATS's cluster port at {address}: whoever reaches it joins the cluster and has all messages"
            advice = "cluster { tls { ..., verify: true } }, as in deploy/nats/cluster.conf"
            found.append(Finding(Level.FAIL, "listeners", text, advice))
    return found


async def _nats_info(address: Address) -> dict[str, object] | None:
    """What a NATS server says first; None when it is none. What it says of TLS is true before the handshake."""
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(address.local.host, address.port)
            try:
                line = await reader.readline()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
        word, _, text = line.decode(errors="replace").partition(" ")
        info = json.loads(text) if word == "INFO" else None
    except (OSError, ValueError, RecursionError):  # also a time-out; something else has the port
        return None
    return info if isinstance(info, dict) else None


def database(addresses: Sequence[Address]) -> list[Finding]:
    """PostgreSQL for others than this machine."""
    if not addresses:
        return []
    text = f"PostgreSQL at {_joined(addresses)}: others can try passwords there"
    advice = "listen_addresses = 'localhost' in postgresql.conf; or a firewall, and hostssl lines alone in pg_hba.conf"
    return [Finding(Level.WARN, "listeners", text, advice)]


def _database_port(found: Settings) -> int:
    try:
        return urlsplit(found.database.url.get_secret_value()).port or _POSTGRES_PORT
    except ValueError:
        return _POSTGRES_PORT


def _joined(addresses: Sequence[Address]) -> str:
    return ", ".join(map(str, addresses))
