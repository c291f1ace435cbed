"""What LoRaWAN network servers have in common: devices by their EUI, ports, and names under profiles. Pure."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

from devices.wire import details, json_text
from devices.wire.inputs import numbers, values
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_EUI = re.compile(r"[0-9a-fA-F]{16}")
_DEPTH_MAX = 4  # of a decoder's objects
_PATH_CHARACTERS = 200  # a longer name cannot be mapped; and each number repeats the path that leads to it


def box(eui: Any) -> str | None:
    """The box that a device is: `lora-0004a30b001c0530`; None for what is no EUI."""
    return f"lora-{eui.lower()}" if isinstance(eui, str) and _EUI.fullmatch(eui) else None


def content(payload: bytes) -> dict[str, Any]:
    """The object of a message. Raises Malformed."""
    try:
        found, _ = json_text.parsed(payload)
    except ValueError as error:
        raise Malformed(Reason.BAD_JSON, details.one_line(f"Invalid JSON: {error}")) from None
    if not isinstance(found, dict):
        raise Malformed(Reason.BAD_SCHEMA, "not an object")
    return found


def flattened(decoded: Any, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, float]]:
    """The numbers in what a decoder made, each by its path: `soil.temperature`."""
    if not isinstance(decoded, dict) or depth >= _DEPTH_MAX:
        return
    for key, value in decoded.items():
        path = f"{prefix}{key}"[:_PATH_CHARACTERS]
        number = numbers.of(value)
        if number is not None:
            yield path, number
        else:
            yield from flattened(value, f"{path}.", depth + 1)


def named(profile: Any, decoded: Any) -> Iterator[tuple[str, float]]:
    """The numbers of a codec's own, by the name of the device's profile and their path: `LHT65:soil.temperature`."""
    prefix = str(profile or "")[:_PATH_CHARACTERS]
    found = itertools.islice(flattened(decoded), values.VALUES_MAX + 1)  # more are refused anyway (values.message)
    return ((f"{prefix}:{path}", number) for path, number in found)


def inside(found: Any, *path: str) -> Any:
    """What stands at a path of objects; None where one is missing."""
    for key in path:
        if not isinstance(found, dict):
            return None
        found = found.get(key)
    return found
