"""A channel that keeps what it was given, and fails as a test asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crisis.alarm.channel import ChannelRefused, ChannelUnavailable, Place

if TYPE_CHECKING:
    from crisis.alarm.channel import Disclosure, Heard, Message

OK, REFUSES, UNAVAILABLE, HANGS, LIMITS, BREAKS = "ok", "refuses", "unavailable", "hangs", "limits", "breaks"


class KeepingChannel:
    """`mode` says what happens to the next message; `sent` are those that it took."""

    def __init__(
        self,
        name: str,
        place: Place = Place.OUTSIDE,
        *,
        real_only: bool = False,
        allows: frozenset[Disclosure] = frozenset(),
        reason: str = "",
    ) -> None:
        self.name = name
        self.place = place
        self.real_only = real_only
        self.allows = allows
        self.reason = reason
        self.works_offline = True
        self.mode = OK
        self.sent: list[Message] = []
        self.asked = 0

    async def send(self, message: Message) -> None:
        self.asked += 1
        if message.exercise and self.real_only:
            raise ChannelRefused("real_only", "exercises do not go to this channel")
        match self.mode:
            case "refuses":
                raise ChannelRefused("rejected", "no")
            case "unavailable":
                raise ChannelUnavailable("offline", "nobody there")
            case "limits":
                raise ChannelUnavailable("limited", "too many", retry_after_seconds=300)
            case "breaks":
                raise RuntimeError("a bug in a channel")
            case "hangs":
                await asyncio.Event().wait()
        self.sent.append(message)

    async def check(self) -> str:
        return ""

    async def run(self, heard: Heard) -> None:
        del heard

    def texts(self) -> list[str]:
        """What left the house, whole."""
        return [f"{each.title}\n{each.text_for(self.place, self.allows)}" for each in self.sent]
