"""What the list of alarms says now, as rows for others to read. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.alarm import kinds, wording
from crisis.alarm.kinds import KINDS, Origin
from translations import catalogues, domains

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from crisis.alarm.alarms import Alarm, Picture

SILENCED, INHIBITED, GATHERED, NOT_SET_UP = "silenced", "inhibited", "gathered", "not_set_up"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the table `alarm`. `titles` and `sentences`: JSON, by language.

    `keeps`: while it is open it began when it was first seen; of others the log may learn better.
    """

    name: str
    kind: str
    area: str
    exercise: bool
    count: int
    value: float | None
    opened_at: datetime
    quiet: str | None
    titles: str
    sentences: str
    keeps: bool


def rows(
    picture: Picture,
    kept: Iterable[Alarm],
    names: Mapping[str, str],
    before: Collection[str] = (),
    *,
    is_set_up: bool = True,
) -> Iterator[Listed]:
    """A row for each alarm, also of those that nobody is told of. `kept`: those that are open as the outbox has them.

    `names`: of districts, as messages call them. `before`: what was listed; an alarm of several names keeps that one.
    `is_set_up`: somebody uses alarms here; else nobody is missing on duty.
    """
    began = {alarm.name: alarm for alarm in kept}
    quiet = {
        alarm.name: why
        for alarms, why in ((picture.silenced, SILENCED), (picture.inhibited, INHIBITED), (picture.gathered, GATHERED))
        for alarm in alarms
    }
    seen = (*picture.told, *picture.silenced, *picture.inhibited, *picture.gathered)
    listed: set[str] = set()
    for alarm in (began | {alarm.name: alarm for alarm in seen}).values():
        first = began.get(alarm.name, alarm)
        name = _lasting(alarm, before)
        if alarm.kind in KINDS and alarm.kind != kinds.TEST and name not in listed:
            listed.add(name)
            is_unused = alarm.kind == kinds.NOBODY_ON_DUTY and not is_set_up
            why = NOT_SET_UP if is_unused else quiet.get(alarm.name)
            yield _row(alarm, name, first.opened_at, why, names)


def _lasting(alarm: Alarm, before: Collection[str]) -> str:
    """Its name, or the one under which it is listed already: an outage that merged is not a new one."""
    if alarm.name in before or not alarm.names:
        return alarm.name
    return next((name for name in sorted(before) if alarm.is_same(name)), alarm.name)


def _row(alarm: Alarm, name: str, opened_at: datetime, quiet: str | None, names: Mapping[str, str]) -> Listed:
    texts = {
        language.tag: wording.listed(alarm, catalogues.words(domains.CRISIS, language), names)
        for language in domains.CRISIS.languages
    }
    return Listed(
        name=name,
        kind=alarm.kind,
        area=alarm.area,
        exercise=alarm.exercise,
        count=alarm.count,
        value=alarm.value,
        opened_at=opened_at,
        quiet=quiet,
        titles=json.dumps({tag: title for tag, (title, _) in texts.items()}, ensure_ascii=False),
        sentences=json.dumps({tag: sentence for tag, (_, sentence) in texts.items()}, ensure_ascii=False),
        keeps=alarm.kind_of.origin is not Origin.LOG,
    )
