"""Which episodes belong together: neighbours that lost their power at about the same time.

As in DBSCAN with two as the smallest number. One episode more can only join clusters, so that what is one outage stays
one, whatever comes to light later; it may part only when a box moves, or when new boxes shorten the reach of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from crisis.state.power import episodes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.state.power.cells import Ground
    from crisis.state.power.episodes import Episode
    from crisis.state.power.evidence import Evidence


@dataclass(frozen=True)
class Cluster:
    """Episodes that are one outage."""

    members: Sequence[Episode]

    @cached_property
    def first(self) -> Episode:
        """The one that began first. The order is the same on every node: by time, then by the event's id."""
        return min(self.members, key=lambda each: (each.since, each.events[0]))

    @cached_property
    def events(self) -> frozenset[UUID]:
        """All events that say so."""
        return frozenset(event for each in self.members for event in each.events)

    @cached_property
    def last_since(self) -> datetime:
        """When the last of its boxes lost its power."""
        return max(each.since for each in self.members)

    @cached_property
    def out(self) -> Mapping[str, datetime]:
        """The boxes without power, and since when."""
        found: dict[str, datetime] = {}
        for each in self.members:
            if each.back_at is None:
                found[each.box] = min(each.since, found.get(each.box, each.since))
        return found

    @cached_property
    def back(self) -> Mapping[str, datetime]:
        """The boxes with power again, and since when."""
        found: dict[str, datetime] = {}
        for each in self.members:
            if each.back_at is not None and each.box not in self.out:
                found[each.box] = max(each.back_at, found.get(each.box, each.back_at))
        return found

    @property
    def until(self) -> datetime | None:
        """When the last of its boxes had power again; None while some have none."""
        return None if self.out else max(self.back.values())


def of(known: Mapping[str, Evidence], ground: Ground) -> list[Cluster]:
    """The clusters of all episodes of these boxes."""
    found = [episode for each in known.values() for episode in each.episodes]
    by_box: dict[str, list[int]] = {}
    for index, episode in enumerate(found):
        by_box.setdefault(episode.box, []).append(index)
    roots = list(range(len(found)))
    for box, own in by_box.items():
        for other in ground.neighbours(box):
            if other in by_box:
                window = episodes.together(known[box].cadence_s, known[other].cadence_s)
                for one in own:
                    for two in by_box[other]:
                        if abs(found[one].since - found[two].since) <= window:
                            roots[_root(roots, one)] = _root(roots, two)
    groups: dict[int, list[Episode]] = {}
    for index, episode in enumerate(found):
        groups.setdefault(_root(roots, index), []).append(episode)
    return [Cluster(members) for members in groups.values()]


def _root(roots: list[int], index: int) -> int:
    while roots[index] != index:
        roots[index] = roots[roots[index]]
        index = roots[index]
    return index
