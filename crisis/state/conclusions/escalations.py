"""Which calls for help wait too long: the one rule for pages, programs, the live stream and what a node counts. Pure.

Of calls that people merged only one escalates, as only one has an alarm (crisis/state/incidents/merged.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis.state.incidents import merged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from crisis.state.picture import Picture
    from crisis.state.views import Distress

_NEVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Escalations:
    """When calls escalate: `after` this time. `covered`: the waiting calls whose alarm is that of another, with it."""

    after: timedelta
    covered: Mapping[UUID, Distress]

    def after_of(self, call: Distress) -> timedelta:
        """How long a call may wait. One that was merged with another never escalates: that one does."""
        return _NEVER if call.id in self.covered else self.after

    def has(self, call: Distress, now: datetime) -> bool:
        """Whether nobody has taken it, or the call that it was merged with, in time."""
        return call.is_escalated(now, self.after_of(call))


def of(node: Picture) -> Escalations:
    """The rule as a node knows its calls and incidents now."""
    covered = merged.elsewhere(node.state.open_distresses(), node.state.incidents.open(), node.may_merge)
    return Escalations(node.escalate_after, covered)
