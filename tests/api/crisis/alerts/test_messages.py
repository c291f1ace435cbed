"""Which CAP messages the events about notices make, on every node the same."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from api.crisis.alerts import messages
from api.crisis.alerts.messages import Message, MessageType
from api.crisis.memory.remembered import Remembered
from crisis.model import contents
from crisis.model.contents import Severity
from crisis.model.event_bodies import NoticePublished, NoticeWithdrawn, TimeCorrected
from crisis.state.state import State
from tests.crisis.support.examples import after, event, notice

if TYPE_CHECKING:
    from crisis.model.contents import NoticeContent
    from crisis.model.events import Event

NAME, OTHER = uuid4(), uuid4()
ALERT, UPDATE, CANCEL = MessageType.ALERT, MessageType.UPDATE, MessageType.CANCEL


def published(seconds: float, content: NoticeContent, name: UUID = NAME, before: NoticeContent | None = None) -> Event:
    return event(NoticePublished(name, contents.changes(content, before)), seconds)


def changed(seconds: float, name: UUID = NAME, **fields: Any) -> Event:
    return event(NoticePublished(name, fields), seconds)


def withdrawn(seconds: float, name: UUID = NAME) -> Event:
    return event(NoticeWithdrawn(name, "Irrtum"), seconds)


def state_of(*events: Event) -> State:
    state = State()
    for each in events:
        state.apply(each)
    return state


def listed(state: State, seconds: float = 1_000) -> list[Message]:
    now = after(seconds)
    return messages.of(state).in_feed(now, now - timedelta(days=7))


def said(state: State) -> list[tuple[str, bool, int]]:
    """Every message in the order of sending: its type, whether it is an exercise, how many it takes the place of."""
    found = sorted(messages.of(state).messages.values(), key=lambda each: (each.sent, each.type != CANCEL))
    return [(each.type, each.is_exercise, len(each.references)) for each in found]


def test_each_event_makes_a_message_that_takes_the_place_of_all_before() -> None:
    events = [published(0, notice()), changed(60, severity="Severe"), withdrawn(120)]

    state = state_of(*events)

    assert said(state) == [(ALERT, False, 0), (UPDATE, False, 1), (CANCEL, False, 2)]
    assert [each.type for each in listed(state)] == [CANCEL]


def test_a_message_never_changes_whatever_comes_after_it() -> None:
    events = [published(0, notice()), changed(60, severity="Severe"), changed(90, area="71-01"), withdrawn(120)]
    seen: dict[UUID, Message] = {}

    for count in range(1, len(events) + 1):
        known = messages.of(state_of(*events[:count])).messages
        assert {name: known[name] for name in seen} == seen
        seen = dict(known)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_nodes_that_know_the_same_events_say_the_same_now_in_whatever_order_they_came(order: tuple[int, ...]) -> None:
    events = [published(0, notice()), changed(60, severity="Severe"), changed(90, area="71-01")]
    usual = listed(state_of(*events))[0]

    here = listed(state_of(*(events[index] for index in order)))[0]

    assert (here.id, here.sent, here.content) == (usual.id, usual.sent, usual.content)


def test_what_was_published_before_an_event_came_late_is_replaced_too() -> None:
    first, middle, last = published(0, notice()), changed(60, area="71-01"), changed(90, severity="Severe")
    before = listed(state_of(first, last))[0]

    now = listed(state_of(first, last, middle))[0]

    assert now.content.area == "71-01"
    assert before.id in {reference.id for reference in now.references}


def test_what_was_published_before_its_time_was_corrected_is_replaced_too() -> None:
    first = published(0, notice())
    correction = event(TimeCorrected(first.id, after(30)), 60)
    before = listed(state_of(first))[0]

    now = listed(state_of(first, correction))[0]

    assert now.sent == after(30)
    assert [(each.id, each.sent) for each in now.references] == [(before.id, before.sent)]


def test_a_notice_that_replaces_another_updates_what_was_said_about_that() -> None:
    state = state_of(
        published(0, notice("Strom weg")),
        changed(30, severity="Severe"),
        published(60, notice("Strom weg, auch in Steglitz", replaces=NAME), OTHER),
    )

    (only,) = listed(state)
    assert (only.type, only.notice, len(only.references)) == (UPDATE, OTHER, 2)


def test_a_planned_notice_is_not_public_before_it_begins() -> None:
    alerts = messages.of(state_of(published(0, notice(from_at=after(600)))))
    (only,) = alerts.messages.values()

    assert alerts.in_feed(after(599), after(0)) == []
    assert alerts.find(only.id, after(599)) is None
    assert alerts.find(only.id, after(600)) is only
    assert alerts.in_feed(after(600), after(0)) == [only]


def test_a_planned_notice_that_is_withdrawn_before_it_begins_was_never_there() -> None:
    alerts = messages.of(state_of(published(0, notice(from_at=after(600))), withdrawn(60)))

    assert alerts.in_feed(after(900), after(0)) == []
    assert [alerts.find(name, after(900)) for name in alerts.messages] == []


def test_what_a_planned_notice_said_before_it_was_changed_is_never_public() -> None:
    first = published(0, notice("Entwurf", from_at=after(600)))
    changes = contents.changes(notice("Fassung", from_at=after(600)), notice("Entwurf", from_at=after(600)))
    alerts = messages.of(state_of(first, event(NoticePublished(NAME, changes), 60)))

    (only,) = alerts.in_feed(after(900), after(0))
    drafts = [name for name in alerts.messages if name != only.id]

    assert (only.type, only.content.texts["de"].headline) == (ALERT, "Fassung")
    assert [alerts.find(name, after(900)) for name in drafts] == [None]


def test_who_reads_a_public_notice_learns_that_it_was_put_off() -> None:
    state = state_of(published(0, notice()), changed(60, from_at=_milliseconds(3_600)))

    (only,) = listed(state, 90)
    assert (only.type, only.content.from_at) == (UPDATE, after(3_600))


def test_a_notice_that_is_over_is_in_the_feed_no_more() -> None:
    state = state_of(published(0, notice(until_at=after(600))))

    assert len(listed(state, 599)) == 1
    assert listed(state, 600) == []


def test_a_cancel_is_in_the_feed_for_a_week() -> None:
    state = state_of(published(0, notice()), withdrawn(60))

    assert [each.type for each in listed(state, 7 * 86_400)] == [CANCEL]
    assert listed(state, 7 * 86_400 + 61) == []


def test_an_alert_that_turns_out_to_be_an_exercise_is_cancelled_for_those_who_hear_only_the_real_thing() -> None:
    state = state_of(published(0, notice()), changed(60, exercise=True), changed(90, severity="Severe"))

    assert said(state) == [(ALERT, False, 0), (CANCEL, False, 1), (ALERT, True, 0), (UPDATE, True, 1)]
    assert [(each.type, each.is_exercise) for each in listed(state)] == [(UPDATE, True), (CANCEL, False)]


def test_an_alert_is_cancelled_once_though_its_notice_is_replaced_afterwards() -> None:
    state = state_of(
        published(0, notice()),
        changed(60, exercise=True),
        published(90, notice("Neu", replaces=NAME, exercise=True), OTHER),
    )

    assert [each.type for each in listed(state)] == [UPDATE, CANCEL]


def test_the_feed_changed_when_something_was_said_began_or_ended() -> None:
    alerts = messages.of(state_of(published(0, notice(from_at=after(100), until_at=after(200)))))

    assert [alerts.changed_at(after(each)) for each in (50, 150, 250)] == [after(0), after(100), after(200)]
    assert messages.of(State()).changed_at(after(0)) is None


def test_the_worst_severity_is_kept_as_staff_wrote_it() -> None:
    (only,) = listed(state_of(published(0, notice(severity=Severity.EXTREME))))

    assert only.content.severity is Severity.EXTREME


def test_a_notice_that_is_renewed_every_minute_keeps_its_messages_few() -> None:
    renewed = [changed(60 * minute, severity=("Severe", "Minor")[minute % 2]) for minute in range(1, 1_000)]
    state = state_of(published(0, notice()), *renewed)

    alerts = messages.of(state)

    (only,) = listed(state)
    assert len(alerts.messages) == messages.CHANGES_MAX
    assert (only.type, only.sent, len(only.references)) == (UPDATE, after(59_940), messages.CHANGES_MAX - 1)


def test_only_what_somebody_said_something_new_about_is_made_again() -> None:
    remembered: Remembered[list[Message]] = Remembered()
    state = state_of(published(0, notice()), published(30, notice("Hitze"), OTHER))
    before = messages.of(state, remembered).messages

    state.apply(changed(60, severity="Severe"))
    after_it = messages.of(state, remembered).messages

    assert [after_it[name] is each for name, each in before.items()].count(True) == 1
    assert after_it == messages.of(state).messages


def _milliseconds(seconds: float) -> Any:
    return contents.fields_of(notice(from_at=after(seconds)))["from_at"]
