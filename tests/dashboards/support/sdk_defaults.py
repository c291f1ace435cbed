"""What the SDK fills in: the values in our JSON that its types begin with, whether we chose them or not."""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any

from tests.dashboards.support import grafana_schema

if TYPE_CHECKING:
    from collections.abc import Iterator


def filled(value: Any, kind: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each path within a drawn value whose value is the one that its type begins with, and that value."""
    keys, hints = grafana_schema.keys_of(kind)
    start = kind()
    for name, attribute in keys.items():
        if name not in value:
            continue
        inner = _class_of(hints.get(attribute))
        here = f"{path}.{name}" if path else name
        if inner is not None and isinstance(value[name], dict):
            yield from filled(value[name], inner, here)
            continue
        begins = getattr(start, attribute)
        plain = getattr(begins, "value", begins)
        if plain is not None and plain == value[name]:
            yield here, value[name]


def _class_of(hint: Any) -> Any:
    """The class of the SDK that a hint names; None for plain values, lists and dictionaries."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        return next((found for one in typing.get_args(hint) if (found := _class_of(one)) is not None), None)
    is_ours = isinstance(hint, type) and hint.__module__.startswith("grafana_foundation_sdk.models")
    return hint if is_ours and hasattr(hint, "to_json") else None
