"""Calls that people merged: they tell of the same thing, and one alarm is enough. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.state.views import DistressStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from crisis.state.incidents.views import Incident
    from crisis.state.views import Distress


def elsewhere(
    calls: Iterable[Distress], incidents: Iterable[Incident], may_merge: Callable[[str, str | None], bool]
) -> dict[UUID, Distress]:
    """The waiting calls whose alarm is that of another call that they were merged with, each with that one.

    Only an incident that is open merges them.

    Of calls that all wait, the one that has waited longest alarms. Once one of them is taken, none does. One that was
    closed covers no other: what was done there need not be all. `may_merge`: whether a node may decide about calls of a
    box (None: of no box); a link by any other node hides nobody's call.
    """
    known = {call.id: call for call in calls if call.status is not DistressStatus.CLOSED}
    found: dict[UUID, Distress] = {}
    for group in _groups(known, incidents, may_merge):
        waiting = [call for call in group if call.status is DistressStatus.RECEIVED]
        first = min(group, key=lambda call: (call.status is DistressStatus.RECEIVED, call.waits_since, call.id))
        found |= {call.id: first for call in waiting if call.id != first.id}
    return found


def _groups(
    known: Mapping[UUID, Distress], incidents: Iterable[Incident], may_merge: Callable[[str, str | None], bool]
) -> Iterable[list[Distress]]:
    """Calls that belong together; those of two incidents that have one in common are one group."""
    group_of: dict[UUID, list[Distress]] = {}
    for incident in incidents:
        if not incident.is_open:
            continue
        joined: list[Distress] = []
        for link in incident.links:
            call = known.get(link.item) if link.same else None
            is_allowed = call is not None and may_merge(link.act.node, call.call.box) and not link.act.is_unsigned
            if call is not None and is_allowed and call.is_exercise is incident.is_exercise:
                joined.append(call)
        for call in joined[1:]:
            _join(group_of, joined[0], call)
    return {id(group): group for group in group_of.values()}.values()


def _join(group_of: dict[UUID, list[Distress]], one: Distress, other: Distress) -> None:
    first, second = group_of.setdefault(one.id, [one]), group_of.setdefault(other.id, [other])
    if first is not second:
        first += second
        for call in second:
            group_of[call.id] = first
