"""airRohr, the sensor of Sensor.Community: what it posts to an API of one's own.

Source: opendata-stuttgart/sensors-software, airrohr-firmware (NRZ-2024-135). It keeps nothing: after any
answer but 200 to 208 within 20 seconds its values are lost.
"""

from devices.wire.formats.airrohr import parsing, requests
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="airrohr",
    title="airRohr (Sensor.Community)",
    read=parsing.read,
    take=requests.take,
    boxes=("esp8266-*", "esp32-*"),
)
