"""Home Assistant's MQTT discovery: ESPHome, zigbee2mqtt and whatever else announces itself to Home Assistant.

Source: home-assistant/core, components/mqtt (discovery, schemas, abbreviations) and components/sensor (units); esphome,
components/mqtt. Announcements are kept; values come on the topics that they name.
"""

from devices.wire.formats.homeassistant import discovery, parsing
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="homeassistant",
    title="Home Assistant discovery (ESPHome, zigbee2mqtt and others)",
    read=parsing.read,
    topics=("homeassistant/#", "zigbee2mqtt/#", "+/sensor/+/state", "+/status"),
    is_kept=discovery.is_config,
    boxes=("esp-*", "zig-*", "ha-*"),
    declare=discovery.declaration,
)
