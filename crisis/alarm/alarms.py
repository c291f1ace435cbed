"""An alarm: one open condition. And what of many open ones people are told: those that follow from others, and many of
a kind, are gathered. Pure.
"""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisis.alarm.channel import Severity
from crisis.alarm.kinds import KINDS
from crisis.model import areas
from crisis.model.alarm_bodies import NAME_MAX
from crisis.model.areas import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from crisis.alarm.kinds import Kind
    from crisis.state.alarms.views import Silence

GATHER_FROM = 5  # from so many of a kind on they are one alarm
MANY = "many"  # the subject of what gathers
_LABEL_MAX = 200  # of crisis/model/alarm_bodies.py
_COUNT_MAX, _PEOPLE_MAX = 1_000_000, 10_000
_NOT_WRITTEN = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"  # no file, database or channel takes all of these
_NOT_IN_NAMES, _NOT_IN_TEXTS = re.compile(rf"[\s{_NOT_WRITTEN}]+"), re.compile(rf"[{_NOT_WRITTEN}]+")
_AREA = re.compile(areas.PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One open condition, named by kind and subject. The same facts make the same alarms on every node.

    `subject` is an id; `label` is what people call it ("H 17"). `names`: further subjects that it had or has, so that
    an outage that merges, splits or gets an earlier first box is the same alarm. `labels` fill its sentence in
    (crisis/alarm/kinds.py). `count`: how many it gathers. `is_doubtful`: nobody can tell when it began.
    `value`: what its rule compares, as of the last look; another one is no other alarm.
    What residents said, their names and positions are not in here; `call_kind` and `people` are of a call for help.
    """

    kind: str
    subject: str
    opened_at: datetime
    area: str = EVERYWHERE
    label: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()
    exercise: bool = False
    count: int = 1
    is_doubtful: bool = False
    call_kind: str = ""
    people: int | None = None
    seen_by: str = ""  # the node that sees it, if that is not the one that tells of it
    value: float | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What names it in events: `distress/0192f3c0-…`."""
        return f"{self.kind}/{self.subject}"

    @property
    def is_well_formed(self) -> bool:
        """Whether events can name it."""
        return (
            bool(self.subject)
            and _NOT_IN_NAMES.search(self.subject) is None
            and len(self.name) <= NAME_MAX
            and len(self.label) <= _LABEL_MAX
            and self._is_plain
            and _AREA.fullmatch(self.area) is not None
        )

    def made_well_formed(self) -> Alarm:
        """The same alarm in a form that events can name: a file's name with a space in it must silence nobody."""
        if self.is_well_formed:
            return self
        subject = _NOT_IN_NAMES.sub("_", self.subject)[: NAME_MAX - len(self.kind) - 1] or "?"
        area = self.area if _AREA.fullmatch(self.area) else EVERYWHERE
        return dataclasses.replace(self, subject=subject, area=area).made_plain()

    @property
    def _is_plain(self) -> bool:
        return _NOT_IN_TEXTS.search(self.label) is None and not any(
            _NOT_IN_TEXTS.search(value) for _, value in self.labels
        )

    def made_plain(self) -> Alarm:
        """The same alarm with texts and numbers that every file, database and channel takes."""
        return dataclasses.replace(
            self,
            label=_plain(self.label),
            labels=tuple((_plain(name), _plain(value)) for name, value in self.labels),
            count=min(max(self.count, 1), _COUNT_MAX),
            people=None if self.people is None else min(max(self.people, 0), _PEOPLE_MAX),
        )

    @property
    def kind_of(self) -> Kind:
        """Its kind."""
        return KINDS[self.kind]

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.kind_of.severity

    @property
    def is_call(self) -> bool:
        """Whether somebody asks for help: never silenced, inhibited or gathered."""
        return self.severity is Severity.CALL

    def is_same(self, other: str) -> bool:
        """Whether an alarm of this name is this one."""
        kind, _, subject = other.partition("/")
        return kind == self.kind and (subject == self.subject or subject in self.names)


def _plain(text: str) -> str:
    return _NOT_IN_TEXTS.sub(" ", text[:_LABEL_MAX])


@dataclass(frozen=True, slots=True)
class Picture:
    """What is open, and how people are told of it.

    `told`: these people are told of. `inhibited`: these follow from others; `silenced`: somebody silenced these;
    `gathered`: these are counted in one of `told`.
    """

    told: tuple[Alarm, ...]
    inhibited: tuple[Alarm, ...] = ()
    silenced: tuple[Alarm, ...] = ()
    gathered: tuple[Alarm, ...] = ()


def picture(
    found: Iterable[Alarm], silences: Sequence[Silence], now: datetime, known: frozenset[str] = frozenset()
) -> Picture:
    """What is open now, as people are told of it. `known`: names of alarms that somebody was told of already.

    What was told of alone goes on alone, so that its end is told; only what comes after is gathered.
    """
    alarms = sorted({alarm.name: alarm for alarm in found}.values(), key=_order)
    inhibiting: defaultdict[str, set[str]] = defaultdict(set)  # the areas of each kind
    for alarm in alarms:
        inhibiting[alarm.kind].add(alarm.area)
    silenced: list[Alarm] = []
    inhibited: list[Alarm] = []
    left: list[Alarm] = []
    for alarm in alarms:
        if _is_silenced(alarm, silences, now):
            silenced.append(alarm)
        elif _is_inhibited(alarm, inhibiting):
            inhibited.append(alarm)
        else:
            left.append(alarm)
    told, gathered = _gather(left, known)
    return Picture(tuple(told), tuple(inhibited), tuple(silenced), tuple(gathered))


def _order(alarm: Alarm) -> tuple[datetime, str]:
    return alarm.opened_at, alarm.name


def _is_silenced(alarm: Alarm, silences: Sequence[Silence], now: datetime) -> bool:
    return not alarm.is_call and any(silence.covers(alarm.kind, alarm.area, now) for silence in silences)


def _is_inhibited(alarm: Alarm, inhibiting: Mapping[str, Collection[str]]) -> bool:
    """Whether one of the kinds that it follows from is open in an area that meets its own."""
    if alarm.is_call:
        return False
    return any(_meet(area, alarm.area) for kind in alarm.kind_of.inhibited_by for area in inhibiting.get(kind, ()))


def _meet(area: str, other: str) -> bool:
    """Whether one of these areas lies in the other."""
    return area in areas.around(other) or other in areas.around(area)


def _gather(alarms: Sequence[Alarm], known: frozenset[str]) -> tuple[list[Alarm], list[Alarm]]:
    by_kind: defaultdict[tuple[str, bool], list[Alarm]] = defaultdict(list)
    told: list[Alarm] = []
    for alarm in alarms:
        if alarm.kind_of.gathers and alarm.name not in known:
            by_kind[alarm.kind, alarm.exercise].append(alarm)
        else:
            told.append(alarm)
    gathered: list[Alarm] = []
    for (kind, exercise), found in by_kind.items():
        is_gathered = f"{kind}/{MANY}" in known
        if len(found) < GATHER_FROM and not is_gathered:
            told += found
            continue
        gathered += found
        told.append(_many(kind, found, exercise=exercise))
    return sorted(told, key=_order), gathered


def _many(kind: str, found: Sequence[Alarm], *, exercise: bool) -> Alarm:
    districts = {areas.district(alarm.area) for alarm in found}
    district = districts.pop() if len(districts) == 1 else None
    first = min(found, key=_order)
    return Alarm(
        kind=kind,
        subject=MANY,
        opened_at=first.opened_at,
        area=district or EVERYWHERE,
        exercise=exercise,
        count=len(found),
    )
