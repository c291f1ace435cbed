"""On a hub: alarms that only the database knows of. They stay in a file of the hub's own, and are not events.

A condition has to hold for a while (crisis/alarm/kinds.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crisis.alarm.alarms import MANY, Alarm
from crisis.model import areas
from crisis.model.areas import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from crisis.alarm.kinds import Kind


@dataclass
class Holding:
    """Since when each condition holds without a break, in seconds of a clock that nobody can set.

    `begun`: names of alarms that were open when the node started: people were told that these hold, and are not told of
    an end because the node was started anew.
    """

    since: dict[str, float] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()

    def alarms(self, kind: Kind, rows: Iterable[Mapping[str, Any]], now: datetime, seconds: float) -> tuple[Alarm, ...]:
        """The alarms of a kind, of the rows that its statement found now."""
        assert kind.rule is not None
        found = {alarm.name: alarm for row in rows if _is_beyond(kind, row) for alarm in (_alarm(kind, row, now),)}
        for name in [each for each in self.since if each.startswith(f"{kind.name}/") and each not in found]:
            del self.since[name]
        long_ago = seconds - kind.rule.hold_seconds
        for name in found:
            has_begun = name in self.begun or f"{kind.name}/{MANY}" in self.begun
            self.since.setdefault(name, long_ago if has_begun else seconds)
        self.begun = frozenset(name for name in self.begun if not name.startswith(f"{kind.name}/"))
        return tuple(alarm for name, alarm in found.items() if self.since[name] <= long_ago)


def _is_beyond(kind: Kind, row: Mapping[str, Any]) -> bool:
    assert kind.rule is not None
    value = _value(row)
    if value is None:
        return False
    return value > kind.rule.bound if kind.rule.compare == "gt" else value < kind.rule.bound


def _value(row: Mapping[str, Any]) -> float | None:
    return next((float(each) for each in row.values() if isinstance(each, int | float)), None)


def _alarm(kind: Kind, row: Mapping[str, Any], now: datetime) -> Alarm:
    labels = tuple((name, str(value)) for name, value in row.items() if isinstance(value, str))
    return Alarm(
        kind=kind.name,
        subject=_subject(labels) or kind.name,
        opened_at=now,
        area=_area(dict(labels)),
        label=_label(dict(labels)),
        labels=labels,
        value=_value(row),
    )


def _subject(labels: Sequence[tuple[str, str]]) -> str:
    """What tells the conditions of a kind apart: a box, else every label."""
    named = dict(labels)
    if "box" in named:
        return named["box"]
    return ",".join(value.replace(" ", "_") for _, value in labels)[:100]


def _label(named: Mapping[str, str]) -> str:
    return named.get("box") or named.get("part") or named.get("backup") or ""


def _area(named: Mapping[str, str]) -> str:
    """The area of a box or district; the city for what no area may be called."""
    if "box" in named:
        return named["box"]
    district = f"district-{named.get('district', '')}"
    return district if areas.district(district) == district else EVERYWHERE
