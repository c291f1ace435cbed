"""ChirpStack: events as its integrations write them."""

from __future__ import annotations

import json
from typing import Any

from devices.mappings import ANY_BOX, Mapping
from devices.readings import Status
from tests.devices.support.input_case import RECEIVED_AT, Case, post

EUI = "0004a30b001c0530"
BOX = f"lora-{EUI}"
APPLICATION = "7d1f0c2e-0000-4000-8000-0123456789ab"
AT = "2025-11-22T23:20:01.482913+00:00"
WHEN = "2025-11-22T23:20:01.483000Z network"
PROFILE = tuple(
    Mapping("chirpstack", ANY_BOX, f"LHT65:{name}", quantity, unit)
    for name, quantity, unit in (
        ("TempC_SHT", "temperature", "Cel"),
        ("Hum_SHT", "humidity", "%"),
        ("BatV", "battery_voltage", "V"),
    )
)


def topic(event: str) -> str:
    """Where ChirpStack publishes an event."""
    return f"application/{APPLICATION}/device/{EUI}/event/{event}"


def up(**more: Any) -> bytes:
    """An uplink."""
    said = {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": AT,
        "deviceInfo": {"deviceName": "Hof 7", "devEui": EUI, "deviceProfileName": "LHT65", "tags": {"kiez": "71"}},
        "devAddr": "01020304",
        "fCnt": 17,
        "fPort": 2,
        "data": "y6QBAQ==",
        "rxInfo": [{"gatewayId": "a84041ffff1e8a3c", "rssi": -108, "snr": 2.5}],
    }
    return json.dumps({**said, **more}).encode()


DECODED = {"TempC_SHT": 4.25, "Hum_SHT": 81.2, "BatV": 3.05}
READINGS = (
    ("port-2", "temperature", 4.25, WHEN),
    ("port-2", "humidity", 81.2, WHEN),
    ("port-2", "battery_voltage", 3.05, WHEN),
)

CASES = [
    Case(
        "an uplink whose profile an operator mapped",
        BOX,
        READINGS,
        topic=topic("up"),
        payload=up(object=DECODED),
        mappings=PROFILE,
        more={"key": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d"},
    ),
    Case(
        "the same by its HTTP integration",
        BOX,
        READINGS,
        request=post("", up(object=DECODED), {"content-type": "application/json"}, {"event": "up"}),
        mappings=PROFILE,
        more={"key": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d"},
    ),
    Case(
        "CayenneLPP needs no mapping",
        BOX,
        (("lpp-1", "temperature", -3.4, WHEN), ("lpp-3", "pressure", 998.7, WHEN)),
        topic=topic("up"),
        payload=up(fPort=1, object={"temperatureSensor": {"1": -3.4}, "barometer": {"3": 998.7}}),
    ),
    Case(
        "names of a codec that nobody mapped stand under the profile",
        BOX,
        topic=topic("up"),
        payload=up(object={"soil": {"t": 4.5, "ok": True, "text": "x"}, "nan": None}),
        unmapped=(("LHT65:soil.t", ""),),
    ),
    Case("no codec", BOX, topic=topic("up"), payload=up(object=None, data="AQID")),
    Case(
        "the battery",
        BOX,
        topic=topic("status"),
        payload=json.dumps(
            {
                "deviceInfo": {"devEui": EUI},
                "margin": 9,
                "externalPowerSource": False,
                "batteryLevelUnavailable": False,
                "batteryLevel": 81.5,
            }
        ).encode(),
        more={"status": Status(online=True, at=RECEIVED_AT, battery_percent=81.5)},
    ),
    Case(
        "a mains device has no battery",
        BOX,
        topic=topic("status"),
        payload=json.dumps({"deviceInfo": {"devEui": EUI}, "externalPowerSource": True, "batteryLevel": 0}).encode(),
        more={"status": Status(online=True, at=RECEIVED_AT)},
    ),
    Case(
        "a join is a sign of life",
        BOX,
        topic=topic("join"),
        payload=json.dumps({"deviceInfo": {"devEui": EUI}}).encode(),
    ),
]
