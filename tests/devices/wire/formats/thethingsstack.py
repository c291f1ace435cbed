"""The Things Stack: uplinks as its broker and its webhook bring them."""

from __future__ import annotations

import json
from typing import Any

from devices.mappings import ANY_BOX, Mapping
from tests.devices.support.input_case import Case, post

BOX = "lora-0004a30b001c0530"
TOPIC = "v3/kiez-sensors@ttn/devices/hof-7/up"
WHEN = "2025-11-22T23:20:01.892000Z network"


def up(**more: Any) -> dict[str, Any]:
    """An uplink; `more` goes into its uplink_message."""
    return {
        "end_device_ids": {
            "device_id": "hof-7",
            "application_ids": {"application_id": "kiez-sensors"},
            "dev_eui": "0004A30B001C0530",
        },
        "received_at": "2025-11-22T23:20:02.104113875Z",
        "uplink_message": {
            "session_key_id": "AYZ1",
            "f_port": 2,
            "frm_payload": "y6QBAQ==",
            "decoded_payload": {"temp": 0, "hum": 81},
            "received_at": "2025-11-22T23:20:01.892Z",
            **more,
        },
    }


NORMALIZED = [{"air": {"temperature": 0, "relativeHumidity": 81}}]
READINGS = (("port-2", "temperature", 0.0, WHEN), ("port-2", "humidity", 81.0, WHEN))

CASES = [
    Case(
        "what is normalized needs no mapping, and a counter of 0 is left out",
        BOX,
        READINGS,
        topic=TOPIC,
        payload=json.dumps(up(normalized_payload=NORMALIZED)).encode(),
        more={"key": "0004A30B001C0530:AYZ1:0"},
    ),
    Case(
        "the same by its webhook",
        BOX,
        READINGS,
        request=post("up", json.dumps(up(normalized_payload=NORMALIZED)), {"content-type": "application/json"}),
        more={"key": "0004A30B001C0530:AYZ1:0"},
    ),
    Case(
        "a time of the device's own, wind and soil",
        BOX,
        (
            ("port-2", "wind_speed", 2.5, "2025-11-22T23:15:00Z"),
            ("port-2", "soil_temperature", 7.5, "2025-11-22T23:15:00Z"),
        ),
        topic=TOPIC,
        payload=json.dumps(
            up(
                normalized_payload=[
                    {"time": "2025-11-22T23:15:00Z", "wind": {"speed": 2.5}, "soil": {"temperature": 7.5, "x": 1}}
                ]
            )
        ).encode(),
        unmapped=(("soil.x", ""),),
    ),
    Case(
        "what is only decoded is named by its maker",
        BOX,
        (("port-2", "temperature", 4.1, WHEN),),
        topic=TOPIC,
        payload=json.dumps(up(decoded_payload={"temp": 4.1, "hum": 80}, version_ids={"model_id": "lht65"})).encode(),
        mappings=(Mapping("thethingsstack", ANY_BOX, "lht65:temp", "temperature"),),
        unmapped=(("lht65:hum", ""),),
    ),
    Case(
        "what a console simulated says nothing",
        topic=TOPIC,
        payload=json.dumps({**up(normalized_payload=NORMALIZED), "simulated": True}).encode(),
    ),
]
