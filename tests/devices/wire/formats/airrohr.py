"""airRohr: requests as its firmware NRZ-2024-135 writes them."""

from __future__ import annotations

import json
from typing import Any

from tests.devices.support.input_case import RECEIPT, Case, post

BOX = "esp8266-1234567"
HEADERS = {
    "content-type": "application/json",
    "x-sensor": BOX,
    "x-mac-id": "esp8266-a0b1c2d3e4f5",
    "user-agent": "NRZ-2024-135/1234567/a0b1c2d3e4f5",
    "connection": "close",
}


def body(*values: tuple[str, Any]) -> str:
    """What a board sends."""
    listed = [{"value_type": name, "value": value} for name, value in values]
    return json.dumps({"esp8266id": "1234567", "software_version": "NRZ-2024-135", "sensordatavalues": listed})


FULL = body(
    *(("SDS_P1", "18.35"), ("SDS_P2", "9.10"), ("BME280_temperature", "4.12"), ("BME280_pressure", "100325.41")),
    *(("BME280_humidity", "81.40"), ("samples", "4901123"), ("min_micro", "28"), ("max_micro", "20121")),
    *(("interval", "145000"), ("signal", "-71")),
)

CASES = [
    Case(
        "a board with an SDS011 and a BME280",
        BOX,
        (
            ("sds", "pm10", 18.35, RECEIPT),
            ("sds", "pm2_5", 9.1, RECEIPT),
            ("bme280", "temperature", 4.12, RECEIPT),
            ("bme280", "pressure", 1003.2541, RECEIPT),
            ("bme280", "humidity", 81.4, RECEIPT),
        ),
        request=post("", FULL, HEADERS),
    ),
    Case(
        "a DNMS hears noise",
        BOX,
        (
            ("dnms", "noise", 51.2, RECEIPT),
            ("dnms", "noise_min", 44.1, RECEIPT),
            ("dnms", "noise_max", 63.9, RECEIPT),
        ),
        request=post(
            "",
            body(("DNMS_noise_LAeq", "51.20"), ("DNMS_noise_LA_min", "44.10"), ("DNMS_noise_LA_max", "63.90")),
            HEADERS,
        ),
    ),
    Case(
        "a DHT22 has no prefix",
        BOX,
        (("dht22", "temperature", 3.9, RECEIPT), ("dht22", "humidity", 99.9, RECEIPT)),
        request=post("", body(("temperature", "3.90"), ("humidity", "99.90")), HEADERS),
    ),
    Case(
        "an SPS30 has four masses, and counts that are no readings",
        BOX,
        (
            ("sps30", "pm1", 4.5, RECEIPT),
            ("sps30", "pm10", 7.25, RECEIPT),
            ("sps30", "pm2_5", 6.0, RECEIPT),
            ("sps30", "pm4", 7.0, RECEIPT),
        ),
        request=post(
            "",
            body(
                *(("SPS30_P0", "4.50"), ("SPS30_P1", "7.25"), ("SPS30_P2", "6.00"), ("SPS30_P4", "7.00")),
                *(("SPS30_N05", "30.1"), ("SPS30_N1", "31.4"), ("SPS30_TS", "0.51")),
            ),
            HEADERS,
        ),
    ),
    Case(
        "a GPS receiver without a fix says nothing",
        BOX,
        request=post(
            "",
            body(
                *(("GPS_lat", "-200.000000"), ("GPS_lon", "-200.000000"), ("GPS_height", "-1000.00")),
                ("GPS_timestamp", "1970-01-01T00:00:00.000"),
            ),
            HEADERS,
        ),
    ),
    Case(
        "a GPS receiver says where the box is",
        BOX,
        (("ds18b20", "temperature", 4.1, RECEIPT),),
        request=post(
            "",
            body(("GPS_lat", "52.488640"), ("GPS_lon", "13.342560"), ("DS18B20_temperature", "4.10")),
            HEADERS,
        ),
        position=(52.48864, 13.34256),
    ),
    Case(
        "a PPD42 counts particles, which are no micrograms",
        BOX,
        request=post("", body(("durP1", "1203341.00"), ("ratioP1", "4.01"), ("P1", "2088.06")), HEADERS),
    ),
    Case(
        "older firmware writes the signal with its unit, forks write numbers and nan",
        BOX,
        (("sds", "pm2_5", 9.5, RECEIPT),),
        request=post("", body(("signal", "-59 dBm"), ("SDS_P2", 9.5), ("SDS_P1", "nan"), ("x", None)), HEADERS),
    ),
    Case(
        "a sensor that nobody knows is kept for an operator to map",
        BOX,
        (("sds", "pm2_5", 9.5, RECEIPT),),
        request=post("", body(("SDS_P2", "9.50"), ("ABC_radon", "12.5")), HEADERS),
        unmapped=(("ABC_radon", ""),),
    ),
    Case(
        "an ESP32 names itself otherwise",
        "esp32-7c9ebd3a11f4",
        (("sds", "pm2_5", 9.1, RECEIPT),),
        request=post("", body(("SDS_P2", "9.10")), {"x-sensor": "esp32-7c9ebd3a11f4"}),
    ),
    Case(
        "a value that cannot be costs no other",
        BOX,
        (("sds", "pm2_5", 9.1, RECEIPT),),
        request=post("", body(("SDS_P1", "99999"), ("SDS_P2", "9.10")), HEADERS),
        rejected=("out_of_range",),
    ),
]
