"""The door to MQTT: the only importer of paho. A session on the event loop, acknowledged by hand, with back-pressure.

paho speaks MQTT (client.py); sockets, time and order are ours (session.py). The packets of which there are most, which
are messages that come in, their PUBACKs, and messages with QoS 0 that go out, we read and write ourselves (packets.py);
with MQTT 5 paho does that too.
"""

from kiezbox.mqtt.backlog import Delivery, stored_delivery
from kiezbox.mqtt.client import Will
from kiezbox.mqtt.client_ids import ClientIds, passing
from kiezbox.mqtt.draining import Watched, drain
from kiezbox.mqtt.filters import below, deeper, matches
from kiezbox.mqtt.retained import Unretained, clear_retained
from kiezbox.mqtt.session import Session, session

__all__ = [
    "ClientIds",
    "Delivery",
    "Session",
    "Unretained",
    "Watched",
    "Will",
    "below",
    "clear_retained",
    "deeper",
    "drain",
    "matches",
    "passing",
    "session",
    "stored_delivery",
]
