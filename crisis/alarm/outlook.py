"""What comes next for an open alarm, and what is known of a call's: for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.alarm import chain
from crisis.alarm.kinds import DISTRESS, TEST
from crisis.alarm.speaking import progress

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.alarm.speaking.progress import Progress
    from crisis.alarm.speaking.speaker import Speaker
    from crisis.state.alarms.views import Seen, Told


@dataclass(frozen=True, slots=True)
class NextStep:
    """Whom the next step of a chain tells, and in how many seconds."""

    to: tuple[str, ...]  # targets (crisis/alarm/plan.py), or people
    people: tuple[str, ...]
    in_seconds: float
    is_delayed: bool

    def at(self, now: datetime) -> datetime:
        """When that is."""
        return now + timedelta(seconds=self.in_seconds)


@dataclass(frozen=True, slots=True)
class CallAlarm:
    """Who was told of a call for help, who has read that, and what comes next."""

    told: tuple[Told, ...]
    seen: tuple[Seen, ...]
    next: NextStep | None


def next_of(speaker: Speaker, found: Progress) -> NextStep | None:
    """The next step of an alarm that this node tells of; None when there is none."""
    alarm = found.kept.alarm
    if alarm.kind == TEST:
        return None
    plan, chain_ms = speaker.plan(), speaker.outbox.clock.now_ms()
    age = found.age_seconds(chain_ms)
    step = progress.next_step(found.schedule(plan.chains[alarm.severity], chain_ms), age)
    if step is None:
        return None
    node = speaker.node
    people = chain.recipients(step.to, plan, node.state.alarms.duties(), alarm.area, node.now())
    left = tuple(person for person in people if person not in found.told())
    return NextStep(step.to, left, step.due_seconds - age, step.is_delayed)


def of_call(speaker: Speaker, call: str) -> CallAlarm | None:
    """The alarm of a call; None while nothing is known of one."""
    name = f"{DISTRESS}/{call}"
    found = next((each for each in speaker.open() if each.kept.name == name), None)
    recorded = speaker.node.state.alarms.alarm(name)
    if found is None and recorded is None:
        return None
    told = () if recorded is None else tuple(each for each in recorded.told if not each.failed and each.sort != "end")
    seen = () if recorded is None else recorded.seen
    is_ours = found is not None and speaker.speaks_for(found.kept.alarm.area)
    return CallAlarm(told, seen, next_of(speaker, found) if found is not None and is_ours else None)
