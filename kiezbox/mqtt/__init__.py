"""The door to MQTT: the only importer of paho. A session on the event loop, acknowledged by hand, with back-pressure.

paho speaks MQTT (client.py); sockets, time and order are ours (session.py). What there is most of, messages that come
in and their PUBACKs, and messages with QoS 0 that go out, pass by paho (packets.py); with MQTT 5 it reads and writes
these too.
"""

from kiezbox.mqtt.backlog import Delivery, kept
from kiezbox.mqtt.client import Will
from kiezbox.mqtt.session import Session, session

__all__ = ["Delivery", "Session", "Will", "kept", "session"]
