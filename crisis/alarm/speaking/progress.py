"""How far an alarm is: who was told by whom, which steps reached nobody, what comes next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.alarm import chain
from crisis.alarm.chain import DueStep, SeenAt
from crisis.alarm.outbox.rows import ENDED, KeptAlarm, KeptMessage, KeptSeen
from crisis.model.alarm_bodies import SeenBy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from crisis.alarm.plan import Chain
    from crisis.state.alarms.views import RecordedAlarm

RANK_SECONDS = 60.0  # so much later than the node before it tells one that may speak, if nobody was told
_ABOUT_IT = frozenset({"alarm", "changed", "count"})


@dataclass(frozen=True, slots=True)
class Progress:
    """One open alarm, the messages of this node about it, and what the log and other nodes say of it."""

    kept: KeptAlarm
    messages: tuple[KeptMessage, ...]
    recorded: RecordedAlarm | None = None
    told_elsewhere: frozenset[str] = frozenset()  # people whom other nodes have told
    seen: tuple[KeptSeen, ...] = ()

    def age_seconds(self, chain_ms: int) -> float:
        """How long ago it was opened, by the chain's clock."""
        return max(0, chain_ms - self.kept.opened_chain_ms) / 1000

    def told_here(self) -> frozenset[str]:
        """Who was told by this node, or is about to be."""
        return frozenset(each.person for each in self.messages if each.sort in _ABOUT_IT and each.state != ENDED)

    def told(self) -> frozenset[str]:
        """Who was told, by any node."""
        return self.told_here() | self.told_elsewhere

    def failed_steps(self) -> frozenset[int]:
        """Steps of which every message failed on all channels, so that nobody was told."""
        steps: dict[int, list[KeptMessage]] = {}
        for each in self.messages:
            if each.sort == "alarm" and each.state != ENDED:
                steps.setdefault(each.step, []).append(each)
        return frozenset(
            step for step, found in steps.items() if all(each.is_failing and each.sent_ms is None for each in found)
        )

    def schedule(self, steps: Chain, chain_ms: int) -> tuple[DueStep, ...]:
        """When each step is due, in seconds after the alarm was opened."""
        begun = self.kept.opened_chain_ms
        seen = tuple(SeenAt(max(0, each.chain_ms - begun) / 1000, SeenBy(each.by)) for each in self.seen)
        age, failed = self.age_seconds(chain_ms), self.failed_steps()
        return chain.schedule(steps, seen, is_call=self.kept.alarm.is_call, failed=failed, age_seconds=age)

    def newly_seen(self, chain_ms: int, now: datetime) -> tuple[KeptSeen, ...]:
        """Who has read it, as the log says and the outbox does not yet: when, by the chain's clock."""
        known = {each.person for each in self.seen}
        said = () if self.recorded is None else self.recorded.seen
        return tuple(
            KeptSeen(self.kept.opening, each.person, chain_ms - _ago_ms(each.at, now, self, chain_ms), each.by)
            for each in said
            if each.person not in known
        )


def _ago_ms(at: datetime, now: datetime, found: Progress, chain_ms: int) -> int:
    """How long ago something was, as far as the wall clock can be believed: since the alarm, and not in the future."""
    ago = int((now - at).total_seconds() * 1000)
    return min(max(0, ago), max(0, chain_ms - found.kept.opened_chain_ms))


def told_by_others(
    recorded: RecordedAlarm | None, node: str, heard: Iterable[tuple[str, str]], name: str
) -> frozenset[str]:
    """Whom other nodes told of an alarm: by the log, and by what they say at every beat."""
    logged = () if recorded is None else recorded.told
    by_log = {told.person for told in logged if told.node != node and not told.failed and told.sort in _ABOUT_IT}
    return frozenset(by_log | {person for alarm, person in heard if alarm == name})


def next_step(schedule: Sequence[DueStep], age_seconds: float) -> DueStep | None:
    """The step that comes next; None when all are done."""
    return next((step for step in schedule if step.due_seconds > age_seconds), None)
