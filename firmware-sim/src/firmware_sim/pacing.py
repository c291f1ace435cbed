"""When to try again: pure decisions over time that comes in as an argument (seconds of any steady clock).

A live message is sent at once. Everything else is a replay: oldest first, a few in flight, a few a second, so that a
long backlog neither holds up live readings nor floods a hub that has just come back. A hub that is slow is not sent the
same again before it could answer: that would make it slower still.
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
_PATIENCE = 2.0  # an answer is missing when it takes so many times as long as they did lately


def resend_after(sends: int, pacing: Pacing, jitter: float, first_seconds: float = 0.0) -> float:
    """Seconds to wait for an ack after the `sends`-th sending (from 1): doubling, capped, longer by up to a quarter.

    The first wait is `first_seconds` where that is longer than what is set.
    """
    doublings = min(sends - 1, 60)
    first = max(first_seconds, pacing.first_resend_seconds)
    return min(first * 2.0**doublings, pacing.max_resend_seconds) * (1 + _LENGTHEN * jitter)


class Hearing:
    """How long the hub takes to answer, as far as a box can tell."""

    def __init__(self) -> None:
        self._usual_seconds = 0.0
        self._silent_since: float | None = None  # nothing was answered since this sending

    @property
    def doubtful_seconds(self) -> float:
        """How old a message must be before a missing answer means anything."""
        return _PATIENCE * self._usual_seconds

    def silence_seconds(self, now: float) -> float:
        """For how long we have waited for any answer at all."""
        return 0.0 if self._silent_since is None else now - self._silent_since

    def asked(self, now: float) -> None:
        """A message was sent."""
        if self._silent_since is None:
            self._silent_since = now

    def answered(self, first_sent_at: float | None, now: float) -> None:
        """An answer came, to a message first sent then (None: nobody remembers)."""
        self._silent_since = None
        if first_sent_at is not None:
            self._usual_seconds = (self._usual_seconds + now - first_sent_at) / 2

    def reconnect(self) -> None:
        """A new connection: nothing was sent over it yet."""
        self._silent_since = None


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
    first_sent_at: float | None = None  # on this connection
    sent_at: float = -math.inf
    is_replay: bool = False


class Replays:
    """The oldest messages that have no ack yet: which of them are to be sent again, and when to look next."""

    def __init__(self, pacing: Pacing, jitter: Jitter) -> None:
        self._pacing = pacing
        self._jitter = jitter
        self._hearing = Hearing()
        self._watched: dict[Name, _Watched] = {}
        self._passed_from: int | None = None  # every message from this order on was sent live on this connection
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
        """Take up a message: it is due at once, unless it has passed by. `order` is its age's rank."""
        if name in self._watched:
            return
        one = self._watched[name] = _Watched(order, due=now)
        if self._passed_from is not None and order >= self._passed_from:
            self._note(one, now)

    def pass_by(self, order: int, *, was_sent: bool) -> None:
        """A live message was sent, or could not be, while the window was full: it is watched later."""
        if not was_sent:
            self._passed_from = None
        elif self._passed_from is None:
            self._passed_from = order

    def answered(self, name: Name, now: float) -> None:
        """The hub has answered to a message, whether it is watched or not."""
        one = self._watched.get(name)
        self._hearing.answered(one.first_sent_at if one else None, now)

    def forget(self, name: Name) -> None:
        """The message is no longer ours: acknowledged, rejected or dropped."""
        self._watched.pop(name, None)

    def reconnect(self, now: float) -> None:
        """A new connection: back-offs start again. What was never sent is due, the rest soon and not all at once."""
        self._hearing.reconnect()
        self._passed_from = None
        for one in self._watched.values():
            one.sends = 0
            one.is_replay = False
            one.first_sent_at, one.sent_at = None, -math.inf
            one.due = now + self._jitter() * self._pacing.reconnect_spread_seconds if one.was_sent else now

    def sent(self, name: Name, now: float, *, is_replay: bool) -> None:
        """The message was handed to the broker."""
        one = self._watched.get(name)
        if is_replay:
            self._refill(now)
            self._tokens -= 1
        self._hearing.asked(now)
        if one is None:
            return
        one.is_replay = is_replay
        one.first_sent_at = now if one.first_sent_at is None else one.first_sent_at
        self._note(one, now)

    def due(self, now: float) -> list[Name]:
        """What to send now, as many as the pace allows: what is due longest first, of that the oldest.

        Never-answered messages thus take turns with the others, instead of taking all the room.
        """
        self._refill(now)
        room = min(int(self._tokens), self._pacing.replays_in_flight - self._in_flight(now))
        if room <= 0:
            return []
        due = sorted((one.due, one.order, name) for name, one in self._watched.items() if self._due_at(one) <= now)
        return [name for _, _, name in due[:room]]

    def is_behind(self, now: float) -> bool:
        """Whether the pace holds something back, so that an ack may let it go."""
        return any(self._due_at(one) <= now for one in self._watched.values())

    def pause(self, now: float) -> float:
        """Seconds until `due` may have something to say; infinite when only something new can change that."""
        if not self._watched:
            return math.inf
        first_due = min(map(self._due_at, self._watched.values()))
        if first_due > now:
            # What is only doubtful may be due sooner: once the hub answers faster.
            most = (
                math.inf if min(one.due for one in self._watched.values()) > now else self._pacing.first_resend_seconds
            )
            return min(first_due - now, most)
        self._refill(now)
        pause = 0.0
        if self._tokens < 1:
            pause = (1 - self._tokens) / self._pacing.replays_per_second
        if self._in_flight(now) >= self._pacing.replays_in_flight:
            oldest = min(one.sent_at for one in self._watched.values() if self._is_in_flight(one, now))
            pause = max(pause, oldest + self._pacing.first_resend_seconds - now)
        return pause

    def _note(self, one: _Watched, now: float) -> None:
        """It was sent. While the hub says nothing at all, each further message waits as long as the silence lasts."""
        one.sends += 1
        one.was_sent = True
        one.sent_at = now
        silence_seconds = self._hearing.silence_seconds(now)
        one.due = now + resend_after(one.sends, self._pacing, self._jitter(), silence_seconds)

    def _due_at(self, one: _Watched) -> float:
        doubtful_seconds = min(self._hearing.doubtful_seconds, self._pacing.max_resend_seconds)
        return max(one.due, one.sent_at + doubtful_seconds)

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
