"""When to send again: pure decisions; the time is an argument (seconds of any steady clock).

A live message is sent at once. Everything else is a replay: oldest first, few in flight, few a second, so that a long
backlog neither delays live readings nor floods a hub that has just returned. A slow hub gets no message again before
it could answer the first time: that would make it slower still.
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

_BURST_SECONDS = 0.5  # unused replays are saved up for at most this long
_LENGTHEN = 0.25  # jitter makes a resend later, never earlier than promised
_OVERDUE_FACTOR = 2.0  # an answer is overdue after this many times the usual time


def resend_after(sends: int, pacing: Pacing, jitter: float, first_seconds: float = 0.0) -> float:
    """Seconds to wait for an ack after the `sends`-th sending (from 1): doubling, capped, longer by up to a quarter.

    The first wait is `first_seconds` where that is longer than what is set.
    """
    doublings = min(sends - 1, 60)
    first = max(first_seconds, pacing.first_resend_seconds)
    return min(first * 2.0**doublings, pacing.max_resend_seconds) * (1 + _LENGTHEN * jitter)


class AnswerTimes:
    """How long the hub takes to answer, as one box sees it."""

    def __init__(self) -> None:
        self._usual_seconds = 0.0
        self._silent_since: float | None = None  # the first sending since the last answer

    @property
    def overdue_seconds(self) -> float:
        """How old a message must be before its answer counts as overdue."""
        return _OVERDUE_FACTOR * self._usual_seconds

    def silence_seconds(self, now: float) -> float:
        """How long the hub has not answered anything."""
        return 0.0 if self._silent_since is None else now - self._silent_since

    def sent(self, now: float) -> None:
        """A message was sent."""
        if self._silent_since is None:
            self._silent_since = now

    def answered(self, first_sent_at: float | None, now: float) -> None:
        """An answer came, to a message that was first sent then (None: unknown)."""
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
    """The oldest messages without an ack: which of them to send again, and when to look next."""

    def __init__(self, pacing: Pacing, jitter: Jitter) -> None:
        self._pacing = pacing
        self._jitter = jitter
        self._answer_times = AnswerTimes()
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
        """Whether the window is full: further messages wait on disk."""
        return len(self._watched) >= self._pacing.window

    def wants_more(self, waiting: int) -> bool:
        """Whether to load more from disk, where `waiting` messages are in all."""
        return len(self._watched) <= self._pacing.window // 2 and waiting > len(self._watched)

    def watch(self, name: Name, order: int, now: float) -> None:
        """Watch a message. It is due at once, unless `pass_by` says that it was sent. A higher `order` is newer."""
        if name in self._watched:
            return
        message = self._watched[name] = _Watched(order, due=now)
        if self._passed_from is not None and order >= self._passed_from:
            self._record_sending(message, now)

    def pass_by(self, order: int, *, was_sent: bool) -> None:
        """A live message was sent, or could not be, while the window was full: it will be watched later."""
        if not was_sent:
            self._passed_from = None
        elif self._passed_from is None:
            self._passed_from = order

    def answered(self, name: Name, now: float) -> None:
        """The hub has answered to a message, whether it is watched or not."""
        message = self._watched.get(name)
        self._answer_times.answered(message.first_sent_at if message else None, now)

    def forget(self, name: Name) -> None:
        """Watch a message no more: it was acknowledged, rejected or dropped."""
        self._watched.pop(name, None)

    def reconnect(self, now: float) -> None:
        """A new connection: back-offs start again. Messages never sent are due now, the others soon, spread out."""
        self._answer_times.reconnect()
        self._passed_from = None
        for message in self._watched.values():
            message.sends = 0
            message.is_replay = False
            message.first_sent_at, message.sent_at = None, -math.inf
            message.due = now + self._jitter() * self._pacing.reconnect_spread_seconds if message.was_sent else now

    def sent(self, name: Name, now: float, *, is_replay: bool) -> None:
        """The message was handed to the broker."""
        message = self._watched.get(name)
        if is_replay:
            self._refill(now)
            self._tokens -= 1
        self._answer_times.sent(now)
        if message is None:
            return
        message.is_replay = is_replay
        message.first_sent_at = now if message.first_sent_at is None else message.first_sent_at
        self._record_sending(message, now)

    def due(self, now: float) -> list[Name]:
        """What to send now, as much as the pacing allows: the longest due first, among those the oldest.

        So messages that are never answered take turns with the others, instead of taking all the room.
        """
        self._refill(now)
        room = min(int(self._tokens), self._pacing.replays_in_flight - self._in_flight(now))
        if room <= 0:
            return []
        due = sorted(
            (message.due, message.order, name)
            for name, message in self._watched.items()
            if self._due_at(message) <= now
        )
        return [name for _, _, name in due[:room]]

    def is_behind(self, now: float) -> bool:
        """Whether the pacing holds something back, which an ack may release."""
        return any(self._due_at(message) <= now for message in self._watched.values())

    def pause(self, now: float) -> float:
        """Seconds until `due` may return something; infinite when only a new event can change that."""
        if not self._watched:
            return math.inf
        first_due = min(map(self._due_at, self._watched.values()))
        if first_due > now:
            # A message that is overdue only later may be due sooner, once the hub answers faster.
            most = (
                math.inf
                if min(message.due for message in self._watched.values()) > now
                else self._pacing.first_resend_seconds
            )
            return min(first_due - now, most)
        self._refill(now)
        pause = 0.0
        if self._tokens < 1:
            pause = (1 - self._tokens) / self._pacing.replays_per_second
        if self._in_flight(now) >= self._pacing.replays_in_flight:
            oldest = min(message.sent_at for message in self._watched.values() if self._is_in_flight(message, now))
            pause = max(pause, oldest + self._pacing.first_resend_seconds - now)
        return pause

    def _record_sending(self, message: _Watched, now: float) -> None:
        """Record a sending. While the hub answers nothing, the wait for an ack is at least as long as that silence."""
        message.sends += 1
        message.was_sent = True
        message.sent_at = now
        silence_seconds = self._answer_times.silence_seconds(now)
        message.due = now + resend_after(message.sends, self._pacing, self._jitter(), silence_seconds)

    def _due_at(self, message: _Watched) -> float:
        overdue_seconds = min(self._answer_times.overdue_seconds, self._pacing.max_resend_seconds)
        return max(message.due, message.sent_at + overdue_seconds)

    def _refill(self, now: float) -> None:
        most = max(1.0, self._pacing.replays_per_second * _BURST_SECONDS)
        gained = (now - self._tokens_at) * self._pacing.replays_per_second
        self._tokens = min(most, self._tokens + gained)
        self._tokens_at = now

    def _in_flight(self, now: float) -> int:
        return sum(self._is_in_flight(message, now) for message in self._watched.values())

    def _is_in_flight(self, message: _Watched, now: float) -> bool:
        """Whether it is a replay that may still be answered. Afterwards its place is free, with or without an ack."""
        return message.is_replay and now - message.sent_at < self._pacing.first_resend_seconds
