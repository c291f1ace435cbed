"""TLS with the broker, as the settings say: for sessions, for /readyz and for `kiezbox doctor` alike."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiezbox.settings import MqttSettings


def context(settings: MqttSettings) -> ssl.SSLContext | None:
    """How to speak TLS with the broker; None when TLS is off. Raises OSError for a file that is missing or no PEM."""
    if not settings.tls:
        return None
    found = ssl.create_default_context(cafile=settings.tls_ca_file)
    if settings.tls_cert_file is not None:
        found.load_cert_chain(settings.tls_cert_file, settings.tls_key_file)
    return found


def reason(error: OSError) -> str:
    """Why no connection came about, for people: what is wrong with a certificate, else the system's text.

    An error of TLS has a number too, which to the system means something else; asyncio's own texts name a call.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS fails: {error}"
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
