"""InfluxDB's line protocol: requests of the Kiezbox gateway (recorded) and of airRohr, and lines as they can be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devices.mappings import ANY_BOX, Mapping
from tests.devices.support.input_case import RECEIPT, Case, post

if TYPE_CHECKING:
    from devices.wire.inputs.format import Request

QUERY = {"bucket": "kiezbox", "org": "tsb", "precision": "ns"}
HEADERS = {
    "authorization": "Token tok",
    "user-agent": "influxdb-client-go/2.14.0 (linux; amd64)",
    "accept-encoding": "gzip",
}
CORE = (
    "core_values,box_id=1,dev_type=0,dist_id=113 battery_current=-0.42,battery_voltage=13.1,humid_in=41,"
    "solar_power=12.5,solar_voltage=18.3,temp_in=24.1,temp_out=-3.2,temp_rtc=25,"
    'time_arrival="2025-11-22T23:04:24Z" 1763852664000000000\n'
)
SENSOR = (
    "sensor_values,box_id=1,dev_type=1,dist_id=113,sens_id=3 air_quality=93.274,battery_voltage=3.9,humid_main=81.2,"
    "noise=48.2,part_pm10=18,part_pm25=12.4,pressure=1013.25,temp_main=-3.25,temp_rtc=1,"
    'time_arrival="2025-11-22T23:04:25Z" 1763852604000000000\n'
)
AIRROHR = (
    'feinstaub,node=esp8266-1234567 SDS_P1=18.35,SDS_P2=9.10,GPS_timestamp="2025-11-22T23:19:58.045",signal=-71,'
    "BME280_pressure=100325.41\n"
)


def write(body: str, path: str = "api/v2/write", **query: str) -> Request:
    """A write as a client sends it."""
    return post(path, body, HEADERS, {**QUERY, **query})


def at(seconds: int) -> str:
    """A time of measurement as a case writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


CASES = [
    Case(
        "the Kiezbox gateway, a core",
        "71-01",
        tuple(
            ("core", quantity, value, at(1763852664))
            for quantity, value in (
                *(("battery_current", -0.42), ("battery_voltage", 13.1), ("humidity_inside", 41.0)),
                *(("solar_power", 12.5), ("solar_voltage", 18.3), ("temperature_inside", 24.1)),
                *(("temperature_outside", -3.2), ("temperature_clock", 25.0)),
            )
        ),
        request=write(CORE),
    ),
    Case(
        "the Kiezbox gateway, a sensor",
        "71-01",
        tuple(
            ("sensor-3", quantity, value, at(1763852604))
            for quantity, value in (
                *(("gas_resistance", 93.274), ("battery_voltage", 3.9), ("humidity", 81.2), ("noise", 48.2)),
                *(("pm10", 18.0), ("pm2_5", 12.4), ("pressure", 1013.25), ("temperature", -3.25)),
                ("temperature_clock", 1.0),
            )
        ),
        request=write(SENSOR),
    ),
    Case(
        "a display that measures",
        "71-01",
        (("display-3", "pm2_5", 12.3, at(1763853591)), ("display-3", "temperature", 4.1, at(1763853591))),
        request=write(
            "sensor_values,box_id=1,dev_type=2,dist_id=113,sens_id=3 part_pm25=12.3,temp_main=4.1,"
            'time_arrival="2025-11-23T00:20:02+01:00" 1763853591000000000\n'
        ),
    ),
    Case(
        "a core without values is a sign of life",
        "71-01",
        request=write(
            'core_values,box_id=1,dist_id=113 time_arrival="2025-11-23T00:20:01+01:00" 1763853590000000000\n'
        ),
    ),
    Case(
        "a box whose clock is not set",
        "71-01",
        request=write("core_values,box_id=1,dist_id=113 temp_out=4.5,solar_power=0 0\n"),
        rejected=("bad_time", "bad_time"),
    ),
    Case(
        "an absent sensor cast to an integer is none",
        "71-01",
        request=write(
            "core_values,box_id=1,dist_id=113 temp_in=-2147483.648,humid_in=-2147483.648 1763853590000000000\n"
        ),
        rejected=("out_of_range", "out_of_range"),
    ),
    Case(
        "airRohr's own InfluxDB option has no time, and calls itself a form",
        "esp8266-1234567",
        (("sds", "pm10", 18.35, RECEIPT), ("sds", "pm2_5", 9.1, RECEIPT), ("bme280", "pressure", 1003.2541, RECEIPT)),
        request=post(
            "write", AIRROHR, {"content-type": "application/x-www-form-urlencoded"}, {"db": "sensorcommunity"}
        ),
    ),
    Case(
        "a measurement that names no box is counted",
        unmapped=(("Luft draussen.temp", ""),),
        request=write('Luft\\ draussen,ort=Hof\\,\\ hinten temp=4i,text="a,b \\"c\\" d" 1763853590', precision="s"),
    ),
    Case(
        "a measurement with a box that an operator mapped",
        "hof-7",
        (("core", "temperature", 4.0, "2025-11-22T23:19:50.123000Z"),),
        request=write("# a comment\n\nluft,box=hof-7 temp=4i,ok=true 1763853590123 \r\n", precision="ms"),
        mappings=(Mapping("influx", ANY_BOX, "luft.temp", "temperature"),),
    ),
    Case(
        "a text with line ends, commas and blanks ends no line",
        "71-01",
        (("core", "solar_power", 0.0, at(1763853590)), ("core", "battery_voltage", 13.28, at(1763853590))),
        request=write(
            'core_values,box_id=1,dist_id=113 a="x\ny, z=1 2\\"",solar_power=0,battery_voltage=13.28'
            " 1763853590000000000"
        ),
    ),
    Case(
        "numbers in every spelling",
        "71-01",
        (
            ("core", "solar_power", 1.0, at(1763853590)),
            ("core", "temperature_outside", -0.001, at(1763853590)),
            ("core", "battery_voltage", 13.0, at(1763853590)),
        ),
        request=write(
            "core_values,box_id=1,dist_id=113 solar_power=1u,temp_out=-1e-3,battery_voltage=13i,x=t 1763853590",
            path="write",
            precision="s",
        ),
    ),
]
