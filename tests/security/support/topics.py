"""The rights at the broker, asked with one topic for each line of docs/security.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stack.broker import rights
from storage import credentials
from storage.credentials import Credential, Hashes, Kind

if TYPE_CHECKING:
    from stack.broker.rights import Rights

_HASHES = Hashes("", "")
_GATEWAY = "msh/EU_868/!12345678"
_PLACES = {"OWN": "71-01", "OTHER": "72-01", "DISTRICT": "district-71", "OTHER-DISTRICT": "district-72"}
_SAID = ("telemetry", "status", "distress", "report", "result")
LINES = (
    *(f"kb/v1/{whose}/{name}" for whose in ("OWN", "OTHER") for name in (*_SAID, "ack", "command")),
    *(
        f"kb/v1/{whose}/{part}/{way}"
        for part in ("sync", "radio")
        for whose in ("OWN", "OTHER")
        for way in ("up", "down")
    ),
    *(f"kb/v1/{area}/{what}" for what in ("bulletin", "watch") for area in ("all", "DISTRICT", "OTHER-DISTRICT")),
    *(
        "msh/EU_868/2/e/kiezbox/!12345678",
        "msh/EU_868/2/e/kiezbox/!87654321",
        "msh/EU_868/2/e/kiezbox/!6b7a6278",
        "msh/other",
    ),
    *("kb/v1/OWN/telemetry/1", "kb/v1/OWN/telemetry/1/2", "kb/v1/OWN/distress/1/2"),
    *("esphome/OWN/debug", "esphome/OTHER/debug", "kiezbox-probe/1", "anything/else"),
    *("$JS/API/STREAM/DELETE/$MQTT_msgs", "$MQTT/msgs/x", "$SYS/broker/uptime"),
)
ANONYMOUS = "anonymous"
PRINCIPALS = (*Kind, ANONYMOUS)
PUBLISH, READ, NOTHING = "publish", "read", "-"


def rights_of(principal: str) -> Rights:
    """The rights of a principal; of a box, those of 71-01."""
    if principal == ANONYMOUS:
        return rights.anonymous()
    kind = Kind(principal)
    if kind.is_of_box:
        mesh = _GATEWAY if kind is Kind.MESHTASTIC else None
        return rights.of(credentials.of_box("71-01", kind, _HASHES, mesh=mesh))
    return rights.of(Credential(kind, kind, _HASHES))


def cell(principal: str, line: str) -> str:
    """What a principal may do with the topic of a line, as the page writes it."""
    topic = "/".join(_PLACES.get(level, level) for level in line.split("/"))
    found = rights_of(principal)
    may = [PUBLISH] * found.may_publish(topic) + [READ] * found.may_subscribe(topic)
    return " ".join(may) or NOTHING
