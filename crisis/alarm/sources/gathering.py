"""All sources together. One that fails silences no other: what it saw last stays, and it is an alarm itself."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.alarm import kinds
from crisis.alarm.alarms import Alarm
from kiezbox import metrics
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from datetime import datetime

log = logging.getLogger(__name__)

_PATIENCE = timedelta(minutes=5)  # a database that is started anew is no alarm


class Gathering:
    """What each source saw when it last worked. `node`: who looks; `area`: where."""

    def __init__(self, node: str, area: str) -> None:
        self._node = node
        self._area = area
        self._last: dict[str, tuple[Alarm, ...]] = {}
        self._failing: dict[str, datetime] = {}

    def steps(
        self, sources: Mapping[str, Callable[[], Iterable[Alarm]]], now: datetime
    ) -> Generator[None, None, tuple[Alarm, ...]]:
        """What every source sees now; one after the other, so that others may run in between."""
        for name, source in sources.items():
            try:
                self.put(name, tuple(source()))
            except Exception as error:  # noqa: BLE001 -- whatever is wrong with one, the others go on; it is logged
                self.failed(name, error, now)
            yield
        return self.found(now)

    def put(self, name: str, found: tuple[Alarm, ...]) -> None:
        """What a source sees now."""
        self._last[name] = tuple(alarm.made_well_formed() for alarm in found)
        self._failing.pop(name, None)

    def has_looked(self, name: str) -> bool:
        """Whether a source has looked since this start: before that, nothing that it saw is over."""
        return name in self._last

    def failed(self, name: str, error: Exception, now: datetime) -> None:
        """A source could not look: what it saw stays."""
        metrics.ALARM_SOURCE_FAILURES.labels(name).inc()
        if name in self._failing:
            return
        is_away = isinstance(error, Unavailable)
        self._failing[name] = now + (_PATIENCE if is_away else timedelta())
        say = log.warning if is_away else log.error
        trace = None if is_away else error
        extra = {"source": name, "error": error}
        say("a source of alarms fails: what it saw last stays", extra=extra, exc_info=trace)

    def found(self, now: datetime) -> tuple[Alarm, ...]:
        """What all sources saw last, and which of them fail; what is only away, after a while."""
        seen = [alarm for found in self._last.values() for alarm in found]
        failing = [
            Alarm(
                kind=kinds.SOURCE_FAILING,
                subject=f"{self._node}/{name}",
                opened_at=since,
                area=self._area,
                label=name,
                labels=(("box", self._node), ("source", name)),
            )
            for name, since in self._failing.items()
            if since <= now
        ]
        return (*seen, *failing)
