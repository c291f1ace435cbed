"""rtl_433: events as it prints them."""

from __future__ import annotations

from devices.mappings import ANY_BOX, Mapping
from tests.devices.support.input_case import RECEIPT, Case

EVENT = (
    b'{"time" : "2026-11-29 22:41:35", "model" : "Nexus-TH", "id" : 90, "channel" : 1, "battery_ok" : 1,'
    b' "temperature_C" : -3.200, "humidity" : 41}'
)

CASES = [
    Case(
        "a thermometer; local time without a zone is no time",
        "rtl-nexus-th-90",
        (("channel-1", "temperature", -3.2, RECEIPT), ("channel-1", "humidity", 41.0, RECEIPT)),
        topic="rtl_433/pi/events",
        payload=EVENT,
    ),
    Case(
        "piped into mosquitto_pub, with a zone: the clock of whoever heard it",
        "rtl-bresser-6in1-419",
        (
            ("core", "temperature", 5.0, "2025-11-22T22:19:50Z network"),
            ("core", "wind_speed", 2.5, "2025-11-22T22:19:50Z network"),
            ("core", "wind_gust", 10.0, "2025-11-22T22:19:50Z network"),
        ),
        topic="rtl_433",
        payload=b'{"time":"2025-11-22T23:19:50+0100","model":"Bresser-6in1","id":419,"temperature_F":41.0,'
        b'"wind_avg_m_s":2.5,"wind_max_km_h":36.0,"rain_mm":312.4}',
        unmapped=(("rain_mm", ""),),
    ),
    Case(
        "a name that an operator mapped, of a model with a long name",
        "rtl-a-model-with-a-name-32d5febc",
        (("core", "rain_1h", 3.5, RECEIPT),),
        topic="rtl_433/pi/events",
        payload=b'{"model":"A model with a name beyond all ids","id":"77ff","rain_mm":3.5,"mic":"CRC"}',
        mappings=(Mapping("rtl433", ANY_BOX, "rain_mm", "rain_1h", "mm"),),
    ),
]
