"""The few shapes of templates that sensors have. Others are Jinja, and a stranger's Jinja is never run. Pure.

Known: nothing; `{{ value }}`; `{{ value_json.a.b }}`, `{{ value_json['a'] }}`, `{{ value_json.a[0] }}`; each with the
filters float, int, round and default, and one `* n`, `/ n`, `+ n` or `- n`. A key that is missing is no value, whatever
a default says.
"""

from __future__ import annotations

import math
import re
from typing import Any

from devices.wire.inputs import numbers

_CHARACTERS_MAX = 200
_TEMPLATE = re.compile(
    r"\{\{-?\s*(?P<root>value|value_json)(?P<path>(?:\.\w+|\[(?:'[^'\]]*'|\"[^\"\]]*\"|\d+)\])*)"
    r"(?P<filters>(?:\s*\|\s*(?:float|int|round|default)(?:\(\s*[^()]{0,20}\s*\))?)*)"
    r"(?:\s*(?P<sign>[*/+-])\s*(?P<operand>\d+(?:\.\d+)?))?"
    r"(?P<then>(?:\s*\|\s*(?:float|int|round|default)(?:\(\s*[^()]{0,20}\s*\))?)*)\s*-?\}\}"
)
_STEP = re.compile(r"\.(\w+)|\[(?:'([^'\]]*)'|\"([^\"\]]*)\"|(\d+))\]")
_ROUND = re.compile(r"\|\s*(int|round)(?:\(\s*(\d*)\s*\))?")


def is_known(template: str) -> bool:
    """Whether a template has one of these shapes."""
    return not template.strip() or (
        len(template) <= _CHARACTERS_MAX and _TEMPLATE.fullmatch(template.strip()) is not None
    )


def number(template: str, payload: str, content: Any) -> float | None:
    """The number that a template makes of a message, None where it makes none. `content`: its JSON, None for a text."""
    if not template.strip():
        return numbers.of(payload)
    found = _TEMPLATE.fullmatch(template.strip()) if len(template) <= _CHARACTERS_MAX else None
    if found is None:
        return None
    said = payload if found["root"] == "value" else content
    for name, single, double, index in _STEP.findall(found["path"]):
        said = _inside(said, name or single or double, index)
    result = numbers.of(said)
    if result is None:
        return None
    result = _filtered(result, found["filters"])
    if found["sign"]:
        operand = float(found["operand"])
        if found["sign"] == "/" and not operand:
            return None
        match found["sign"]:
            case "*":
                result *= operand
            case "/":
                result /= operand
            case "+":
                result += operand
            case _:
                result -= operand
    return _filtered(result, found["then"]) if math.isfinite(result) else None


def _inside(said: Any, key: str, index: str) -> Any:
    if index:
        return said[int(index)] if isinstance(said, list) and len(index) < 4 and int(index) < len(said) else None  # noqa: PLR2004 -- digits
    return said.get(key) if isinstance(said, dict) else None


def _filtered(value: float, filters: str) -> float:
    for name, digits in _ROUND.findall(filters):
        value = float(int(value)) if name == "int" else round(value, min(int(digits or 0), 9))
    return value
