"""The formats of other makes: each folder of devices/wire/formats that has a `FORMAT`. Nothing else lists them."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devices.wire.inputs.format import Format

_PACKAGE = "devices.wire.formats"
_TOPIC_CHARACTERS = 400  # a topic may have 64 KiB, and is remembered; no device of these has such a long one
ROOT = "in"  # the first level of the topics of what comes over HTTP: no broker's client publishes there


@functools.cache
def known() -> dict[str, Format]:
    """All formats by name, in the order of names."""
    package = importlib.import_module(_PACKAGE)
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    formats: list[Format] = [importlib.import_module(f"{_PACKAGE}.{name}").FORMAT for name in names]
    return {each.name: each for each in formats}


def of_topic(topic: str) -> Format | None:
    """The format of a message on this topic, whether it came over HTTP or MQTT."""
    root, _, rest = topic.partition("/")
    if root == ROOT:
        return known().get(rest.partition("/")[0])
    return _of_mqtt(topic) if len(topic) <= _TOPIC_CHARACTERS else None


@functools.lru_cache(maxsize=10_000)  # asked for every message
def _of_mqtt(topic: str) -> Format | None:
    levels = topic.split("/")
    for each in known().values():
        if any(_matches(topic_filter.split("/"), levels) for topic_filter in each.topics):
            return each
    return None


def _matches(topic_filter: list[str], levels: list[str]) -> bool:
    """Whether a filter brings a topic [MQTT-4.7]; kiezbox.mqtt asks paho the same, which this package may not."""
    for index, wanted in enumerate(topic_filter):
        if wanted == "#":
            return True
        if index >= len(levels) or wanted not in ("+", levels[index]):
            return False
    return len(levels) == len(topic_filter)


def topic(name: str, box: str, more: str = "") -> str:
    """The topic of what came over HTTP for a box."""
    return f"{ROOT}/{name}/{box}{f'/{more}' if more else ''}"


def of_parcel(topic: str) -> tuple[str, str]:
    """The box of what came over HTTP, and the levels behind it: of `in/influx/71-01/ns` these are `71-01`, `ns`."""
    _, _, box, *more = (*topic.split("/", 3), "", "")
    return box, more[0]
