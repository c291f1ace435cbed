"""A slow hub does not get more work because it is slow: a late answer is no lost message."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from firmware_sim.pacing import Name, Replays
from firmware_sim.settings import Pacing

PACING = Pacing()
STEP_SECONDS = 0.5
INTERVAL_STEPS = 2  # a live message a second

Hub = Callable[[float], float]  # when a message that was sent then is answered


@dataclass(frozen=True, slots=True)
class Totals:
    """What one box has sent, and what still waits for an answer in the end."""

    made: int
    sent: int
    waiting: int


def late_by(seconds: float) -> Hub:
    return lambda sent_at: sent_at + seconds


def queue(per_second: float, *, away_until: float) -> Hub:
    """A hub that takes one message after the other, known or not, and none while it is away."""
    free_at = away_until

    def answer_at(sent_at: float) -> float:
        nonlocal free_at
        free_at = max(free_at, sent_at) + 1 / per_second
        return free_at

    return answer_at


def live(hub: Hub, seconds: float, jitter: float) -> Totals:
    """A box that measures and sends for so long; box.py without sockets and disk."""
    replays = Replays(PACING, lambda: jitter)
    replays.reconnect(0.0)
    waiting: dict[Name, int] = {}
    answers: list[tuple[float, Name]] = []
    made = sent = 0
    look_at = 0.0
    for step in range(int(seconds / STEP_SECONDS)):
        now = step * STEP_SECONDS
        while answers and answers[0][0] <= now:
            _, name = heapq.heappop(answers)
            replays.answered(name, now)
            replays.forget(name)
            waiting.pop(name, None)
            if replays.is_behind(now):
                look_at = now
        if replays.wants_more(len(waiting)):
            for name, order in list(waiting.items())[: PACING.window]:
                replays.watch(name, order, now)
            look_at = now
        if now >= look_at:
            for name in replays.due(now):
                replays.sent(name, now, is_replay=True)
                heapq.heappush(answers, (hub(now), name))
                sent += 1
            look_at = now + replays.pause(now)
        if step % INTERVAL_STEPS == 0:
            made += 1
            name = ("5f0c9a1e", made)
            waiting[name] = made
            if replays.is_full:
                replays.pass_by(made, was_sent=True)
            else:
                replays.watch(name, made, now)
            replays.sent(name, now, is_replay=False)
            heapq.heappush(answers, (hub(now), name))
            sent += 1
            look_at = min(look_at, now + PACING.first_resend_seconds)
    return Totals(made, sent, len(waiting))


@pytest.mark.parametrize("jitter", [0.0, 1.0])
@pytest.mark.parametrize("seconds", [0.1, 15.0, 60.0])
def test_a_hub_that_answers_late_is_asked_little_more_than_once(seconds: float, jitter: float) -> None:
    totals = live(late_by(seconds), 1800, jitter)

    assert totals.made == 1800
    assert totals.sent <= 1.15 * totals.made
    assert totals.waiting <= seconds + 1


@pytest.mark.parametrize("jitter", [0.0, 1.0])
@pytest.mark.parametrize("away_seconds", [60.0, 300.0])
def test_a_hub_that_has_little_to_spare_catches_up_after_an_outage(away_seconds: float, jitter: float) -> None:
    totals = live(queue(1.5, away_until=away_seconds), 6 * away_seconds + 600, jitter)

    assert totals.waiting <= 5
    assert totals.sent <= 1.4 * totals.made


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_a_hub_that_never_answers_is_asked_again_for_ever_but_less_and_less(jitter: float) -> None:
    lives = [live(late_by(float("inf")), seconds, jitter) for seconds in (600, 1200, 1800)]
    again = [totals.sent - totals.made for totals in lives]

    assert lives[2].waiting == lives[2].made
    assert 0 < again[2] - again[1] <= again[1] - again[0] <= again[0]
