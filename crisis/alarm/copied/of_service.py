"""The alarms of a running hub, as the copy reads them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from crisis.alarm.alarms import Alarm
from crisis.alarm.copied import listing
from crisis.alarm.kinds import KINDS, Origin
from crisis.alarm.sources import of_node
from crisis.state.conclusions import area_names

if TYPE_CHECKING:
    from collections.abc import Collection

    from crisis.alarm.channel import Channel
    from crisis.alarm.copied.listing import Listed
    from crisis.alarm.outbox.outbox import Outbox
    from crisis.alarm.outbox.rows import ChannelState
    from crisis.alarm.plans import PlanFile
    from crisis.alarm.speaking.speaker import Speaker
    from crisis.node import Node

_ROWS_AT_ONCE = 100
_WORD_SECONDS = 60.0  # after a start, until other nodes have said what they see


class Service(Protocol):
    """What is read of crisis.alarm.service.AlarmService."""

    node: Node
    outbox: Outbox
    channels: dict[str, Channel]
    speaker: Speaker
    plan_file: PlanFile
    channel_states: tuple[ChannelState, ...]
    has_looked: bool

    def is_looking(self) -> bool:
        """Whether it has looked lately, or has just started."""


@dataclass(frozen=True, slots=True)
class ServiceSource:
    """See copy.Source."""

    service: Service
    started: float = field(default_factory=time.monotonic)
    texts: listing.Texts = field(default_factory=listing.Texts)

    def is_looking(self) -> bool:
        """Whether it has looked at its alarms lately, and at all."""
        return self.service.has_looked and self.service.is_looking()

    def tells(self) -> bool:
        """Whether somebody can be told by a channel that works."""
        service = self.service
        now_ms = service.outbox.clock.now_ms()
        failing = {state.name for state in service.channel_states if of_node.is_failing(state, now_ms)}
        working = service.channels.keys() - failing
        people = service.plan_file.current().people.values()
        return any(channel in working for person in people for channel, _ in person.addresses)

    async def listed(self, before: Collection[str]) -> tuple[Listed, ...]:
        """The list as of the last look, with what messages call districts. Others run in between."""
        speaker = self.service.speaker
        kept = [found.kept.alarm for found in speaker.open()]
        self.texts.call(area_names.given(self.service.node))
        found = []
        for row in listing.rows(speaker.picture, kept, self.texts, before, is_set_up=speaker.is_set_up()):
            found.append(row)
            if len(found) % _ROWS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return tuple(found)

    def may_end(self, name: str) -> bool:
        """Whether this hub has looked, since it started, at what would show that this alarm holds still."""
        kind, _, subject = name.partition("/")
        known = KINDS.get(kind)
        if known is not None and known.origin is Origin.NODE and time.monotonic() - self.started < _WORD_SECONDS:
            return False
        return self.service.speaker.has_looked(Alarm(kind=kind, subject=subject, opened_at=self.service.node.now()))
