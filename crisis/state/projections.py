"""Families of subjects: the story of each, and what it adds up to, told anew when it changed and somebody asks."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.model.events import Event
    from crisis.state.folds import Told
    from crisis.state.views import Act

    Subject = UUID | str
    Tell = Callable[[Any, Sequence[Told]], Any]
    Sort = Callable[[Iterable[Event]], tuple[Told, ...]]

_FEW = 50  # changes that are sorted in one by one; more are sorted together
_LONG = 20  # events of a story that are looked through; of a longer one the ids are kept as well


class Family:
    """All areas, notices, points, calls, reports or commands.

    `tell` makes a view of a story, or None while there is nothing to be seen; `sort` puts a story in order; `act_of` is
    the act by which views are put in order, None for a family without. A change costs no more than the views that it
    changes, however many others there are.
    """

    def __init__(self, tell: Tell, sort: Sort, act_of: Callable[[Any], Act] | None) -> None:
        self._tell = tell
        self._sort = sort
        self._act_of = act_of
        self._stories: dict[Any, list[Event]] = {}
        self._long: dict[Any, set[UUID]] = {}  # the ids of long stories
        self._views: dict[Any, Any] = {}
        self._stale: set[Any] = set()  # subjects whose view is of before, or was never made
        self._order: list[tuple[datetime, UUID, Any]] = []  # time and id of a view's act, and the view
        self._newest_first: tuple[Any, ...] | None = None

    def add(self, subject: Subject, event: Event) -> bool:
        """Add an event to a story. False when it is there already."""
        story = self._stories.setdefault(subject, [])
        if self._has(subject, story, event.id):
            return False
        story.append(event)
        if len(story) == _LONG:
            self._long[subject] = {known.id for known in story}
        elif len(story) > _LONG:
            self._long[subject].add(event.id)
        self._stale.add(subject)
        return True

    def _has(self, subject: Subject, story: list[Event], name: UUID) -> bool:
        if len(story) < _LONG:
            return any(known.id == name for known in story)
        return name in self._long[subject]

    def retell(self, wrong: set[UUID]) -> bool:
        """Tell the stories with these events anew: their times are other ones now. False when there is none."""
        found = [name for name, story in self._stories.items() if any(event.id in wrong for event in story)]
        self._stale.update(found)
        return bool(found)

    def story(self, subject: Subject) -> Sequence[Event]:
        """The events about a subject, in no order."""
        return self._stories.get(subject, ())

    def events(self) -> Iterator[Event]:
        """The events of all stories, in no order."""
        for story in self._stories.values():
            yield from story

    def view(self, subject: Subject) -> Any:
        """What a subject's story adds up to; None when there is none, or nothing to be seen yet."""
        if subject in self._stale:
            self._refresh({subject})
        return self._views.get(subject)

    def views(self) -> Mapping[Any, Any]:
        """All views that there are, by subject."""
        self._refresh(self._stale)
        return self._views

    def newest_first(self) -> tuple[Any, ...]:
        """All views that there are, the newest first."""
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
            before, after = self._views.pop(subject, None), self._tell(subject, self._sort(self._stories[subject]))
            if after is not None:
                self._views[subject] = after
            if one_by_one and self._act_of is not None:
                self._move(self._act_of, before, after)
        if not one_by_one and self._act_of is not None:
            found = [(self._act_of(view), view) for view in self._views.values()]
            self._order = sorted(((act.at, act.event, view) for act, view in found), key=lambda entry: entry[:2])
        self._stale -= subjects

    def _move(self, act_of: Callable[[Any], Act], before: Any, after: Any) -> None:
        """Put a view into its place in the order, and the one before it out of there. No two acts are the same."""
        if before is not None:
            act = act_of(before)
            del self._order[bisect.bisect_left(self._order, (act.at, act.event))]
        if after is not None:
            act = act_of(after)
            bisect.insort(self._order, (act.at, act.event, after), key=lambda entry: entry[:2])
