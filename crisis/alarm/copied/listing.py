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


class Texts:
    """The texts of alarms as rows have them. They are made anew for what has changed alone: ten thousand take a second.

    `names`: of districts, as messages call them.
    """

    def __init__(self) -> None:
        self._names: Mapping[str, str] = {}
        self._known: dict[str, tuple[Alarm, str, str]] = {}

    def call(self, names: Mapping[str, str]) -> None:
        """Districts are called so from now on."""
        if names != self._names:
            self._names = dict(names)
            self._known.clear()

    def of(self, alarm: Alarm) -> tuple[str, str]:
        """Its titles and its sentences, by language, as JSON."""
        found = self._known.get(alarm.name)
        if found is None or found[0] != alarm:
            found = self._known[alarm.name] = (alarm, *_texts(alarm, self._names))
        return found[1:]

    def forget_others(self, names: Collection[str]) -> None:
        """Keep the texts of alarms of these names alone."""
        for gone in self._known.keys() - set(names):
            del self._known[gone]


def rows(
    picture: Picture,
    kept: Iterable[Alarm],
    texts: Texts,
    before: Collection[str] = (),
    *,
    is_set_up: bool = True,
) -> Iterator[Listed]:
    """A row for each alarm, also of those that nobody is told of. `kept`: those that are open as the outbox has them.

    `before`: what was listed; an alarm of several names keeps that one. `is_set_up`: somebody uses alarms here; else
    nobody is missing on duty.
    """
    began = {alarm.name: alarm for alarm in kept}
    quiet = {
        alarm.name: why
        for alarms, why in ((picture.silenced, SILENCED), (picture.inhibited, INHIBITED), (picture.gathered, GATHERED))
        for alarm in alarms
    }
    seen = (*picture.told, *picture.silenced, *picture.inhibited, *picture.gathered)
    listed: set[str] = set()
    found = began | {alarm.name: alarm for alarm in seen}
    texts.forget_others(found)
    for alarm in found.values():
        first = began.get(alarm.name, alarm)
        name = _lasting(alarm, before)
        if alarm.kind in KINDS and alarm.kind != kinds.TEST and name not in listed:
            listed.add(name)
            is_unused = alarm.kind == kinds.NOBODY_ON_DUTY and not is_set_up
            why = NOT_SET_UP if is_unused else quiet.get(alarm.name)
            yield _row(alarm, name, first.opened_at, why, texts)


def _lasting(alarm: Alarm, before: Collection[str]) -> str:
    """Its name, or the one under which it is listed already: an outage that merged is not a new one."""
    if alarm.name in before or not alarm.names:
        return alarm.name
    return next((name for name in sorted(before) if alarm.is_same(name)), alarm.name)


def _texts(alarm: Alarm, names: Mapping[str, str]) -> tuple[str, str]:
    texts = {
        language.tag: wording.listed(alarm, catalogues.words(domains.CRISIS, language), names)
        for language in domains.CRISIS.languages
    }
    return (
        json.dumps({tag: title for tag, (title, _) in texts.items()}, ensure_ascii=False),
        json.dumps({tag: sentence for tag, (_, sentence) in texts.items()}, ensure_ascii=False),
    )


def _row(alarm: Alarm, name: str, opened_at: datetime, quiet: str | None, texts: Texts) -> Listed:
    titles, sentences = texts.of(alarm)
    return Listed(
        name=name,
        kind=alarm.kind,
        area=alarm.area,
        exercise=alarm.exercise,
        count=alarm.count,
        value=alarm.value,
        opened_at=opened_at,
        quiet=quiet,
        titles=titles,
        sentences=sentences,
        keeps=alarm.kind_of.origin is not Origin.LOG,
    )
