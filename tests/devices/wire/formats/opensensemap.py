"""openSenseMap: requests as senseBox's sketches send them, with a registry that says what their ids mean."""

from __future__ import annotations

import json
import struct

from devices.wire.formats.opensensemap import registry
from tests.devices.support.input_case import RECEIPT, Case, post

ID = "5f0c9a1e2b3c4d5e6f708192"
BOX = f"osem-{ID}"
TEMPERATURE, PRESSURE, PARTICLES = (f"5f0c9a1e2b3c4d5e6f70819{digit}" for digit in "345")
REGISTRY = json.dumps(
    {
        "_id": ID,
        "name": "Schule",
        "sensors": [
            {"_id": TEMPERATURE, "title": "Temperatur", "unit": "°C", "sensorType": "HDC1080"},
            {"_id": PRESSURE, "title": "Luftdruck", "unit": "Pa", "sensorType": "BMP280"},
            {"_id": PARTICLES, "title": "PM2.5", "unit": "µg/m³", "sensorType": "SDS 011"},
            {"_id": "5f0c9a1e2b3c4d5e6f708196", "title": "UV-Intensität", "unit": "μW/cm²", "sensorType": "VEML6070"},
        ],
    }
).encode()
MAPPINGS = tuple(registry.mappings(REGISTRY))
MEASURED = "2025-11-22T23:19:50Z"


CASES = [
    Case(
        "lines of a sketch, the second with its time",
        BOX,
        (("hdc1080", "temperature", 4.25, RECEIPT), ("bmp280", "pressure", 1003.25, MEASURED)),
        request=post(
            f"boxes/{ID}/data",
            f"{TEMPERATURE},4.25\n{PRESSURE},100325.0,{MEASURED}\n",
            {"content-type": "text/csv", "authorization": "0f1e"},
        ),
        mappings=MAPPINGS,
    ),
    Case(
        "lines that are padded with blanks, with CRLF, a place and a height",
        BOX,
        (("hdc1080", "temperature", 4.25, MEASURED),),
        request=post(
            f"boxes/{ID}/data",
            f"{TEMPERATURE} , 4.25 ,{MEASURED},13.3425,52.4886,34.1   \r\n   \r\n",
            {"content-type": "text/csv"},
        ),
        mappings=MAPPINGS,
        position=(52.4886, 13.3425),
    ),
    Case(
        "an object of JSON",
        BOX,
        (("hdc1080", "temperature", 4.25, MEASURED),),
        request=post(
            f"boxes/{ID}/data",
            json.dumps({TEMPERATURE: ["4.25", MEASURED, [13.3425, 52.4886]]}),
            {"content-type": "application/json"},
        ),
        mappings=MAPPINGS,
        position=(52.4886, 13.3425),
    ),
    Case(
        "an array of JSON",
        BOX,
        (("sds-011", "pm2_5", 12.3, RECEIPT), ("hdc1080", "temperature", 4.5, RECEIPT)),
        request=post(
            f"boxes/{ID}/data",
            json.dumps([{"sensor": PARTICLES, "value": 12.3}, {"sensor_id": TEMPERATURE, "value": "4.5"}]),
            {"content-type": "application/json; charset=utf-8"},
        ),
        mappings=MAPPINGS,
    ),
    Case(
        "bytes",
        BOX,
        (("hdc1080", "temperature", 4.25, RECEIPT),),
        request=post(
            f"boxes/{ID}/data",
            bytes.fromhex(TEMPERATURE) + bytes.fromhex("00008840"),
            {"content-type": "application/sbx-bytes"},
        ),
        mappings=MAPPINGS,
    ),
    Case(
        "bytes with times",
        BOX,
        (("bmp280", "pressure", 1003.254, MEASURED),),
        request=post(
            f"boxes/{ID}/data",
            bytes.fromhex(PRESSURE) + struct.pack("<fI", 100325.4, 1763853590),
            {"content-type": "application/sbx-bytes-ts"},
        ),
        mappings=MAPPINGS,
    ),
    Case(
        "a single value",
        BOX,
        (("hdc1080", "temperature", 4.25, MEASURED),),
        request=post(
            f"boxes/{ID}/{TEMPERATURE}",
            json.dumps({"value": "4.25", "createdAt": "2025-11-23T00:19:50+01:00"}),
            {"content-type": "application/json"},
        ),
        mappings=MAPPINGS,
    ),
    Case(
        "a sensor that no registry explained is kept for an operator to map",
        BOX,
        request=post(f"boxes/{ID}/data", json.dumps({TEMPERATURE: 4.25}), {"content-type": "application/json"}),
        unmapped=((TEMPERATURE, ""),),
    ),
    Case(
        "airRohr's option for openSenseMap",
        BOX,
        (("sds", "pm2_5", 9.1, RECEIPT),),
        request=post(
            f"boxes/{ID}/data",
            json.dumps({"sensordatavalues": [{"value_type": "SDS_P2", "value": "9.10"}]}),
            {"content-type": "application/json"},
            {"luftdaten": "1"},
        ),
    ),
]
