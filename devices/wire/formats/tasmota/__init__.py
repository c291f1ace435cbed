"""Tasmota: `tele/{topic}/SENSOR` and `tele/{topic}/LWT`, or with the topic before the prefix.

Source: arendst/Tasmota, its documentation of MQTT, and hatasmota for names and units.
"""

from devices.wire.formats.tasmota import parsing
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="tasmota",
    title="Tasmota",
    read=parsing.read,
    topics=("tele/+/SENSOR", "+/tele/SENSOR", "tele/+/LWT", "+/tele/LWT"),
    is_kept=parsing.is_presence,
    boxes=("tas-*",),
)
