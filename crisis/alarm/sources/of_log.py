"""Alarms that follow from events: every node that has the same events sees the same ones. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.alarm import kinds
from crisis.alarm.alarms import Alarm
from crisis.model import areas
from crisis.model.areas import EVERYWHERE
from crisis.model.contents import GERMAN, Severity, Urgency
from crisis.state.alarms import duty
from crisis.state.incidents import merged
from crisis.state.power import large
from crisis.state.rules import PROPOSAL_HOLDS
from crisis.state.views import DistressStatus
from devices.readings import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from crisis.state.power.large import Limits
    from crisis.state.power.outages import Survey
    from crisis.state.state import State

_SEVERE = {Severity.EXTREME, Severity.SEVERE}
_TEXT_MAX = 60


def calls(state: State, may_merge: Callable[[str, str | None], bool]) -> Iterator[Alarm]:
    """Calls for help that nobody took; of calls that were merged, one. `may_merge`: merged.py."""
    open_calls = state.open_distresses()
    covered = merged.elsewhere(open_calls, state.incidents.open(), may_merge)
    for call in open_calls:
        if call.status is DistressStatus.RECEIVED and call.id not in covered:
            yield Alarm(
                kind=kinds.DISTRESS,
                subject=str(call.id),
                opened_at=call.waits_since,
                area=call.call.box or EVERYWHERE,
                label=call.label,
                exercise=call.is_exercise,
                is_doubtful=call.received.is_doubtful,
                call_kind=call.call.kind.value,
                people=call.call.people,
            )


def proposals(state: State, now: datetime) -> Iterator[Alarm]:
    """Emergencies that were proposed and wait for their second person."""
    for mode in state.area_modes():
        for proposal in mode.proposals:
            if proposal.mode is Mode.EMERGENCY and now - proposal.act.at < PROPOSAL_HOLDS:
                yield Alarm(
                    kind=kinds.PROPOSAL,
                    subject=str(proposal.id),
                    opened_at=proposal.act.at,
                    area=proposal.area,
                    exercise=proposal.exercise,
                )


def large_outages(survey: Survey, limits: Limits, now: datetime) -> Iterator[Alarm]:
    """Outages that may be large ones. One that merges, splits or gets an earlier first box keeps one of its names."""
    for outage in survey.outages:
        if large.reasons(outage, limits, now):
            names = frozenset(map(str, outage.names))
            districts = {areas.district(box) for box in outage.boxes_out}
            district = districts.pop() if len(districts) == 1 else None
            ortsteile = ", ".join(area.name for area in outage.ortsteile[:3])
            yield Alarm(
                kind=kinds.LARGE_OUTAGE,
                subject=str(outage.id),
                opened_at=outage.since,
                area=district or EVERYWHERE,
                labels=(("place", ortsteile),) if ortsteile else (),
                names=names,
                value=float(len(outage.boxes_out)),
            )


def warnings(state: State, now: datetime) -> Iterator[Alarm]:
    """Warnings of a severe danger that is immediate, while they hold."""
    for notice in state.notices():
        content = notice.content
        if content.severity in _SEVERE and content.urgency is Urgency.IMMEDIATE and notice.is_active(now):
            yield Alarm(
                kind=kinds.OFFICIAL_WARNING,
                subject=str(notice.id),
                opened_at=content.from_at or notice.published.at,
                area=content.area,
                label=content.texts[GERMAN].headline[:_TEXT_MAX],
                exercise=content.exercise,
            )


def duty_gaps(state: State, now: datetime) -> Iterator[Alarm]:
    """Areas for which nobody is on duty now: those that the rota names, or the city while it names none."""
    duties = state.alarms.duties()
    named = sorted({each.put.area for each in duties}) or [EVERYWHERE]
    for area in named:
        if not duty.on_duty(duties, area, now):
            yield Alarm(kind=kinds.NOBODY_ON_DUTY, subject=area, opened_at=now, area=area)


def tests(state: State) -> Iterator[Alarm]:
    """Tests of the channels that were begun and not ended."""
    for recorded in state.alarms.open():
        if recorded.kind == kinds.TEST and recorded.opened_at is not None:
            subject = recorded.name.partition("/")[2]
            yield Alarm(
                kind=kinds.TEST,
                subject=subject,
                opened_at=recorded.opened_at,
                area=recorded.area,
                label=recorded.node,
            )
