"""The state: a set of events, and what they add up to.

Why every node ends in the same state: the state is the union of the events that a node has, whatever their order and
however often they came, and each view is a pure function of its events sorted by (at, id) (stories.py). So the last
writer wins each field, and calls for help and reports only add. `at` is corrected by `time_corrected` events, which are
part of the same union; of several for one event the earliest counts (clock.py).

The one exception keeps memory flat: of a box's `mode_seen` events only the newest is held. Only a hub writes those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis import areas, bodies, stories, subjects
from crisis.events import Event, Unread
from crisis.stories import Told
from crisis.views import AreaMode, Command, Distress, DistressStatus, ModeThere, Notice, Point, Report, SeenMode
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

_TELLERS: dict[str, Callable[..., Any]] = {
    subjects.AREA: stories.area_mode,
    subjects.NOTICE: stories.notice,
    subjects.POINT: stories.point,
    subjects.DISTRESS: stories.distress,
    subjects.REPORT: stories.report,
    subjects.COMMAND: stories.command,
}


class State:
    """What a node knows. Changed by `apply` only; everything else reads. Not thread-safe."""

    def __init__(self) -> None:
        self._stories: dict[str, dict[Any, list[Event]]] = {family: {} for family in _TELLERS}
        self._views: dict[str, dict[Any, Any]] = {family: {} for family in _TELLERS}
        self._lists: dict[str, dict[Any, Any]] = {}
        self._orders: dict[str, tuple[Any, ...]] = {}
        self._corrections: dict[UUID, Event] = {}  # by the event that they are about
        self._seen: dict[str, Event] = {}
        self._unread: dict[UUID, Event] = {}
        self._receipts: dict[str, UUID] = {}
        self._latest: datetime | None = None
        self.version = 0  # counts changes since this process started

    # -- changing ----------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> bool:
        """Add an event. False when that changes nothing: it is there already, or was outdone."""
        match event.body:
            case Unread():
                changed = event.id not in self._unread
                self._unread.setdefault(event.id, event)
            case bodies.ModeSeen(box=box):
                changed = self._outdoes(event, self._seen.get(box))
                if changed:
                    self._seen[box] = event
            case bodies.TimeCorrected():
                changed = self._correct(event)
            case _:
                changed = self._tell(event)
        self.version += changed
        return changed

    def merge(self, other: State) -> None:
        """Add everything that another state knows."""
        for event in other.events():
            self.apply(event)

    def _tell(self, event: Event) -> bool:
        family, subject = subjects.of(event)
        story = self._stories[family].setdefault(subject, [])
        if any(known.id == event.id for known in story):
            return False
        story.append(event)
        self._views[family].pop(subject, None)
        self._lists.pop(family, None)
        self._orders.pop(family, None)
        if isinstance(event.body, bodies.DistressReceived | bodies.ReportReceived):
            self._note_receipt(event.body.receipt, event.id)
        else:
            at = self.time_of(event)
            self._latest = at if self._latest is None else max(self._latest, at)
        return True

    def _note_receipt(self, receipt: str | None, about: UUID) -> None:
        if receipt is not None:
            self._receipts[receipt] = min(about, self._receipts.get(receipt, about))

    def _correct(self, event: Event) -> bool:
        assert isinstance(event.body, bodies.TimeCorrected)
        known = self._corrections.get(event.body.event)
        if known is not None and _precedence(known) <= _precedence(event):
            return False
        self._corrections[event.body.event] = event
        # Rare, and any view may have it: all are told again.
        for views in self._views.values():
            views.clear()
        self._lists.clear()
        self._orders.clear()
        self._latest = max((self.time_of(act) for act in self._acts()), default=None)
        return True

    def _acts(self) -> Iterator[Event]:
        for by_subject in self._stories.values():
            for story in by_subject.values():
                yield from (event for event in story if not subjects.is_beginning(event))

    @staticmethod
    def _outdoes(event: Event, known: Event | None) -> bool:
        return known is None or (event.at, event.id) > (known.at, known.id)

    # -- reading -----------------------------------------------------------------------------------------------------

    @property
    def latest(self) -> datetime | None:
        """When the newest act happened that competes with others; a new one is dated after it."""
        return self._latest

    def time_of(self, event: Event) -> datetime:
        """When an event counts as having happened."""
        correction = self._corrections.get(event.id)
        if correction is None:
            return event.at
        assert isinstance(correction.body, bodies.TimeCorrected)
        return correction.body.at

    def events(self) -> Iterator[Event]:
        """Every event that the state rests on, in no order."""
        for by_subject in self._stories.values():
            for story in by_subject.values():
                yield from story
        yield from self._corrections.values()
        yield from self._seen.values()
        yield from self._unread.values()

    @property
    def unread(self) -> int:
        """How many events this program could not read: a newer node wrote them, or a broken one."""
        return len(self._unread)

    def area_modes(self) -> tuple[AreaMode, ...]:
        """Every area about which something was decided or proposed, by name."""
        found: Mapping[str, AreaMode] = self._family(subjects.AREA)
        return tuple(found[name] for name in sorted(found))

    def area_mode(self, area: str) -> AreaMode | None:
        """What was decided or proposed about exactly this area."""
        view: AreaMode | None = self._view(subjects.AREA, area)
        return view

    def mode_at(self, area: str) -> ModeThere:
        """The mode that holds in a box's, a district's or the city's area.

        An emergency holds wherever it was declared, whatever was set beside it, and a real one outdoes an exercise;
        without one the narrowest decision holds, and without any the mode is normal.
        """
        found = [mode for name in areas.around(area) if (mode := self.area_mode(name)) is not None]
        decided = [(mode, mode.mode, mode.act) for mode in found if mode.mode is not None and mode.act is not None]
        # Sorting is stable: within one rank the narrowest stays first.
        decided.sort(key=lambda entry: _rank(entry[1], exercise=entry[0].exercise))
        for mode, value, act in decided:
            return ModeThere(value, mode.area, act.at, mode.reason, mode.exercise)
        return ModeThere(Mode.NORMAL, areas.EVERYWHERE, None)

    def seen_modes(self) -> tuple[SeenMode, ...]:
        """What each box showed last, by box."""
        return tuple(seen for box in sorted(self._seen) if (seen := self.seen_mode(box)) is not None)

    def seen_mode(self, box: str) -> SeenMode | None:
        """What a box showed last."""
        event = self._seen.get(box)
        if event is None:
            return None
        assert isinstance(event.body, bodies.ModeSeen)
        return SeenMode(box, event.body.mode, event.body.since)

    def notices(self) -> tuple[Notice, ...]:
        """All notices, the newest first."""
        return self._newest_first(subjects.NOTICE, lambda notice: notice.published)

    def notice(self, name: UUID) -> Notice | None:
        """One notice."""
        found: Notice | None = self._family(subjects.NOTICE).get(name)
        return found

    def points(self) -> tuple[Point, ...]:
        """All places of help, the newest first, closed ones too."""
        return self._newest_first(subjects.POINT, lambda point: point.put)

    def point(self, name: UUID) -> Point | None:
        """One place of help."""
        found: Point | None = self._view(subjects.POINT, name)
        return found

    def distresses(self) -> tuple[Distress, ...]:
        """All calls for help, the newest first."""
        return self._newest_first(subjects.DISTRESS, lambda distress: distress.received)

    def open_distresses(self) -> tuple[Distress, ...]:
        """The calls for help that nobody has closed, the newest first."""
        return tuple(found for found in self.distresses() if found.status is not DistressStatus.CLOSED)

    def distress(self, name: UUID) -> Distress | None:
        """One call for help."""
        found: Distress | None = self._view(subjects.DISTRESS, name)
        return found

    def reports(self) -> tuple[Report, ...]:
        """All reports, the newest first."""
        return self._newest_first(subjects.REPORT, lambda report: report.received)

    def report(self, name: UUID) -> Report | None:
        """One report."""
        found: Report | None = self._view(subjects.REPORT, name)
        return found

    def by_receipt(self, code: str) -> Distress | Report | None:
        """The call or the report that has this receipt (receipts.py reads what people type)."""
        name = self._receipts.get(code)
        return None if name is None else self.distress(name) or self.report(name)

    def commands(self) -> tuple[Command, ...]:
        """All commands, the newest first."""
        return self._newest_first(subjects.COMMAND, lambda command: command.act)

    def history(self, subject: UUID | str) -> tuple[Told, ...]:
        """All events about an area (by name) or about a notice, point, call, report or command (by id), in order.

        What lost against another writer is in it too.
        """
        found = [event for by_subject in self._stories.values() for event in by_subject.get(subject, ())]
        return self._in_order(found)

    # -- views -------------------------------------------------------------------------------------------------------

    def _in_order(self, events: list[Event]) -> tuple[Told, ...]:
        told = [Told(self.time_of(event), event) for event in events]
        return tuple(sorted(told, key=lambda entry: (entry.at, entry.event.id)))

    def _view(self, family: str, subject: UUID | str) -> Any:
        views = self._views[family]
        if subject not in views:
            story = self._stories[family].get(subject)
            if story is None:
                return None
            views[subject] = _TELLERS[family](subject, self._in_order(story))
        return views[subject]

    def _family(self, family: str) -> dict[Any, Any]:
        """All views of a family that there are, by subject."""
        if family not in self._lists:
            found = {subject: self._view(family, subject) for subject in self._stories[family]}
            known = {subject: view for subject, view in found.items() if view is not None}
            self._lists[family] = stories.with_replacements(known) if family == subjects.NOTICE else known
        return self._lists[family]

    def _newest_first(self, family: str, act_of: Callable[[Any], Any]) -> tuple[Any, ...]:
        def key(view: Any) -> tuple[datetime, UUID]:
            act = act_of(view)
            return (act.at, act.event)

        if family not in self._orders:
            self._orders[family] = tuple(sorted(self._family(family).values(), key=key, reverse=True))
        return self._orders[family]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return {event.id: event for event in self.events()} == {event.id: event for event in other.events()}

    __hash__ = None  # type: ignore[assignment]  # it changes


def _precedence(correction: Event) -> tuple[datetime, UUID]:
    assert isinstance(correction.body, bodies.TimeCorrected)
    return (correction.body.at, correction.id)


def _rank(mode: Mode, *, exercise: bool) -> int:
    if mode is not Mode.EMERGENCY:
        return 2
    return 1 if exercise else 0
