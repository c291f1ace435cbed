"""What pages of the situation are made from: a node as it is now, or as it was at a moment of the past.

Both have the same attributes, so that a page of the past is made by the code that makes the one of now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from crisis.presence import Presence
from crisis.state.power import evidence
from crisis.state.power.outages import Survey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from crisis.places.packs import PlacesFolder
    from crisis.presence import Peer
    from crisis.state.power.large import Limits
    from crisis.state.state import State
    from kiezbox.settings import CrisisSettings


class Known(StrEnum):
    """YES: what the node knew then. NO: what happened until then, whenever the node learnt of it."""

    YES = "yes"
    NO = "no"


class Picture(Protocol):
    """A node to read from."""

    @property
    def name(self) -> str:
        """The node's name."""

    @property
    def is_hub(self) -> bool:
        """Whether it is the hub."""

    @property
    def settings(self) -> CrisisSettings:
        """Its settings of today."""

    @property
    def places(self) -> PlacesFolder:
        """Its maps of today."""

    @property
    def state(self) -> State:
        """What its events add up to."""

    @property
    def presence(self) -> Presence:
        """What boxes said to it; nothing in the past, because that is not in the log."""

    @property
    def peers(self) -> Mapping[str, Peer]:
        """How far other nodes are; none in the past, because that is not in the log."""

    @property
    def escalate_after(self) -> timedelta:
        """How long a call for help may wait for somebody to take it."""

    @property
    def large_outage(self) -> Limits:
        """From what size on an outage may be a large one."""

    def may_merge(self, by: str, box: str | None) -> bool:
        """Whether a node may decide about calls of a box."""

    def now(self) -> datetime:
        """The moment that it shows."""

    def power_survey(self) -> Survey:
        """Outages, and the ground that each box speaks for."""


@dataclass(frozen=True)
class PastPicture:
    """A node as it was `at` a moment, read from its log. `begins_at`: of its first event; None for an empty log.

    `count`: how many events of the log are in it. `head`: of what was known then, the last place in the log.
    """

    node: Picture
    state: State
    at: datetime
    known: Known
    count: int
    begins_at: datetime | None
    head: int = 0
    presence: Presence = field(default_factory=Presence)
    peers: Mapping[str, Peer] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def name(self) -> str:
        """The node's name."""
        return self.node.name

    @property
    def is_hub(self) -> bool:
        """Whether it is the hub."""
        return self.node.is_hub

    @property
    def settings(self) -> CrisisSettings:
        """The settings of today: no log holds those of then."""
        return self.node.settings

    @property
    def places(self) -> PlacesFolder:
        """The maps of today."""
        return self.node.places

    @property
    def escalate_after(self) -> timedelta:
        """As today."""
        return self.node.escalate_after

    @property
    def large_outage(self) -> Limits:
        """As today."""
        return self.node.large_outage

    def may_merge(self, by: str, box: str | None) -> bool:
        """As today."""
        return self.node.may_merge(by, box)

    def now(self) -> datetime:
        """The moment that it shows."""
        return self.at

    def power_survey(self) -> Survey:
        """Outages as the log of then has them."""
        return self._survey

    @cached_property
    def _survey(self) -> Survey:
        return Survey(evidence.of_past(self.state.power()), self.at, self.places.current())
