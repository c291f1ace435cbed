"""Grafana's published schema of dashboards, as its own generated Python types carry it: keys, types, enums.

`grafana-foundation-sdk` is generated from Grafana's CUE schemas; a value is checked against the annotations of those
classes, and against the keys that they read. Unknown keys are errors.
"""

from __future__ import annotations

import enum
import inspect
import json
import re
import sys
import types
import typing
from functools import cache
from typing import Any

from grafana_foundation_sdk.cog import encoder, variants
from grafana_foundation_sdk.models import (
    barchart,
    dashboard,
    geomap,
    heatmap,
    stat,
    statetimeline,
    table,
    text,
    timeseries,
)

OPTIONS: dict[str, Any] = {
    "stat": stat.Options,
    "table": table.Options,
    "timeseries": timeseries.Options,
    "state-timeline": statetimeline.Options,
    "barchart": barchart.Options,
    "heatmap": heatmap.Options,
    "geomap": geomap.Options,
    "text": text.Options,
}


def complaints(  # noqa: PLR0911 -- a case for each sort of type
    value: Any, kind: Any = dashboard.Dashboard, path: str = "$"
) -> list[str]:
    """What of a JSON value does not fit the type; empty when all of it does."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in {object, Any} or kind is variants.Dataquery:
        return []
    if origin in {typing.Union, types.UnionType}:
        tried = [complaints(value, one, path) for one in inner]
        return min(tried, key=len)
    if kind is type(None):
        return [] if value is None else [f"{path}: not null"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        return [part for index, item in enumerate(value) for part in complaints(item, inner[0], f"{path}[{index}]")]
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{path}: no object"]
        return [part for name, item in value.items() for part in complaints(item, inner[1], f"{path}.{name}")]
    if origin is typing.Literal:
        return [] if value in inner else [f"{path}: {value!r} is none of {inner}"]
    return _plain(value, kind, path)


def _plain(value: Any, kind: Any, path: str) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return [] if value in {member.value for member in kind} else [f"{path}: {value!r} is no {kind.__name__}"]
    if kind is float:
        kind = (int, float)
    if kind in {str, int, bool} or isinstance(kind, tuple):
        fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        return [] if fits else [f"{path}: {value!r} is no {kind}"]
    if not isinstance(value, dict):
        return [f"{path}: no {kind.__name__}"]
    keys, hints = keys_of(kind)
    found = [f"{path}.{name}: unknown to {kind.__name__}" for name in value if name not in keys]
    for name, attribute in keys.items():
        if name in value and attribute in hints:
            found += complaints(value[name], hints[attribute], f"{path}.{name}")
        elif name not in value and attribute in hints and type(None) not in typing.get_args(hints[attribute]):
            found.append(f"{path}.{name}: missing")
    return found


@cache
def keys_of(kind: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """The JSON keys of a type with its attributes, and the attributes' types."""
    source = inspect.getsource(kind.to_json)
    keys = dict(re.findall(r'"(\w+)": self\.(\w+)', source))
    keys |= dict(re.findall(r'payload\["(\w+)"\] = self\.(\w+)', source))
    return keys, typing.get_type_hints(kind, vars(sys.modules[kind.__module__]))


def written(value: Any) -> Any:
    """A value of the SDK as the JSON that Grafana gets."""
    return json.loads(json.dumps(value, cls=encoder.JSONEncoder))
