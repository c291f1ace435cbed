"""Projections: the views of all subjects of one family, refreshed when somebody asks after their events changed."""

from __future__ import annotations

import bisect
import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.model.events import Event
    from crisis.state.folds import DatedEvent
    from crisis.state.views import Act

    Subject = UUID | str
    Fold = Callable[[Any, Sequence[DatedEvent]], Any]
    Sort = Callable[[Iterable[Event]], tuple[DatedEvent, ...]]

_written = operator.attrgetter("at", "id")

_FEW = 50  # up to so many changed views are sorted in one by one; more are sorted together
_LONG = 20  # events of a subject that are searched one by one; for more than these a set of ids is kept


class Projection:
    """All areas, notices, points, calls, reports or commands.

    `fold` makes a view of a subject's history, or None while there is nothing to show; `sort` puts events in order;
    `act_of` gives the act by which the views are ordered, None when they have no order. A change costs only the views
    that it changes, however many others there are. `newest`: how many events of a subject are held at most; the same
    ones in whatever order they came, because their own times decide.
    """

    def __init__(
        self, fold: Fold, sort: Sort, act_of: Callable[[Any], Act] | None, *, newest: int | None = None
    ) -> None:
        self._fold = fold
        self._sort = sort
        self._act_of = act_of
        self._newest = newest
        self._events: dict[Any, list[Event]] = {}
        self._long: dict[Any, set[UUID]] = {}  # the ids of the events of subjects that have many
        self._views: dict[Any, Any] = {}
        self._stale: set[Any] = set()  # subjects whose view is out of date, or was never made
        self._order: list[tuple[datetime, UUID, Any]] = []  # time and event id of each view's act, and the view
        self._newest_first: tuple[Any, ...] | None = None

    def take_from(self, other: Projection) -> None:
        """Hold the same events and views as another projection of this fold, changed apart from it from now on."""
        self._events = {subject: list(events) for subject, events in other._events.items()}
        self._long = {subject: set(ids) for subject, ids in other._long.items()}
        self._views = dict(other._views)
        self._stale = set(other._stale)
        self._order = list(other._order)
        self._newest_first = other._newest_first

    def add(self, subject: Subject, event: Event) -> bool:
        """Add an event of a subject. False when it is there already, or older than all that are held."""
        events = self._events.setdefault(subject, [])
        if self._has(subject, events, event.id):
            return False
        if self._newest is not None and len(events) >= self._newest:
            oldest = min(events, key=_written)
            if _written(event) < _written(oldest):
                return False
            events.remove(oldest)
        events.append(event)
        if len(events) == _LONG:
            self._long[subject] = {known.id for known in events}
        elif len(events) > _LONG:
            self._long[subject].add(event.id)
        self._stale.add(subject)
        return True

    def replace(self, subject: Subject, event: Event) -> Event | None:
        """Put an event in the place of the one with its id. The one before; None when there is none."""
        events = self._events.get(subject, [])
        for place, before in enumerate(events):
            if before.id == event.id:
                events[place] = event
                self._stale.add(subject)
                return before
        return None

    def _has(self, subject: Subject, events: list[Event], event_id: UUID) -> bool:
        if len(events) < _LONG:
            return any(known.id == event_id for known in events)
        return event_id in self._long[subject]

    def invalidate(self, corrected: set[UUID]) -> bool:
        """Refresh the views of these events at the next reading: their times changed. False when no view has them."""
        found = [name for name, events in self._events.items() if any(event.id in corrected for event in events)]
        self._stale.update(found)
        return bool(found)

    def events_of(self, subject: Subject) -> Sequence[Event]:
        """The events of a subject, in no order."""
        return self._events.get(subject, ())

    def events(self) -> Iterator[Event]:
        """The events of all subjects, in no order."""
        for events in self._events.values():
            yield from events

    def view(self, subject: Subject) -> Any:
        """The view of a subject; None when it has no events, or only events that make no view yet."""
        if subject in self._stale:
            self._refresh({subject})
        return self._views.get(subject)

    def views(self) -> Mapping[Any, Any]:
        """All views by subject."""
        self._refresh(self._stale)
        return self._views

    def newest_first(self) -> tuple[Any, ...]:
        """All views, the newest first."""
        self._refresh(self._stale)
        if self._newest_first is None:
            self._newest_first = tuple([view for _, _, view in reversed(self._order)])
        return self._newest_first

    def _refresh(self, subjects: set[Any]) -> None:
        if not subjects:
            return
        self._newest_first = None
        one_by_one = len(subjects) <= _FEW
        for subject in subjects:
            before, after = self._views.pop(subject, None), self._fold(subject, self._sort(self._events[subject]))
            if after is not None:
                self._views[subject] = after
            if one_by_one and self._act_of is not None:
                self._move(self._act_of, before, after)
        if not one_by_one and self._act_of is not None:
            found = [(self._act_of(view), view) for view in self._views.values()]
            self._order = sorted(((act.at, act.event, view) for act, view in found), key=lambda entry: entry[:2])
        self._stale -= subjects

    def _move(self, act_of: Callable[[Any], Act], before: Any, after: Any) -> None:
        """Replace the view `before` by `after` in the order. No two views have the same act."""
        if before is not None:
            act = act_of(before)
            del self._order[bisect.bisect_left(self._order, (act.at, act.event))]
        if after is not None:
            act = act_of(after)
            bisect.insort(self._order, (act.at, act.event, after), key=lambda entry: entry[:2])
