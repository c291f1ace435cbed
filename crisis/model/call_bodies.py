"""The content of events about a call for help besides taking and closing it (event_bodies.py).

Nodes of the version before keep them and pass them on: there a call that was opened again stays closed.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass

from crisis.model.texts import ShortText, StaffText

_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

Urgency = Annotated[int, Field(ge=1, le=4)]  # 1 comes first


@dataclass(frozen=True, slots=True, config=_STRICT)
class DistressReopened:
    """A call that was closed waits again: it was not over, or not the right one was closed."""

    distress: UUID
    reason: StaffText = ""
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class DistressAssigned:
    """Somebody is to take a call: an account, or a unit. Whoever has it keeps it until it is taken over."""

    distress: UUID
    to: Annotated[ShortText, StringConstraints(min_length=1)]
    note: StaffText = ""
    v: int = 1


class CallerSaid(StrEnum):
    """What the holder of a call's receipt says about it later."""

    ADDED = "added"
    WITHDRAWN = "withdrawn"  # nobody needs to come any more, they say: that closes nothing


# The text of a withdrawal without one, for nodes of the version before, to which it is a note like any other.
WITHDRAWN_TEXT = "zurückgezogen"


@dataclass(frozen=True, slots=True, config=_STRICT)
class DistressNoted:
    """How things stand with a call, in between: as staff wrote; or, with `said`, as the holder of its receipt did."""

    distress: UUID
    text: StaffText = ""
    said: CallerSaid | None = None
    v: int = 1

    @property
    def own_text(self) -> str:
        """What somebody wrote; "" for a withdrawal without words."""
        return "" if self.said is CallerSaid.WITHDRAWN and self.text == WITHDRAWN_TEXT else self.text


@dataclass(frozen=True, slots=True, config=_STRICT)
class DistressPrioritized:
    """How urgent somebody holds a call to be, whatever the rule says (crisis/state/need.py); None: as the rule says."""

    distress: UUID
    priority: Urgency | None = None
    v: int = 1


CallBody = DistressReopened | DistressAssigned | DistressNoted | DistressPrioritized

KINDS: dict[str, type[CallBody]] = {
    "distress_reopened": DistressReopened,
    "distress_assigned": DistressAssigned,
    "distress_noted": DistressNoted,
    "distress_prioritized": DistressPrioritized,
}
