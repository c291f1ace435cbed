"""Numbers as devices write them: ASCII decimals, in JSON or as text. Pure.

Python's float() also takes `1_000`, `infinity` and digits of other scripts, none of which a sensor means.
"""

from __future__ import annotations

import math
import re
from typing import Any

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_CHARACTERS_MAX = 40


def of(value: Any) -> float | None:
    """The number in a JSON value or a text; None for everything else, and for what is no finite number."""
    kind = type(value)
    if kind is str:
        if len(value) > _CHARACTERS_MAX or _DECIMAL.fullmatch(value) is None:
            return None
        found = float(value)
    elif kind is float or kind is int:
        try:
            found = float(value)
        except OverflowError:
            return None
    else:
        return None
    return found if math.isfinite(found) else None
