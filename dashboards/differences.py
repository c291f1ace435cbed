"""Compares what we want with what a Grafana holds. Pure. What Grafana adds by itself is not a difference."""

from __future__ import annotations

from typing import Any

# Grafana sets these when it stores or migrates something.
_SET_BY_GRAFANA = frozenset(
    {"id", "version", "schemaVersion", "pluginVersion", "orgId", "updated", "provenance", "iteration"}
)
_LIMIT = 3


def find(wanted: Any, held: Any, path: str = "") -> list[str]:
    """The paths at which both differ, three at the most. Empty when nothing has to change."""
    return _walk(wanted, held, path)[:_LIMIT]


def _walk(wanted: Any, held: Any, path: str) -> list[str]:
    if isinstance(wanted, dict):
        if not isinstance(held, dict):
            return [path or "."]
        found: list[str] = []
        for name, value in wanted.items():
            if name in _SET_BY_GRAFANA or (name not in held and _is_empty(value)):
                continue
            here = f"{path}.{name}" if path else name
            found += [here] if name not in held else _walk(value, held[name], here)
        return found
    if isinstance(wanted, list | tuple):
        if not isinstance(held, list) or len(wanted) != len(held):
            return [path]
        return [
            part
            for index, (one, other) in enumerate(zip(wanted, held, strict=True))
            for part in _walk(one, other, f"{path}[{index}]")
        ]
    same = wanted == held and isinstance(wanted, bool) == isinstance(held, bool)
    return [] if same else [path]


def _is_empty(value: Any) -> bool:
    """Whether Go's JSON leaves this value out (omitempty)."""
    return value in (None, False, 0, "", [], {})
