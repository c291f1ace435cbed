"""The Things Stack v3: uplinks, over its MQTT broker or its webhook, in JSON.

Source: TheThingsNetwork/lorawan-stack and its documentation (data formats, MQTT, webhooks).
"""

from devices.wire.formats.thethingsstack import parsing, requests
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="thethingsstack",
    title="The Things Stack (The Things Network, LoRaWAN)",
    read=parsing.read,
    topics=("v3/+/devices/+/up", "v3/+/devices/+/join"),
    take=requests.take,
    boxes=("lora-*",),
)
