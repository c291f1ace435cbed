"""What paho keeps private and we use, all in one place. tests/kiezbox/mqtt/test_paho_private.py pins the version.

Public paho opens its own socket and blocks while it dials, reads every packet itself, and decodes a topic strictly.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from paho.mqtt import client as paho

if TYPE_CHECKING:
    from kiezbox.mqtt.wiresocket import WireSocket


class SocketClient(paho.Client):
    """paho's client over a socket that we opened."""

    prepared: WireSocket

    def _create_socket(self) -> Any:  # paho's reconnect() calls it; its own would block the event loop
        return self.prepared

    def note_bytes_received(self) -> None:
        """Something arrived that paho did not read itself: the connection is alive."""
        with self._msgtime_mutex:
            self._last_bytes_received = time.monotonic()


def topic_bytes(message: paho.MQTTMessage) -> bytes:
    """A message's topic as it arrived; paho's own `topic` raises when it is not UTF-8."""
    return bytes(message._topic)  # noqa: SLF001 -- what this module is for
