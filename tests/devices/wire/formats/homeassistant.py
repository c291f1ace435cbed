"""Home Assistant discovery: announcements and states of ESPHome, zigbee2mqtt and others."""

from __future__ import annotations

import json

from devices.mappings import ANY_BOX, Mapping
from devices.readings import Status
from tests.devices.support.input_case import RECEIPT, Case

ESP = "esp-a0b1c2d3e4f5"
DEVICE = {"ids": "a0b1c2d3e4f5", "name": "Balkon Nord", "sw": "2026.10.0", "mdl": "esp32dev", "mf": "Espressif"}


def esphome(object_id: str, **more: object) -> tuple[str, bytes]:
    """What an ESPHome announces for a sensor."""
    said = {
        "stat_cla": "measurement",
        "stat_t": f"balkon-nord/sensor/{object_id}/state",
        "avty_t": "balkon-nord/status",
        "uniq_id": f"ESPsensor{object_id}",
        "dev": {**DEVICE, "cns": [["mac", "a0b1c2d3e4f5"]]},
        **more,
    }
    return f"homeassistant/sensor/balkon-nord/{object_id}/config", json.dumps(said).encode()


ESPHOME = (
    esphome("pm2_5", dev_cla="pm25", unit_of_meas="\u00b5g/m³", name="PM2.5"),
    esphome("luftdruck", dev_cla="atmospheric_pressure", unit_of_meas="hPa"),
    esphome("bme680_gas", unit_of_meas="\u03a9"),
    esphome("temperatur", dev_cla="temperature", unit_of_meas="°C"),
    esphome("netz", dev_cla="voltage", unit_of_meas="V"),
    esphome("wifi_signal", dev_cla="signal_strength", unit_of_meas="dBm", ent_cat="diagnostic"),
)
HOF = (
    "homeassistant/device/hof01/config",
    json.dumps(
        {
            "dev": {"ids": ["hof01"], "name": "Hinterhof"},
            "o": {"name": "hofsensor", "sw": "0.3"},
            "stat_t": "hof/01",
            "avty_t": "hof/01/lwt",
            "cmps": {
                "t": {
                    "p": "sensor",
                    "uniq_id": "hof01_t",
                    "dev_cla": "temperature",
                    "unit_of_meas": "°F",
                    "val_tpl": "{{ value_json.tf }}",
                },
                "p": {
                    "p": "sensor",
                    "uniq_id": "hof01_p",
                    "dev_cla": "pm25",
                    "unit_of_meas": "\u03bcg/m³",
                    "val_tpl": "{{ value_json['pm']['p25'] | round(1) }}",
                },
                "x": {"p": "sensor", "uniq_id": "hof01_x", "stat_cla": "measurement", "val_tpl": "{{ states('sun') }}"},
                "old": {"p": "sensor"},
            },
        }
    ).encode(),
)
ZIGBEE = (
    "homeassistant/sensor/0x00124b0001abcdef/pressure/config",
    json.dumps(
        {
            "device_class": "atmospheric_pressure",
            "unit_of_measurement": "kPa",
            "state_topic": "zigbee2mqtt/Flur",
            "value_template": "{{ value_json.pressure }}",
            "availability": [{"topic": "zigbee2mqtt/bridge/state"}, {"topic": "zigbee2mqtt/Flur/availability"}],
            "device": {"identifiers": ["zigbee2mqtt_0x00124b0001abcdef"]},
        }
    ).encode(),
)


def state(topic: str) -> str:
    """The topic under which the bridge hands on what was announced."""
    return f"in/homeassistant//{topic}"


CASES = [
    Case(
        "an announcement says nothing but itself",
        topic=ESPHOME[0][0],
        payload=ESPHOME[0][1],
        more={"declares": ESPHOME[0]},
    ),
    Case(
        "particles of an ESPHome",
        ESP,
        (("pm2-5", "pm2_5", 12.4, RECEIPT),),
        topic=state("balkon-nord/sensor/pm2_5/state"),
        payload=b"12.4",
        announced=ESPHOME,
    ),
    Case(
        "a whole number of hectopascals",
        ESP,
        (("luftdruck", "pressure", 1010.0, RECEIPT),),
        topic=state("balkon-nord/sensor/luftdruck/state"),
        payload=b"1010",
        announced=ESPHOME,
    ),
    Case(
        "a BME680's gas has no class",
        ESP,
        (("bme680-gas", "gas_resistance", 93.274, RECEIPT),),
        topic=state("balkon-nord/sensor/bme680_gas/state"),
        payload=b"93274",
        announced=ESPHOME,
    ),
    Case(
        "a sensor that has nothing to say",
        ESP,
        topic=state("balkon-nord/sensor/temperatur/state"),
        payload=b"nan",
        announced=ESPHOME,
    ),
    Case(
        "a voltage of something is for an operator to map",
        ESP,
        topic=state("balkon-nord/sensor/netz/state"),
        payload=b"12.8",
        announced=ESPHOME,
        unmapped=(("netz", "V"),),
    ),
    Case(
        "and is stored when it is mapped",
        ESP,
        (("netz", "battery_voltage", 12.8, RECEIPT),),
        topic=state("balkon-nord/sensor/netz/state"),
        payload=b"12.8",
        announced=ESPHOME,
        mappings=(Mapping("homeassistant", ANY_BOX, "netz", "battery_voltage"),),
    ),
    Case(
        "an ESPHome that is away",
        ESP,
        topic=state("balkon-nord/status"),
        payload=b"offline",
        announced=ESPHOME,
        more={"status": Status(online=False)},
    ),
    Case(
        "a device with several components, in Fahrenheit; a template of a stranger is not run",
        "ha-hof01",
        (("t", "temperature", 5.0, RECEIPT), ("p", "pm2_5", 7.3, RECEIPT)),
        topic=state("hof/01"),
        payload=b'{"tf":41.0,"pm":{"p25":7.26}}',
        announced=(HOF,),
        unmapped=(("x: {{ states('sun') }}", ""),),
    ),
    Case(
        "values that are missing",
        "ha-hof01",
        topic=state("hof/01"),
        payload=b'{"tf":null,"pm":{}}',
        announced=(HOF,),
        unmapped=(("x: {{ states('sun') }}", ""),),
    ),
    Case(
        "zigbee2mqtt",
        "zig-0x00124b0001abcdef",
        (("pressure", "pressure", 1009.0, RECEIPT),),
        topic=state("zigbee2mqtt/Flur"),
        payload=b'{"pressure":100.9,"linkquality":87}',
        announced=(ZIGBEE,),
    ),
    Case(
        "a Zigbee device is away",
        "zig-0x00124b0001abcdef",
        topic=state("zigbee2mqtt/Flur/availability"),
        payload=b'{"state":"offline"}',
        announced=(ZIGBEE,),
        more={"status": Status(online=False)},
    ),
    Case(
        "a value that nobody announced is counted under its topic",
        topic="keller/sensor/feuchte/state",
        payload=b"55.5",
        unmapped=(("keller/sensor/feuchte/state", ""),),
    ),
]
