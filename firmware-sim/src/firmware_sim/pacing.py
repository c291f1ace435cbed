"""When to try again: pure decisions over time that comes in as an argument (seconds of any steady clock).

A live message is sent at once. Everything else is a replay: oldest first, a few in flight, a few a second, so that a
long backlog neither holds up live readings nor floods a hub that has just come back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware_sim.settings import Pacing

Name = tuple[str, int]  # boot and seq
Jitter = Callable[[], float]  # 0..1; handed in so that tests are not random

_BURST_SECONDS = 0.5  # replays that were not used up are kept for this long
_LENGTHEN = 0.25  # jitter makes a resend later, never earlier than promised


def resend_after(sends: int, pacing: Pacing, jitter: float) -> float:
    """Seconds to wait for an ack after the `sends`-th sending (from 1): doubling, capped, longer by up to a quarter."""
    doublings = min(sends - 1, 60)
    return min(pacing.first_resend_seconds * 2.0**doublings, pacing.max_resend_seconds) * (1 + _LENGTHEN * jitter)


class Backoff:
    """Pauses between attempts to connect: doubling, capped, each between half and all of its step."""

    def __init__(self, first_seconds: float, max_seconds: float, jitter: Jitter) -> None:
        self._first = first_seconds
        self._max = max_seconds
        self._jitter = jitter
        self._step = first_seconds

    def reset(self) -> None:
        """Start again from the shortest pause: something worked."""
        self._step = self._first

    def seconds(self) -> float:
        """The next pause."""
        pause = self._step * (0.5 + 0.5 * self._jitter())
        self._step = min(self._step * 2, self._max)
        return pause


@dataclass(slots=True)
class _Watched:
    order: int
    due: float
    sends: int = 0  # on this connection
    was_sent: bool = False  # on any connection
    sent_at: float = -math.inf
    is_replay: bool = False


class Replays:
    """The oldest messages that have no ack yet: which of them are to be sent again, and when to look next."""

    def __init__(self, pacing: Pacing, jitter: Jitter) -> None:
        self._pacing = pacing
        self._jitter = jitter
        self._watched: dict[Name, _Watched] = {}
        self._tokens = 1.0
        self._tokens_at = -math.inf

    def __len__(self) -> int:
        return len(self._watched)

    def __contains__(self, name: object) -> bool:
        return name in self._watched

    @property
    def is_full(self) -> bool:
        """Whether no more messages are watched; they wait on disk."""
        return len(self._watched) >= self._pacing.window

    def wants_more(self, waiting: int) -> bool:
        """Whether to load more from disk, where `waiting` messages are in all."""
        return len(self._watched) <= self._pacing.window // 2 and waiting > len(self._watched)

    def watch(self, name: Name, order: int, now: float) -> None:
        """Take up a message that was not sent yet on this connection: it is due at once. `order` is its age's rank."""
        self._watched.setdefault(name, _Watched(order, due=now))

    def forget(self, name: Name) -> None:
        """The message is no longer ours: acknowledged, rejected or dropped."""
        self._watched.pop(name, None)

    def reconnect(self, now: float) -> None:
        """A new connection: back-offs start again. What was never sent is due, the rest soon and not all at once."""
        for one in self._watched.values():
            one.sends = 0
            one.is_replay = False
            one.due = now + self._jitter() * self._pacing.reconnect_spread_seconds if one.was_sent else now

    def sent(self, name: Name, now: float, *, is_replay: bool) -> None:
        """The message was handed to the broker."""
        one = self._watched.get(name)
        if is_replay:
            self._refill(now)
            self._tokens -= 1
        if one is None:
            return
        one.sends += 1
        one.was_sent = True
        one.sent_at = now
        one.is_replay = is_replay
        one.due = now + resend_after(one.sends, self._pacing, self._jitter())

    def due(self, now: float) -> list[Name]:
        """What to send now, as many as the pace allows: what is due longest first, of that the oldest.

        Never-answered messages thus take turns with the others, instead of taking all the room.
        """
        self._refill(now)
        room = min(int(self._tokens), self._pacing.replays_in_flight - self._in_flight(now))
        if room <= 0:
            return []
        due = sorted((one.due, one.order, name) for name, one in self._watched.items() if one.due <= now)
        return [name for _, _, name in due[:room]]

    def is_behind(self, now: float) -> bool:
        """Whether the pace holds something back, so that an ack may let it go."""
        return any(one.due <= now for one in self._watched.values())

    def pause(self, now: float) -> float:
        """Seconds until `due` may have something to say; infinite when only something new can change that."""
        if not self._watched:
            return math.inf
        first_due = min(one.due for one in self._watched.values())
        if first_due > now:
            return first_due - now
        self._refill(now)
        pause = 0.0
        if self._tokens < 1:
            pause = (1 - self._tokens) / self._pacing.replays_per_second
        if self._in_flight(now) >= self._pacing.replays_in_flight:
            oldest = min(one.sent_at for one in self._watched.values() if self._is_in_flight(one, now))
            pause = max(pause, oldest + self._pacing.first_resend_seconds - now)
        return pause

    def _refill(self, now: float) -> None:
        most = max(1.0, self._pacing.replays_per_second * _BURST_SECONDS)
        gained = (now - self._tokens_at) * self._pacing.replays_per_second
        self._tokens = min(most, self._tokens + gained)
        self._tokens_at = now

    def _in_flight(self, now: float) -> int:
        return sum(self._is_in_flight(one, now) for one in self._watched.values())

    def _is_in_flight(self, one: _Watched, now: float) -> bool:
        """A replay that may still be answered. Later it frees its place, so that one lost ack holds up nobody."""
        return one.is_replay and now - one.sent_at < self._pacing.first_resend_seconds
