"""Whether servers answer: the smallest real request to each kind. All raise Unavailable when there is no answer."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from http import HTTPStatus
from typing import TYPE_CHECKING

from kiezbox import db, tls
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from kiezbox.settings import DatabaseSettings, MqttSettings

_SECONDS = 3.0
_LEVELS = {"3.1.1": 4, "5": 5}
_CONNECT, _CONNACK = 0x10, 0x20
_CONNACK_BYTES = 2  # flags and code; MQTT 5 adds properties
_ONE_BYTE_LENGTH_MAX = 127  # a longer packet has more bytes of length
_CLEAN_SESSION, _PASSWORD, _USER_NAME = 0x02, 0x40, 0x80
# Codes of MQTT 3.1.1 (table 3.1), and the two most common of MQTT 5 (section 3.2.2.2)
_REFUSALS = {
    1: "it does not speak this MQTT version",
    2: "it refuses the client id",
    3: "it is not available",
    4: "user name or password is wrong",
    5: "not authorised: set KIEZBOX_MQTT_USERNAME and KIEZBOX_MQTT_PASSWORD",
    0x84: "it does not speak this MQTT version",
    0x86: "user name or password is wrong",
    0x87: "not authorised: set KIEZBOX_MQTT_USERNAME and KIEZBOX_MQTT_PASSWORD",
}


async def mqtt(settings: MqttSettings) -> None:
    """Check that the broker accepts a CONNECT: address, TLS, user name and password are right."""
    settings = settings.for_session("kiezbox-probe")
    async with _connection("broker", settings.host, settings.port, _tls(settings)) as (reader, writer):
        writer.write(_connect_packet(settings))
        head = await reader.readexactly(2)
        is_connack = head[0] == _CONNACK and _CONNACK_BYTES <= head[1] <= _ONE_BYTE_LENGTH_MAX
        body = await reader.readexactly(head[1]) if is_connack else b""
        if not body:
            raise Unavailable("broker", f"{settings.host}:{settings.port} does not speak MQTT")
        if body[1] != 0:
            raise Unavailable("broker", _REFUSALS.get(body[1], f"it refuses the connection with code {body[1]}"))
        writer.write(b"\xe0\x00")  # DISCONNECT


async def http(host: str, port: int, path: str) -> int:
    """The status with which an HTTP server answers GET `path`."""
    async with _connection("http", host, port, None) as (reader, writer):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readline()
        await reader.read()
    match line.decode("latin-1").split():
        case [protocol, status, *_] if protocol.startswith("HTTP/") and status.isdigit():
            return int(status)
    raise Unavailable("http", f"{host}:{port} does not speak HTTP")


async def livez(host: str, port: int) -> None:
    """Check that the API answers."""
    status = await http(host, port, "/livez")
    if status != HTTPStatus.OK:
        raise Unavailable("api", f"/livez answers {status}")


async def database(settings: DatabaseSettings) -> None:
    """Check that the database answers a query."""
    async with db.connect(settings, "kiezbox-probe") as connection:
        await connection.fetchval("SELECT 1")


@contextlib.asynccontextmanager
async def _connection(
    what: str, host: str, port: int, context: ssl.SSLContext | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            try:
                yield reader, writer
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except TimeoutError:
        raise Unavailable(what, f"{where} does not answer within {_SECONDS:g} s") from None
    except asyncio.IncompleteReadError:
        raise Unavailable(what, f"{where} closes the connection") from None
    except OSError as error:
        raise Unavailable(what, f"{where}: {tls.reason(error)}") from error


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    try:
        return tls.context(settings)
    except OSError as error:
        raise Unavailable("broker", f"TLS files: {error}") from error


def _connect_packet(settings: MqttSettings) -> bytes:
    """A CONNECT with a clean session and no client id (MQTT 3.1.1 section 3.1, MQTT 5 section 3.1)."""
    flags = _CLEAN_SESSION
    fields = [b""]  # the client id: the broker invents one
    if settings.username is not None:
        flags |= _USER_NAME
        fields.append(settings.username.encode())
    if settings.password is not None:
        flags |= _PASSWORD
        fields.append(settings.password.get_secret_value().encode())
    level = _LEVELS[settings.protocol]
    properties = b"\x00" if level == _LEVELS["5"] else b""
    body = _text(b"MQTT") + struct.pack("!BBH", level, flags, 10) + properties + b"".join(map(_text, fields))
    return bytes([_CONNECT]) + _length(len(body)) + body


def _text(value: bytes) -> bytes:
    return struct.pack("!H", len(value)) + value


def _length(number: int) -> bytes:
    """The variable byte integer of MQTT (3.1.1 section 2.2.3)."""
    found = bytearray()
    while True:
        number, digit = divmod(number, 128)
        found.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(found)
