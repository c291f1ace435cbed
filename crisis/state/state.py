"""The state: a set of events, and what they add up to.

Why every node ends in the same state: the state is the union of the events that a node has, whatever their order and
however often they came, and each view is a pure function of its events sorted by (at, id) (folds.py). So the last
writer wins each field, and calls for help and reports are only added. `at` is corrected by `time_corrected` events,
which are part of the same union; of several for one event the one counts that the hub wrote last (clock.py).

There are exceptions, which bound the memory: of a box's `mode_seen` events, of an area's names and of an account's
credentials for a box only the newest is held; only a hub writes those. Of a box's `power_seen` events the newest few
are held, enough for the outages of the last days (power/episodes.py). Of a log's seals the newest is held, and of the
strikes of a line the first. Of alarms the open ones are held and the last that ended (alarms/register.py). Entries of
the operation log, and who signed in and out, are in the log alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model import account_bodies, areas, event_bodies, log_bodies, subjects
from crisis.model.events import Event, Unread
from crisis.state import folds, modes
from crisis.state.alarms import register
from crisis.state.alarms.register import AlarmRegister
from crisis.state.corrections import Corrections
from crisis.state.incidents.register import IncidentRegister
from crisis.state.log_marks import LogMarks
from crisis.state.power import episodes
from crisis.state.projections import Projection
from crisis.state.views import (
    AreaMode,
    Command,
    Distress,
    DistressStatus,
    IssuedAccount,
    ModeThere,
    Notice,
    Point,
    Report,
    SeenMode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from crisis.state.folds import DatedEvent
    from crisis.state.power.episodes import BoxPower


class State:
    """What a node knows. Changed by `apply` only; all other methods read. Not thread-safe."""

    def __init__(self, version: int = 0) -> None:
        self._corrections = Corrections()
        self._areas = Projection(folds.area_mode, self._corrections.dated, None)
        self._notices = Projection(folds.notice, self._corrections.dated, lambda notice: notice.published)
        self._points = Projection(folds.point, self._corrections.dated, lambda point: point.put)
        self._distresses = Projection(folds.distress, self._corrections.dated, lambda distress: distress.received)
        self._reports = Projection(folds.report, self._corrections.dated, lambda report: report.received)
        self._commands = Projection(folds.command, self._corrections.dated, lambda command: command.act)
        self._accounts = Projection(folds.account, self._corrections.dated, None)
        self._power = Projection(episodes.box_power, self._corrections.dated, None, newest=episodes.EVENTS_HELD)
        # Incidents, what is linked to them, tasks and units.
        self.incidents = IncidentRegister(self._corrections.dated, self._settle)
        self._projections = {
            subjects.AREA: self._areas,
            subjects.NOTICE: self._notices,
            subjects.POINT: self._points,
            subjects.DISTRESS: self._distresses,
            subjects.REPORT: self._reports,
            subjects.COMMAND: self._commands,
            subjects.ACCOUNT: self._accounts,
            subjects.POWER: self._power,
            **self.incidents.projections,
        }
        self._credentials: dict[tuple[str, str], Event] = {}  # the newest of each account and box
        self._seen: dict[str, Event] = {}
        self._names: dict[str, Event] = {}  # of areas, as operators set them last
        self._unread: dict[UUID, Event] = {}
        self.alarms = AlarmRegister()  # alarms, who is on duty, silences
        self.log_marks = LogMarks()  # strikes and seals of the operation log
        self._members: dict[UUID, Event] = {}  # certificates and revocations: crisis/trust/directory.py reads them
        self._receipts: dict[str, UUID] = {}
        self._latest: datetime | None = None
        # Each with what it was computed from: while that is the same, so is the result.
        self._replaced: tuple[tuple[Notice, ...], dict[UUID, Notice]] = ((), {})
        self._boxes_power: dict[str, BoxPower] | None = None
        self._open: tuple[tuple[Distress, ...], tuple[Distress, ...]] = ((), ())
        self.version = version  # counts changes since this process started

    def fork(self) -> State:
        """A state of the same events, changed apart from this one from now on. The events and views are shared."""
        made = State(self.version)
        made._corrections.take_from(self._corrections)
        for family, projection in self._projections.items():
            made._projections[family].take_from(projection)
        made._credentials = dict(self._credentials)
        made._seen = dict(self._seen)
        made._names = dict(self._names)
        made._unread = dict(self._unread)
        made.log_marks = self.log_marks.fork()
        made.alarms = self.alarms.fork()
        made._members = dict(self._members)
        made._receipts = dict(self._receipts)
        made._latest = self._latest
        made._replaced, made._open = self._replaced, self._open
        made._boxes_power = self._boxes_power
        return made

    # -- changing ----------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> bool:
        """Add an event. False when that changes nothing: it is there already, or a newer one takes its place."""
        match event.body:
            case Unread():
                changed = self._keep(self._unread, event)
            case event_bodies.NodeCertified() | event_bodies.NodeRevoked():
                changed = self._keep(self._members, event)
            case event_bodies.ModeSeen(box=box):
                changed = self._keep_newest(self._seen, box, event)
            case event_bodies.AreaNamed(area=area):
                changed = self._keep_newest(self._names, area, event)
            case event_bodies.TimeCorrected():
                changed = self._corrections.apply(event)
            case account_bodies.AccountCredential(account=account, box=box):
                changed = self._keep_newest(self._credentials, (account, box), event)
            case log_bodies.EntryStruck() | log_bodies.LogSealed():
                changed = self.log_marks.apply(event)
            case _ if isinstance(event.body, register.BODIES):
                changed = self.alarms.apply(event)
            case _ if isinstance(event.body, subjects.HISTORY_ONLY):
                changed = False
            case _:
                changed = self._project(event)
        self.version += changed
        return changed

    def _project(self, event: Event) -> bool:
        family, subject = subjects.of(event)
        if not self._projections[family].add(subject, event):
            return False
        if family == subjects.POWER:
            self._boxes_power = None
        self._corrections.settle(event.id)  # a correction that came before it counts from the beginning
        if isinstance(event.body, event_bodies.DistressReceived | event_bodies.ReportReceived):
            self._note_receipt(event.body.receipt, event.id)
        elif subjects.is_act(event):
            at = self.time_of(event)
            self._latest = at if self._latest is None else max(self._latest, at)
        return True

    def replace(self, event: Event) -> None:
        """Put an event in the place of the one with its id: it was signed later, or has lost a resident's words."""
        try:
            family, subject = subjects.of(event)
        except KeyError:  # a kind that nobody sees
            return
        before = self._projections[family].replace(subject, event)
        receipt = getattr(getattr(before, "body", None), "receipt", None)
        if receipt is not None and getattr(event.body, "receipt", None) is None:
            self._receipts.pop(receipt, None)
        self.version += before is not None

    def _note_receipt(self, receipt: str | None, about: UUID) -> None:
        if receipt is not None:
            self._receipts[receipt] = min(about, self._receipts.get(receipt, about))

    def _settle(self) -> None:
        """Invalidate the views of corrected events. This searches all events, once for many corrections."""
        corrected = self._corrections.unsettled()
        if not corrected:
            return
        self._boxes_power = None
        if sum(projection.invalidate(corrected) for projection in self._projections.values()):
            acts = (event for event in self._projected() if subjects.is_act(event))
            self._latest = max(map(self.time_of, acts), default=None)

    def _projected(self) -> Iterator[Event]:
        for projection in self._projections.values():
            yield from projection.events()

    @staticmethod
    def _keep(events: dict[UUID, Event], event: Event) -> bool:
        """Put the event into the table unless it is there. Whether it did."""
        is_new = event.id not in events
        events.setdefault(event.id, event)
        return is_new

    @staticmethod
    def _keep_newest(newest: dict[Any, Event], key: object, event: Event) -> bool:
        """Put the event into the table unless that holds a newer one. Whether it did."""
        known = newest.get(key)
        if known is not None and (event.at, event.id) <= (known.at, known.id):
            return False
        newest[key] = event
        return True

    # -- reading -----------------------------------------------------------------------------------------------------

    @property
    def latest(self) -> datetime | None:
        """The time of the newest act that competes with others; a new act is dated after it."""
        self._settle()
        return self._latest

    def time_of(self, event: Event) -> datetime:
        """When an event counts as having happened."""
        return self._corrections.time_of(event)

    def has(self, subject: UUID) -> bool:
        """Whether there is a call, report, notice or place of this name."""
        return any(projection.events_of(subject) for projection in self._projections.values())

    def is_corrected(self, event: UUID) -> bool:
        """Whether the hub has corrected the time of an event."""
        return self._corrections.of(event) is not None

    def correction_of(self, event: UUID) -> Event | None:
        """The correction that counts for an event's time; a later one has to be dated after it."""
        return self._corrections.of(event)

    def corrections(self) -> Iterator[Event]:
        """The corrections that count, one for each event whose time the hub has corrected."""
        yield from self._corrections.events()

    def events(self) -> Iterator[Event]:
        """Every event that the state consists of, in no order."""
        yield from self._projected()
        yield from self._corrections.events()
        yield from self._seen.values()
        yield from self._names.values()
        yield from self._credentials.values()
        yield from self.log_marks.events()
        yield from self.alarms.events()
        yield from self._unread.values()
        yield from self._members.values()

    def member_events(self) -> Iterator[Event]:
        """Certificates of nodes and their revocations."""
        yield from self._members.values()

    @property
    def unread(self) -> int:
        """How many events this program could not read: written by a newer node, or by a faulty one."""
        return len(self._unread)

    def area_modes(self) -> tuple[AreaMode, ...]:
        """Every area about which something was decided or proposed, by name."""
        self._settle()
        found = self._areas.views()
        return tuple(found[name] for name in sorted(found))

    def area_mode(self, area: str) -> AreaMode | None:
        """What was decided or proposed about exactly this area."""
        view: AreaMode | None = self._view(self._areas, area)
        return view

    def mode_at(self, area: str) -> ModeThere:
        """The mode that holds in a box's, a district's or the city's area (modes.py)."""
        found = (self.area_mode(name) for name in areas.around(area))
        return modes.holding(mode for mode in found if mode is not None)

    def seen_modes(self) -> tuple[SeenMode, ...]:
        """The mode that each box showed last, by box."""
        return tuple(seen for box in sorted(self._seen) if (seen := self.seen_mode(box)) is not None)

    def seen_mode(self, box: str) -> SeenMode | None:
        """The mode that a box showed last."""
        event = self._seen.get(box)
        if event is None:
            return None
        assert isinstance(event.body, event_bodies.ModeSeen)
        return SeenMode(box, event.body.mode, event.body.since)

    def area_names(self) -> dict[str, str]:
        """What operators call areas, by area; those without a name are not there."""
        named = {area: getattr(event.body, "name", "") for area, event in self._names.items()}
        return {area: name for area, name in named.items() if name}

    def notices(self) -> tuple[Notice, ...]:
        """All notices, the newest first."""
        return tuple(self._with_replacements().values())

    def notice(self, name: UUID) -> Notice | None:
        """One notice."""
        return self._with_replacements().get(name)

    def notice_events(self, name: UUID) -> tuple[Event, ...]:
        """The events about a notice in the order in which this node learnt of them, the same after a restart."""
        return tuple(self._notices.events_of(name))

    def points(self) -> tuple[Point, ...]:
        """All places of help, the newest first, closed ones too."""
        return self._newest_first(self._points)

    def point(self, name: UUID) -> Point | None:
        """One place of help."""
        found: Point | None = self._view(self._points, name)
        return found

    def distresses(self) -> tuple[Distress, ...]:
        """All calls for help, the newest first."""
        return self._newest_first(self._distresses)

    def open_distresses(self) -> tuple[Distress, ...]:
        """The calls for help that are not closed, the newest first."""
        known = self.distresses()
        if known is not self._open[0]:
            self._open = known, tuple(found for found in known if found.status is not DistressStatus.CLOSED)
        return self._open[1]

    def distress(self, name: UUID) -> Distress | None:
        """One call for help."""
        found: Distress | None = self._view(self._distresses, name)
        return found

    def reports(self) -> tuple[Report, ...]:
        """All reports, the newest first."""
        return self._newest_first(self._reports)

    def report(self, name: UUID) -> Report | None:
        """One report."""
        found: Report | None = self._view(self._reports, name)
        return found

    def by_receipt(self, code: str) -> Distress | Report | None:
        """The call or report with this receipt (receipts.py reads what people type)."""
        name = self._receipts.get(code)
        return None if name is None else self.distress(name) or self.report(name)

    def commands(self) -> tuple[Command, ...]:
        """All commands, the newest first."""
        return self._newest_first(self._commands)

    def accounts(self) -> tuple[IssuedAccount, ...]:
        """The accounts that the hub issued, by name."""
        self._settle()
        found = self._accounts.views()
        return tuple(found[name] for name in sorted(found))

    def account(self, name: str) -> IssuedAccount | None:
        """One account that the hub issued."""
        found: IssuedAccount | None = self._view(self._accounts, subjects.account(name))
        return found

    def power(self) -> Mapping[str, BoxPower]:
        """What is known of each box's mains power, by box: the same object as long as nothing changes."""
        self._settle()
        if self._boxes_power is None:
            self._boxes_power = {view.box: view for view in self._power.views().values()}
        return self._boxes_power

    def power_of(self, box: str) -> BoxPower | None:
        """What is known of one box's mains power."""
        found: BoxPower | None = self._view(self._power, subjects.power(box))
        return found

    def credential(self, account: str, box: str) -> Event | None:
        """The newest event with a sealed credential of this account for this box (account_bodies.AccountCredential)."""
        return self._credentials.get((account, box))

    def history(self, subject: UUID | str) -> tuple[DatedEvent, ...]:
        """All events about an area (by name), an account (`subjects.account`) or anything else (by id), in order.

        Events that lost against another writer are included.
        """
        projections = self._projections.values()
        return self._corrections.dated(event for projection in projections for event in projection.events_of(subject))

    # -- views -------------------------------------------------------------------------------------------------------

    def _view(self, projection: Projection, subject: UUID | str) -> Any:
        self._settle()
        return projection.view(subject)

    def _newest_first(self, projection: Projection) -> tuple[Any, ...]:
        self._settle()
        return projection.newest_first()

    def _with_replacements(self) -> dict[UUID, Notice]:
        """All notices, the newest first, each with the one that replaces it."""
        known: tuple[Notice, ...] = self._newest_first(self._notices)
        if known is not self._replaced[0]:
            self._replaced = known, folds.with_replacements({found.id: found for found in known})
        return self._replaced[1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return {event.id: event for event in self.events()} == {event.id: event for event in other.events()}

    __hash__ = None  # type: ignore[assignment]  # a mutable object has no hash
