"""The chain of an alarm: whom to tell when, and what delays a step. Pure; seconds are those of the chain's clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.alarm import plan as plans
from crisis.model.alarm_bodies import SeenBy
from crisis.state.alarms import duty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crisis.alarm.plan import Chain, Plan
    from crisis.state.alarms.views import Duty

SEEN_DELAYS_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class SeenAt:
    """Somebody said so many seconds after the alarm was opened that they have read it."""

    after_seconds: float
    by: SeenBy


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step with the time at which it is due, in seconds after the alarm was opened."""

    index: int
    to: tuple[str, ...]
    due_seconds: float
    is_delayed: bool = False


def schedule(
    chain: Chain, seen: Iterable[SeenAt], *, is_call: bool, failed: frozenset[int] = frozenset(), age_seconds: float = 0
) -> tuple[DueStep, ...]:
    """When each step is due. `failed`: steps that reached nobody by any channel: the next one is due at once.

    Who has read it delays the next step, and with it those after, by ten minutes. That somebody answered by radio
    counts once at most for a call: nobody can be sure who it was.
    """
    waiting = sorted(seen, key=lambda each: each.after_seconds)
    shift, radio = 0.0, 0
    made: list[DueStep] = []
    for index, step in enumerate(chain):
        due = step.after_seconds + shift
        early = [each for each in waiting if each.after_seconds < due]
        waiting = waiting[len(early) :]
        counting = [each for each in early if not (is_call and each.by is SeenBy.RADIO and radio)]
        is_delayed = bool(counting)
        if is_delayed:
            due += SEEN_DELAYS_SECONDS
            shift += SEEN_DELAYS_SECONDS
        radio += any(each.by is SeenBy.RADIO for each in counting)
        if index - 1 in failed:
            due = min(due, age_seconds)
        made.append(DueStep(index, step.to, due, is_delayed))
    return tuple(made)


def recipients(to: Sequence[str], plan: Plan, duties: Sequence[Duty], area: str, now: datetime) -> tuple[str, ...]:
    """The people that a step tells, each once. When nobody is on duty for the area or for `all`: everybody."""
    shifts = duty.on_duty(duties, area, now)
    first = [shift.person for shift in shifts[:1]]
    second = [shift.person for shift in shifts[1:2]]
    found: list[str] = []
    for target in to:
        match target:
            case plans.DESK:
                continue
            case plans.DUTY:
                found += first or plan.people
            case plans.SECOND:
                found += second
            case plans.EVERYBODY:
                found += plan.people
            case plans.HEAD:
                found += [plan.head] if plan.head else []
            case _:
                found.append(target)
    return tuple(dict.fromkeys(_known(name, plan) for name in found))


def _known(name: str, plan: Plan) -> str:
    """The name as the plan writes it; as it is for somebody who is on duty and not in the plan of this node."""
    person = plan.person(name)
    return name if person is None else person.name
