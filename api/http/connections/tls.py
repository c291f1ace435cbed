"""The certificate of this node, for staff over HTTPS: found, loaded, and loaded again when it is renewed.

A certificate that cannot be used must not keep residents from their page: it is logged, and plain HTTP goes on.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

FILE = "tls.pem"  # in the crisis folder: key and certificates, as `kiezbox node cert` puts them there
_HTTPS_PORT = 443  # an address does not name it
_SOON = timedelta(days=30)
_WATCH_SECONDS = 60.0
_HOW = "kiezbox node cert makes it"


class UnusableCertificateError(Exception):
    """A certificate cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it is served: on which port, for which names and addresses, until when."""

    context: ssl.SSLContext
    port: int
    names: tuple[str, ...]
    until_at: datetime

    def origin(self, host: str) -> str:
        """The address to lead somebody to who came to this host: another name, where the certificate lacks this one."""
        name = host if host in self.names else self.names[0]
        written = f"[{name}]" if ":" in name else name
        return f"https://{written}" if self.port == _HTTPS_PORT else f"https://{written}:{self.port}"


@dataclass(slots=True)
class Tls:
    """The certificate of a running application; None: staff use plain HTTP."""

    certificate: Certificate | None = None


def path_of(settings: Settings) -> Path | None:
    """Where the certificate is: as the settings say, else in the crisis folder; None when there is none."""
    if settings.api.tls_file is not None:
        return settings.api.tls_file
    path = settings.crisis.folder / FILE
    return path if path.exists() else None


def find(settings: Settings, now: datetime) -> Certificate | None:
    """The certificate of this node; None without one, or with one that cannot be used, which is logged."""
    path = path_of(settings)
    if path is None:
        return None
    try:
        found = load(path, settings.api.tls_port)
    except UnusableCertificateError as error:
        log.critical(
            "THE CERTIFICATE CANNOT BE USED: staff sign in over plain HTTP",
            extra={"file": path, "why": error, "do": _HOW},
        )
        return None
    if found.until_at - now < _SOON:
        log.warning("the certificate ends soon", extra={"file": path, "until": found.until_at, "do": _HOW})
    return found


def load(path: Path, port: int) -> Certificate:
    """The certificate in a PEM file with its key. Raises UnusableCertificateError."""
    from cryptography import x509  # noqa: PLC0415 -- only for a node that has a certificate
    from cryptography.x509.oid import ExtensionOID  # noqa: PLC0415

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(path)
        leaf = x509.load_pem_x509_certificates(path.read_bytes())[0]
        names = leaf.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except OSError as error:  # ssl.SSLError is one
        raise UnusableCertificateError(error.strerror or str(error)) from None
    except (ValueError, x509.ExtensionNotFound) as error:
        raise UnusableCertificateError(str(error)) from None
    assert isinstance(names, x509.SubjectAlternativeName)
    found = (*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress)))
    if not found:
        raise UnusableCertificateError("it names no host")
    return Certificate(context, port, found, leaf.not_valid_after_utc)


async def renew(settings: Settings, tls: Tls) -> None:
    """Load the certificate again whenever its file changes, without ending any connection, until cancelled."""
    path = path_of(settings)
    if path is None or tls.certificate is None:
        return
    seen = _changed_at(path)
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        changed = _changed_at(path)
        if changed in {seen, None}:
            continue
        seen = changed
        try:
            fresh = load(path, settings.api.tls_port)
            # The listening socket has the first context: what is new has to go into that one.
            tls.certificate.context.load_cert_chain(path)
        except (UnusableCertificateError, OSError) as error:
            log.error("the new certificate cannot be used, the old one stays", extra={"file": path, "why": error})  # noqa: TRY400 -- an operator's matter, no bug
            continue
        tls.certificate = Certificate(tls.certificate.context, fresh.port, fresh.names, fresh.until_at)
        log.info("the certificate is renewed", extra={"file": path, "until": fresh.until_at})


def _changed_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own: nobody else can read along."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
