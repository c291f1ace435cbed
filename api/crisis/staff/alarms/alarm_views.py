"""What the page of alarms shows: each open alarm with who was told by what, who has seen it, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.crisis.runbook.routes import PATH as RUNBOOK_PATH
from crisis.alarm import commanding, outlook, plan, wording
from crisis.alarm.alarms import Alarm
from crisis.alarm.channel import Severity
from crisis.alarm.kinds import KINDS, TEST
from crisis.alarm.outlook import NextStep
from crisis.alarm.service import AlarmService
from crisis.alarm.speaking.progress import Progress
from crisis.model.areas import EVERYWHERE
from crisis.node import Node
from crisis.state.alarms import duty
from crisis.state.alarms.duty import Shift
from crisis.state.alarms.views import Duty, RecordedAlarm, Seen, Silence, Told
from crisis.state.conclusions import area_names
from translations.marks import N_
from translations.words import Words

ENDED_SHOWN = 30
TARGETS = {
    plan.DESK: N_("the desk"),
    plan.DUTY: N_("who is on duty"),
    plan.SECOND: N_("the second on duty"),
    plan.EVERYBODY: N_("everybody"),
    plan.HEAD: N_("the head of the staff"),
}


def runbook_of(alarm: Alarm) -> str:
    """Where it says what to do."""
    return f"{RUNBOOK_PATH}#{alarm.kind_of.slug}"


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm. `seconds_open`: by the clock of the chains; `is_telling`: this node tells people of it."""

    name: str
    title: str
    sentence: str
    severity: Severity
    severity_text: str
    area: str
    opened_at: datetime
    exercise: bool
    count: int
    href: str
    runbook: str
    told: tuple[Told, ...]
    failed: tuple[Told, ...]
    seen: tuple[Seen, ...]
    next: NextStep | None
    is_telling: bool
    is_test: bool
    may_be_seen: bool

    def has_seen(self, person: str) -> bool:
        """Whether this person has read it."""
        return any(each.person == person for each in self.seen)


@dataclass(frozen=True, slots=True)
class EndedView:
    """An alarm that ended."""

    title: str
    closed_at: datetime
    closed_by: str
    told: tuple[str, ...]
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel of this node: what it may carry, and how it works."""

    name: str
    place: str
    allows: tuple[str, ...]
    reason: str
    real_only: bool
    is_offline: bool
    failing: str
    sent_ms: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of alarms."""

    open: tuple[AlarmView, ...]
    quiet: tuple[AlarmView, ...]  # silenced, or following from another one: nobody is told
    ended: tuple[EndedView, ...]
    on_duty: tuple[Shift, ...]
    next_shift: Shift | None
    gap: datetime | None
    duties: tuple[Duty, ...]
    silences: tuple[Silence, ...]
    channels: tuple[ChannelView, ...]
    people: tuple[str, ...]
    problem: str
    is_last_good: bool  # the plan in force is the last one that was right
    speaks: bool
    told_now: tuple[str, ...]
    is_disk_refusing: bool  # what was told is in memory alone


async def page_of(node: Node, service: AlarmService | None, words: Words, crisis_words: Words) -> Page:
    """The page as of now. `crisis_words`: what alarms say is in the catalogue of messages."""
    now, names = node.now(), area_names.of(node)
    del words
    duties = node.state.alarms.duties()
    gaps = duty.gaps(duties, EVERYWHERE, now)
    on_duty = duty.on_duty(duties, EVERYWHERE, now)
    found = () if service is None else service.speaker.open()
    telling = {} if service is None else {alarm.name for alarm in service.speaker.picture.told}
    opened = [_view(node, service, each, crisis_words, names, is_telling=each.kept.name in telling) for each in found]
    opened.sort(key=lambda view: (-list(Severity).index(view.severity), view.opened_at))
    quiet = () if service is None else (*service.speaker.picture.silenced, *service.speaker.picture.inhibited)
    return Page(
        open=tuple(opened),
        quiet=tuple(_quiet(alarm, crisis_words, names) for alarm in quiet),
        ended=await _ended(service, node, crisis_words, names),
        on_duty=on_duty,
        next_shift=duty.next_shift(duties, EVERYWHERE, now),
        gap=gaps[0] if gaps else None,
        duties=duties,
        silences=node.state.alarms.silences(now),
        channels=() if service is None else await _channels(service),
        people=() if service is None else tuple(service.plan_file.current().people),
        problem="" if service is None else service.plan_file.problem,
        is_last_good=service is not None and service.plan_file.is_last_good,
        speaks=service is not None and service.speaker.speaks_for(node.default_area),
        is_disk_refusing=service is not None and service.outbox.is_in_memory,
        told_now=() if service is None else commanding.told_now(node, service.plan_file.current()),
    )


def _view(
    node: Node,
    service: AlarmService | None,
    found: Progress,
    words: Words,
    names: Mapping[str, str],
    *,
    is_telling: bool,
) -> AlarmView:
    alarm = found.kept.alarm
    recorded = node.state.alarms.alarm(found.kept.name)  # as of now: somebody may just have pressed the button
    recorded = recorded if recorded is not None and recorded.is_open else None
    told = _told(found, recorded)
    speaks = service is not None and service.speaker.speaks_for(alarm.area)  # else another node's chain counts
    return AlarmView(
        name=found.kept.name,
        title=wording.title_of(alarm, words, names),
        sentence=wording.sentence_of(alarm, words, names),
        severity=alarm.severity,
        severity_text=wording.severity_text(alarm.severity, words),
        area=alarm.area,
        opened_at=alarm.opened_at,
        exercise=alarm.exercise,
        count=alarm.count,
        href=f"/crisis/staff/calls/{alarm.subject}" if alarm.is_call else "",
        runbook=runbook_of(alarm),
        told=tuple(each for each in told if not each.failed),
        failed=tuple(each for each in told if each.failed),
        seen=() if recorded is None else recorded.seen,
        next=outlook.next_of(service.speaker, found) if service is not None and speaks and is_telling else None,
        is_telling=is_telling,
        is_test=alarm.kind == TEST,
        may_be_seen=recorded is not None,
    )


def _told(found: Progress, recorded: RecordedAlarm | None) -> tuple[Told, ...]:
    """Who was told: by the log; of what only the hub's database knows, by the outbox."""
    if recorded is not None:
        return recorded.told
    opened_at, is_exercise = found.kept.alarm.opened_at, found.kept.alarm.exercise
    return tuple(
        Told(_at(each.sent_ms, opened_at), each.person, each.channel, each.step, each.sort, "", exercise=is_exercise)
        for each in found.messages
        if each.sent_ms is not None
    )


def _at(ms: int, opened_at: datetime) -> datetime:
    return opened_at.fromtimestamp(0, opened_at.tzinfo) + timedelta(milliseconds=ms)


def _quiet(alarm: Alarm, words: Words, names: Mapping[str, str]) -> AlarmView:
    return AlarmView(
        name=alarm.name,
        title=wording.title_of(alarm, words, names),
        sentence=wording.sentence_of(alarm, words, names),
        severity=alarm.severity,
        severity_text=wording.severity_text(alarm.severity, words),
        area=alarm.area,
        opened_at=alarm.opened_at,
        exercise=alarm.exercise,
        count=alarm.count,
        href="",
        runbook=runbook_of(alarm),
        told=(),
        failed=(),
        seen=(),
        next=None,
        is_telling=False,
        is_test=False,
        may_be_seen=False,
    )


async def _ended(
    service: AlarmService | None, node: Node, words: Words, names: Mapping[str, str]
) -> tuple[EndedView, ...]:
    """What ended last: by the outbox, which knows what only this hub's database did, too; else by the log."""
    if service is None:
        return ()
    found: list[EndedView] = []
    for kept, closed_ms, closed_by in await service.outbox.ended(ENDED_SHOWN):
        recorded = node.state.alarms.alarm(kept.name)
        if recorded is not None:
            people = [each.person for each in recorded.told if not each.failed]
        else:
            people = [each.person for each in await service.outbox.messages(kept) if each.sent_ms is not None]
        title = wording.title_of(kept.alarm, words, names) if kept.alarm.kind in KINDS else kept.name
        closed_at = _at(closed_ms, kept.alarm.opened_at)
        found.append(EndedView(title, closed_at, closed_by, tuple(dict.fromkeys(people)), kept.alarm.exercise))
    return tuple(found)


async def _channels(service: AlarmService) -> tuple[ChannelView, ...]:
    states = {state.name: state for state in await service.outbox.channels()}
    found: list[ChannelView] = []
    for channel in service.channels.values():
        state = states.get(channel.name)
        failing = "" if state is None or state.failing_chain_ms is None else state.reason
        found.append(
            ChannelView(
                channel.name,
                channel.place.value,
                tuple(sorted(channel.allows)),
                channel.reason,
                channel.real_only,
                channel.works_offline,
                failing,
                None if state is None else state.sent_ms,
            )
        )
    return tuple(found)
