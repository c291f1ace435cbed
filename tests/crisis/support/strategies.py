"""Strategies for property tests: any events that several people might write at several nodes, about few subjects."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import strategies as st

from crisis.model import (
    account_bodies,
    alarm_bodies,
    call_bodies,
    contents,
    event_bodies,
    events,
    log_bodies,
)
from crisis.model.events import Event, Unread
from crisis.model.incidents import bodies as incident_bodies
from crisis.model.roles import Role
from crisis.state.state import State
from devices.readings import Mode
from tests.crisis.support.examples import NOW, incident, notice, point, task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crisis.model.event_bodies import Body

_SUBJECTS = [UUID(int=number) for number in range(1, 5)]
_PAIR = (UUID(int=1), UUID(int=2))
_AREAS = ["all", "district-71", "71-01"]

subjects = st.sampled_from(_SUBJECTS)
areas = st.sampled_from(_AREAS)
modes = st.sampled_from([Mode.NORMAL, Mode.EMERGENCY, Mode.MAINTENANCE])
texts = st.sampled_from(["", "ja", "nein", "<b>", "حريق"])
names = st.uuids()
people = st.sampled_from(["anna", "bert"])
alarms = st.sampled_from(["distress/1", "hub_silent/hub"])
roles = st.sampled_from(list(Role))
# Few times, so that many events share one; and clocks that are years off.
times = st.one_of(st.integers(0, 8), st.sampled_from([-(10**9), -(10**8), 10**8, 10**9])).map(
    lambda seconds: NOW + timedelta(seconds=seconds)
)


def _changes(make: Callable[[str], object]) -> st.SearchStrategy[dict[str, object]]:
    """A part of the fields of a notice or point, as a patch carries them."""
    whole = texts.map(lambda text: contents.fields_of(make(text or "leer")))
    return whole.flatmap(
        lambda fields: st.sets(st.sampled_from(sorted(fields))).map(
            lambda chosen: {name: fields[name] for name in chosen}
        )
    )


bodies_of_one = st.one_of(
    st.builds(event_bodies.ModeProposed, areas, st.just(Mode.EMERGENCY), texts, st.booleans()),
    st.builds(event_bodies.ModeSet, areas, modes, texts, st.booleans(), st.none() | names),
    st.builds(
        event_bodies.NoticePublished, subjects, texts.map(lambda text: contents.fields_of(notice(text or "leer")))
    ),
    st.builds(event_bodies.NoticePublished, subjects, _changes(lambda text: notice(text, replaces=_SUBJECTS[0]))),
    st.builds(event_bodies.NoticeWithdrawn, subjects, texts),
    st.builds(event_bodies.PointPut, subjects, _changes(lambda text: point(text, note="offen")), st.booleans()),
    st.builds(event_bodies.PointClosed, subjects, texts),
    st.builds(event_bodies.DistressTaken, subjects, texts),
    st.builds(event_bodies.DistressClosed, subjects, texts),
    st.builds(call_bodies.DistressReopened, subjects, texts),
    st.builds(call_bodies.DistressAssigned, subjects, people, texts),
    st.builds(call_bodies.DistressNoted, subjects, texts, st.none() | st.sampled_from(call_bodies.CallerSaid)),
    st.builds(call_bodies.DistressPrioritized, subjects, st.none() | st.integers(1, 4)),
    st.builds(event_bodies.ReportAnswered, subjects, texts),
    st.builds(event_bodies.CommandSent, subjects, areas, st.just("ping")),
    st.builds(event_bodies.CommandResult, subjects, st.just("done")),
    st.builds(event_bodies.ModeSeen, areas, modes, times),
    st.builds(event_bodies.AreaNamed, areas, texts),
    st.builds(event_bodies.PowerSeen, st.sampled_from(["71-01", "71-02"]), st.booleans(), times),
    st.builds(account_bodies.AccountIssued, people, roles, st.lists(areas, max_size=2).map(tuple)),
    st.builds(account_bodies.AccountChanged, people, st.sampled_from(["role", "password"]), st.none() | roles),
    st.builds(account_bodies.AccountDisabled, people),
    st.builds(account_bodies.AccountEnabled, people),
    st.builds(account_bodies.AccountGranted, people, areas.map(lambda area: (area,))),
    st.builds(account_bodies.AccountRevoked, people, areas.map(lambda area: (area,))),
    st.builds(account_bodies.AccountCredential, people, st.just("71-01"), st.sampled_from(["eA==", "eQ=="])),
    st.builds(log_bodies.EntryWritten, texts, st.sampled_from(log_bodies.EntrySort)),
    st.builds(log_bodies.EntryStruck, subjects | names, texts),
    st.builds(log_bodies.LogSealed, names | subjects, st.integers(0, 9), st.integers(0, 9), st.just("0" * 64)),
    st.builds(incident_bodies.IncidentPut, subjects, _changes(incident), st.booleans()),
    st.builds(incident_bodies.ItemLinked, subjects, subjects, st.booleans()),
    st.builds(incident_bodies.ItemUnlinked, subjects, subjects),
    st.builds(incident_bodies.CardPut, subjects, st.sampled_from(["task", "unit"]), _changes(task)),
    st.builds(
        lambda items, apart: incident_bodies.ItemsToldApart(incident_bodies.group_of(items), items, apart),
        st.just(_PAIR),
        st.booleans(),
    ),
    st.builds(alarm_bodies.AlarmOpened, alarms, st.just("call")),
    st.builds(alarm_bodies.AlarmSent, alarms, people, st.sampled_from(["sms", "radio"]), st.integers(0, 3)),
    st.builds(alarm_bodies.AlarmSeen, alarms, people),
    st.builds(alarm_bodies.AlarmClosed, alarms),
    st.builds(alarm_bodies.DutyPut, subjects, people, areas, days=st.just((0, 6))),
    st.builds(alarm_bodies.DutyRemoved, subjects),
    st.builds(alarm_bodies.AlarmsSilenced, subjects, st.just("battery"), times, texts),
    st.builds(alarm_bodies.SilenceEnded, subjects),
    st.builds(event_bodies.TimeCorrected, subjects | names, times),
)
beginnings = st.one_of(
    st.builds(event_bodies.DistressReceived, text=texts, receipt=st.sampled_from(["AAAA-AAAA", "BBBB-BBBB"])),
    st.builds(event_bodies.ReportReceived, text=texts, receipt=st.sampled_from(["AAAA-AAAA", "CCCC-CCCC"])),
)


def _event(name: UUID, body: Body | Unread, at: datetime, actor: str) -> Event:
    kind = body.kind if isinstance(body, Unread) else events.kind_of(body)
    return Event(name, "hub", at, actor, kind, body)


_actors = st.sampled_from(["anna", "bert"])
_any_event = st.one_of(
    st.builds(_event, names, bodies_of_one, times, _actors),
    st.builds(_event, subjects, beginnings, times, _actors),
    st.builds(_event, names, st.just(Unread("from_2030")), times, _actors),
)
# An id names one event: of two with the same id, the first is the event.
histories = st.lists(_any_event, max_size=25, unique_by=lambda event: event.id)


def fold(events: Iterable[Event]) -> State:
    state = State()
    for each in events:
        state.apply(each)
    return state
