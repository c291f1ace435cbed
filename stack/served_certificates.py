"""Certificates of this installation's servers, as `kiezbox doctor` sees them: for which names, and when they end."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from api.http.connections import tls as staff_tls
from api.http.connections.tls import UnusableCertificateError
from kiezbox import tls
from stack.findings import Finding, Level
from stack.ports import Address

if TYPE_CHECKING:
    from kiezbox.settings import MqttSettings, Settings

_SECONDS = 5.0
_SOON = timedelta(days=30)
_PART = "tls"
_STAFF = "kiezbox node cert makes a new one (docs/crisis.md, HTTPS for staff)"
_BROKER = "kiezbox broker cert makes a new one (docs/operating.md, TLS at the broker)"


async def examine(found: Settings, now: datetime, *, asks_broker: bool) -> list[Finding]:
    """A finding for each certificate that is there; none where nothing speaks TLS."""
    return [*await staff(found, now), *(await broker(found.mqtt, now) if asks_broker else [])]


async def staff(found: Settings, now: datetime) -> list[Finding]:
    """The certificate for staff over HTTPS, and whether the port for HTTPS answers with it."""
    path = staff_tls.path_of(found)
    if path is None:
        return []
    try:
        certificate = staff_tls.load(path, found.api.tls_port)
        expected = ssl.PEM_cert_to_DER_cert(_first(path.read_text(encoding="ascii")))
    except (UnusableCertificateError, OSError, ValueError) as error:
        return [Finding(Level.FAIL, _PART, f"{path} cannot be used, so staff sign in over plain HTTP: {error}", _STAFF)]
    where = Address(found.api.host, found.api.tls_port)
    ending = _ending(f"HTTPS at {where} ({', '.join(certificate.names)})", certificate.until_at, now, _STAFF)
    served = await _served(where.local)
    if served is None:
        text = f"HTTPS at {where} does not answer, so staff sign in over plain HTTP"
        advice = "start it here with: kiezbox api; if that runs, its log says why: is the port taken?"
        return [ending, Finding(Level.WARN, _PART, text, advice)]
    if served != expected:
        text = f"HTTPS at {where} answers with another certificate than {path}"
        advice = "another node or program has the port: set KIEZBOX_API_TLS_PORT; a new file is taken within a minute"
        return [ending, Finding(Level.WARN, _PART, text, advice)]
    return [ending]


async def broker(settings: MqttSettings, now: datetime) -> list[Finding]:
    """The broker's certificate, where we speak TLS with it."""
    context = tls.context(settings)
    if context is None:
        return []
    where = f"{settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(settings.host, settings.port, ssl=context)
    except OSError:  # also a time-out: doctor says so where it looks at the broker itself
        return []
    shown = writer.get_extra_info("peercert") or {}
    await _hang_up(writer)
    until_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC)
    return [_ending(f"MQTT at {where}", until_at, now, _BROKER)]


def _ending(what: str, until_at: datetime, now: datetime, advice: str) -> Finding:
    day = f"{until_at:%Y-%m-%d}"
    if until_at <= now:
        return Finding(Level.FAIL, _PART, f"{what}: the certificate ended on {day}", advice)
    if until_at - now < _SOON:
        return Finding(Level.WARN, _PART, f"{what}: the certificate ends on {day}", advice)
    return Finding(Level.OK, _PART, f"{what}: the certificate is good until {day}")


async def _served(address: Address) -> bytes | None:
    """The certificate that a server shows, whoever signed it; None when none answers with TLS."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    except OSError:
        return None
    found: ssl.SSLObject = writer.get_extra_info("ssl_object")
    shown = found.getpeercert(binary_form=True)
    await _hang_up(writer)
    return shown


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def _first(text: str) -> str:
    """The first certificate of a PEM file: the server's own. Raises ValueError."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
    start = text.index(begin)
    return text[start : text.index(end, start) + len(end)]
