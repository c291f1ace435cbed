"""Tasmota: telemetry as its documentation has it."""

from __future__ import annotations

from devices.readings import Status
from tests.devices.support.input_case import RECEIPT, RECEIVED_AT, Case

CASES = [
    Case(
        "a BME280; its time has no zone",
        "tas-tasmota-1a2b3c",
        (
            ("bme280", "temperature", 4.3, RECEIPT),
            ("bme280", "humidity", 81.2, RECEIPT),
            ("bme280", "pressure", 1003.2, RECEIPT),
        ),
        topic="tele/tasmota_1A2B3C/SENSOR",
        payload=b'{"Time":"2025-11-22T23:19:50","BME280":{"Temperature":4.3,"Humidity":81.2,"DewPoint":1.4,'
        b'"Pressure":1003.2},"PressureUnit":"hPa","TempUnit":"C"}',
    ),
    Case(
        "an SDS011; its time has an offset",
        "tas-hof",
        (
            ("sds0x1", "pm2_5", 9.1, "2025-11-22T22:19:50Z"),
            ("sds0x1", "pm10", 18.4, "2025-11-22T22:19:50Z"),
        ),
        topic="tele/hof/SENSOR",
        payload=b'{"Time":"2025-11-22T23:19:50+01:00","SDS0X1":{"PM2.5":9.1,"PM10":18.4}}',
    ),
    Case(
        "two probes in Fahrenheit, one without a value, and a clock that is not set",
        "tas-hof",
        (("ds18b20-1", "temperature", 4.11111111111, RECEIPT),),
        topic="hof/tele/SENSOR",
        payload=b'{"Time":"1970-01-01T00:00:12","DS18B20-1":{"Id":"3C01D607A1B2","Temperature":39.4},'
        b'"DS18B20-2":{"Id":"3C01D607A1B3","Temperature":null},"TempUnit":"F"}',
    ),
    Case(
        "a clock that is not set counts with an offset no more",
        "tas-hof",
        (("bmp280", "pressure", 999.915, RECEIPT),),
        topic="tele/hof/SENSOR",
        payload=b'{"Time":"1970-01-01T00:00:12+00:00","BMP280":{"Pressure":750.0},"PressureUnit":"mmHg"}',
    ),
    Case(
        "PMS5003: PM, not CF or counts; a plug's power is unmapped",
        "tas-hof",
        (("pms5003", "pm1", 1.0, RECEIPT), ("pms5003", "pm2_5", 2.0, RECEIPT), ("pms5003", "pm10", 3.0, RECEIPT)),
        topic="tele/hof/SENSOR",
        payload=b'{"PMS5003":{"CF1":9,"CF2.5":9,"CF10":9,"PM1":1,"PM2.5":2,"PM10":3,"PB0.3":1},'
        b'"ENERGY":{"Power":12,"Voltage":[230,231]}}',
        unmapped=(("ENERGY.Power", ""),),
    ),
    Case(
        "the device is away",
        "tas-hof",
        topic="tele/hof/LWT",
        payload=b"Offline",
        more={"status": Status(online=False)},
    ),
    Case(
        "the device is there",
        "tas-hof",
        topic="tele/hof/LWT",
        payload=b"Online",
        more={"status": Status(online=True, at=RECEIVED_AT)},
    ),
]
