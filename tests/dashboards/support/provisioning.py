"""What a Grafana makes of the files that it provisions itself from: which fields it takes raw, and where it replaces.

pkg/services/provisioning (values/values.go, alerting/*_types.go, datasources/types.go) of Grafana 9.4 to 13.
"""

from __future__ import annotations

import re
from typing import Any

_VARIABLE = re.compile(r"\$(?:\{\w*\}|\w+)")
RAW_OF_A_RULE = frozenset({"annotations", "data"})


def replaced(value: Any) -> Any:
    """A value of a field in which variables are replaced, where the environment has none: `$$` is a dollar."""
    if isinstance(value, str):
        return "$".join(_VARIABLE.sub("", part) for part in value.split("$$"))
    if isinstance(value, dict):
        return {name: replaced(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner) for inner in value]
    return value


def rule(written: dict[str, Any]) -> dict[str, Any]:
    """A rule of a file as Grafana stores it."""
    return {name: value if name in RAW_OF_A_RULE else replaced(value) for name, value in written.items()}
