"""An event: keys that end with their unit. Pure.

Its time is local and has no zone unless rtl_433 is told to add one (`-M time:iso:tz`), so it counts with one alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.wire import details, json_text
from devices.wire.inputs import moments, numbers, values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue
    from devices.readings import Message

_KEYS = {
    "temperature_C": ("temperature", "Cel"),
    "temperature_F": ("temperature", "°F"),
    "humidity": ("humidity", "%"),
    "pressure_hPa": ("pressure", "hPa"),
    "pressure_kPa": ("pressure", "kPa"),
    "wind_avg_m_s": ("wind_speed", "m/s"),
    "wind_avg_km_h": ("wind_speed", "km/h"),
    "wind_max_m_s": ("wind_gust", "m/s"),
    "wind_max_km_h": ("wind_gust", "km/h"),
    "wind_dir_deg": ("wind_direction", "deg"),
    "light_lux": ("illuminance", "lx"),
    "moisture": ("soil_moisture", "%"),
    "pm1_0_ug_m3": ("pm1", "ug/m3"),
    "pm2_5_ug_m3": ("pm2_5", "ug/m3"),
    "pm4_0_ug_m3": ("pm4", "ug/m3"),
    "pm10_0_ug_m3": ("pm10", "ug/m3"),
    "co2_ppm": ("co2", "ppm"),
}
# Who it is, and how it was heard.
_NO_READINGS = frozenset(
    {"time", "model", "id", "channel", "battery_ok", "mic", "mod", "freq", "freq1", "freq2", "rssi", "snr", "noise"}
    | {"subtype", "sequence_num", "sensor_id", "brand", "protocol", "sid", "flags", "transmit", "status", "startup"}
)


def read(topic: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message:
    """The message of a sensor. Raises Malformed."""
    del topic
    try:
        content, _ = json_text.parsed(payload)
    except ValueError as error:
        raise Malformed(Reason.BAD_JSON, details.one_line(f"Invalid JSON: {error}")) from None
    model = content.get("model") if isinstance(content, dict) else None
    if not isinstance(model, str) or not model:
        raise Malformed(Reason.BAD_SCHEMA, "/model: which sensor it is, is missing")
    box = values.box_id("rtl", f"{model}-{content.get('id', '')}")
    at_ms = moments.ms_of(content["time"]) if isinstance(content.get("time"), str) else None
    channel = content.get("channel")
    source = values.CORE if channel is None else values.source(f"channel-{channel}")
    found = []
    for name, written in content.items():
        number = numbers.of(written) if type(written) is not str else None
        if number is None or name in _NO_READINGS:
            continue
        quantity, unit = _KEYS.get(name, (None, None))
        found.append(Value(name, number, quantity, unit, source, at_ms, Clock.NETWORK))
    return values.message("rtl433", box, found, received_at, catalogue)
