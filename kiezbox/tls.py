"""TLS with the broker, as the settings say: for sessions, for /readyz and for `kiezbox doctor` alike."""

from __future__ import annotations

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
