"""Colours of durations: the SQL writes them as texts (`duration_text`), so a colour begins by a pattern of the text."""

from __future__ import annotations

_UNITS = (
    ("s", 60, 60),
    ("min", 60, 3_600),
    ("h", 24, 86_400),
    ("d", 0, 0),
)  # sign, how many make the next, its seconds


def at_least(seconds: int) -> str:
    """The pattern of all that `duration_text` writes of so many seconds or more, as Grafana's mappings take it.

    The seconds must be whole ones, minutes, hours or days: 40, 900, 7200, 172800.
    """
    size = 1
    for index, (sign, count, following) in enumerate(_UNITS):
        if not count or seconds < following:
            number, rest = divmod(seconds, size)
            if rest or not number:
                break
            parts = [f"{_number(number, count)} {sign}\\b", *(rf"\d+ {later}\b" for later, _, _ in _UNITS[index + 1 :])]
            return f"/^(?:{'|'.join(parts)}).*$/"
        size = following
    raise ValueError(f"{seconds} s is no whole number of one unit")


def _number(least: int, count: int) -> str:
    """The pattern of the whole numbers from `least` on, below `count` where that is not 0."""
    tens, ones = divmod(least, 10)
    most = (count - 1) // 10 if count else 9
    parts = [f"{tens or ''}[{ones}-9]"] + ([f"[{tens + 1}-{most}]\\d"] if tens < most else [])
    if not count:
        parts.append(r"\d{3,}")
    return f"(?:{'|'.join(parts)})"
