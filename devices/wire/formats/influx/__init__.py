"""InfluxDB's write API, version 2 and version 1: the gateway of real Kiezbox hardware, and airRohr's InfluxDB option.

The gateway takes every answer for success: it keeps a point only when its ping fails or its write outlasts five
seconds.
Source: technologiestiftung/kiezbox-gateway-service, influxdata/influxdb-client-go v2.14, influxdata/line-protocol.
"""

from devices.wire.formats.influx import answers, parsing, requests
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="influx",
    title="InfluxDB line protocol (Kiezbox gateway, airRohr)",
    read=parsing.read,
    take=requests.take,
    boxes=("??-??", "esp8266-*", "esp32-*"),
    refusal=answers.refusal,
)
