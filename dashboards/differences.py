"""What differs between what we want and what a Grafana has. Pure; what Grafana adds by itself is no difference."""

from __future__ import annotations

from typing import Any

# Grafana numbers and migrates what it stores.
_ITS_OWN = frozenset({"id", "version", "schemaVersion", "pluginVersion", "orgId", "updated", "provenance", "iteration"})
_LIMIT = 3


def find(wanted: Any, there: Any, path: str = "") -> list[str]:
    """The paths at which they differ, a few at the most: none when nothing has to change."""
    return _walk(wanted, there, path)[:_LIMIT]


def _walk(wanted: Any, there: Any, path: str) -> list[str]:
    if isinstance(wanted, dict):
        if not isinstance(there, dict):
            return [path or "."]
        found: list[str] = []
        for name, value in wanted.items():
            if name in _ITS_OWN or (name not in there and _is_nothing(value)):
                continue
            here = f"{path}.{name}" if path else name
            found += [here] if name not in there else _walk(value, there[name], here)
        return found
    if isinstance(wanted, list | tuple):
        if not isinstance(there, list) or len(wanted) != len(there):
            return [path]
        return [
            part
            for index, (one, other) in enumerate(zip(wanted, there, strict=True))
            for part in _walk(one, other, f"{path}[{index}]")
        ]
    same = wanted == there and isinstance(wanted, bool) == isinstance(there, bool)
    return [] if same else [path]


def _is_nothing(value: Any) -> bool:
    """What a server leaves out of JSON when it writes Go's empty values."""
    return value in (None, False, 0, "", [], {})
