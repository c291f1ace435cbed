"""ChirpStack v4: events of devices, over its MQTT integration or its HTTP one, in JSON.

Source: chirpstack/chirpstack, integration/mqtt.rs and http.rs, api/proto/integration/integration.proto.
"""

from devices.wire.formats.chirpstack import parsing, requests
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="chirpstack",
    title="ChirpStack v4 (LoRaWAN)",
    read=parsing.read,
    topics=("application/+/device/+/event/+",),
    take=requests.take,
    boxes=("lora-*",),
)
