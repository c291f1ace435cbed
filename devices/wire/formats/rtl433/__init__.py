"""rtl_433: sensors of weather stations at 433 and 868 MHz, each event an object of JSON.

Source: merbanon/rtl_433, and its own output (`rtl_433 -F json -y ..`).
"""

from devices.wire.formats.rtl433 import parsing
from devices.wire.inputs.format import Format

FORMAT = Format(
    name="rtl433",
    title="rtl_433 (radio sensors of weather stations)",
    read=parsing.read,
    topics=("rtl_433", "rtl_433/+/events"),
    boxes=("rtl-*",),
)
