"""How many people an incident is about, as its calls and reports say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model.incidents.contents import PeopleRule

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from crisis.state.incidents.views import Incident
    from crisis.state.views import Distress, Report


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """`count`: what counts, None when nobody has said a number. `total`: all numbers together, merged or not."""

    count: int | None
    total: int | None
    is_set: bool = False  # staff said a number themselves


def of(incident: Incident, said: Callable[[UUID], int | None]) -> PeopleCount:
    """The count of an incident. `said`: how many people an item tells of.

    Items that are merged tell of the same people: the largest number counts, or their sum where staff asked for that.
    """
    numbers = [(link.same, number) for link in incident.links if (number := said(link.item)) is not None]
    total = sum(number for _, number in numbers) if numbers else None
    if incident.content.people is not None:
        return PeopleCount(incident.content.people, total, is_set=True)
    if total is None or incident.content.people_rule is PeopleRule.SUM:
        return PeopleCount(total, total)
    merged = max((number for same, number in numbers if same), default=0)
    return PeopleCount(merged + sum(number for same, number in numbers if not same), total)


def as_told(
    incident: Incident, distress: Callable[[UUID], Distress | None], report: Callable[[UUID], Report | None]
) -> PeopleCount:
    """The count of an incident whose calls and reports are found by these (State.distress, State.report)."""

    def said(item: UUID) -> int | None:
        call, message = distress(item), report(item)
        if call is not None:
            return call.call.people
        return None if message is None else message.message.people

    return of(incident, said)
