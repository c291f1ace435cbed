"""When a message is sent again: live first, oldest first, a few at a time, and for ever."""

from __future__ import annotations

import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.pacing import Backoff, Name, Replays, resend_after
from firmware_sim.settings import Pacing

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=100)

PACING = Pacing()
SHARE = st.floats(0, 1)


def name(seq: int) -> Name:
    return ("5f0c9a1e", seq)


def watching(count: int, pacing: Pacing = PACING, jitter: float = 0.0, now: float = 0.0) -> Replays:
    replays = Replays(pacing, lambda: jitter)
    for seq in range(1, count + 1):
        replays.watch(name(seq), seq, now)
    return replays


def send_due(replays: Replays, now: float) -> list[Name]:
    due = replays.due(now)
    for one in due:
        replays.sent(one, now, is_replay=True)
    return due


def test_the_waits_for_an_ack_double_from_ten_seconds_to_ten_minutes() -> None:
    waits = [resend_after(sends, PACING, 0.0) for sends in range(1, 9)]

    assert waits == [10, 20, 40, 80, 160, 320, 600, 600]


@many
@given(sends=st.integers(1, 10_000), jitter=SHARE)
def test_jitter_never_shortens_a_wait_and_lengthens_it_by_a_quarter_at_most(sends: int, jitter: float) -> None:
    promised = resend_after(sends, PACING, 0.0)

    assert promised <= resend_after(sends, PACING, jitter) <= 1.25 * promised


@many
@given(jitter=SHARE, attempts=st.integers(1, 40))
def test_pauses_between_connections_grow_and_are_capped(jitter: float, attempts: int) -> None:
    backoff = Backoff(1.0, 60.0, lambda: jitter)

    pauses = [backoff.seconds() for _ in range(attempts)]

    assert all(earlier <= later for earlier, later in pairwise(pauses))
    assert 0.5 <= pauses[0] <= 1.0
    assert pauses[-1] <= 60.0


def test_pauses_start_again_after_a_good_connection() -> None:
    backoff = Backoff(1.0, 60.0, lambda: 1.0)
    first = [backoff.seconds() for _ in range(5)]

    backoff.reset()

    assert (first[-1], backoff.seconds()) == (16.0, 1.0)


def test_what_was_never_sent_is_due_oldest_first() -> None:
    replays = Replays(PACING, lambda: 0.0)
    for seq in (3, 1, 2):
        replays.watch(name(seq), seq, 0.0)

    assert replays.due(0.0) == [name(1), name(2), name(3)]


def test_a_live_message_is_due_again_only_when_its_ack_is_late() -> None:
    replays = watching(1)
    replays.sent(name(1), 0.0, is_replay=False)

    assert (replays.due(9.99), replays.pause(0.0)) == ([], 10.0)
    assert replays.due(10.0) == [name(1)]


def test_an_acknowledged_message_is_never_due() -> None:
    replays = watching(2)
    replays.forget(name(1))

    assert replays.due(1e9) == [name(2)]


def test_only_some_replays_are_in_flight() -> None:
    replays = watching(50)

    first = send_due(replays, 0.0)
    more = [send_due(replays, step / 10) for step in range(1, 99)]

    assert first == [name(seq) for seq in range(1, 11)]
    assert more == [[]] * 98


def test_an_ack_makes_room_for_the_next_replay() -> None:
    replays = watching(50)
    for one in send_due(replays, 0.0)[:3]:
        replays.forget(one)

    assert send_due(replays, 1.0) == [name(11), name(12), name(13)]


def test_replays_that_are_never_answered_hold_up_nobody() -> None:
    replays = watching(12)
    send_due(replays, 0.0)

    assert send_due(replays, 10.0) == [name(seq) for seq in (11, 12, 1, 2, 3, 4, 5, 6, 7, 8)]
    assert send_due(replays, 20.0) == [name(9), name(10), name(11), name(12)]


def test_live_messages_take_no_room_from_replays() -> None:
    replays = watching(30)
    for seq in range(1, 21):
        replays.sent(name(seq), 0.0, is_replay=False)

    assert replays.due(0.0) == [name(seq) for seq in range(21, 31)]


def test_after_a_reconnect_a_long_back_off_is_forgotten() -> None:
    replays = watching(1, jitter=0.5)
    now = 0.0
    for _ in range(10):
        now += replays.pause(now)
        send_due(replays, now)
    assert replays.pause(now) > 600

    replays.reconnect(now)

    assert replays.pause(now) == 0.5 * PACING.reconnect_spread_seconds
    send_due(replays, now + 5)
    assert replays.pause(now + 5) == resend_after(1, PACING, 0.5)


def test_after_a_reconnect_what_was_never_sent_goes_before_what_was() -> None:
    replays = watching(2, jitter=1.0)
    replays.sent(name(1), 0.0, is_replay=False)

    replays.reconnect(1.0)

    assert replays.due(1.0) == [name(2)]


@many
@given(jitters=st.lists(SHARE, min_size=100, max_size=100))
def test_after_a_reconnect_everything_is_due_within_the_spread(jitters: list[float]) -> None:
    drawn = iter(jitters)
    replays = watching(50)
    for seq in range(1, 51):
        replays.sent(name(seq), 0.0, is_replay=False)
    replays._jitter = lambda: next(drawn)

    replays.reconnect(100.0)

    assert all(0 <= one.due - 100.0 <= PACING.reconnect_spread_seconds for one in replays._watched.values())


def test_more_is_taken_from_disk_once_half_of_the_window_is_free() -> None:
    replays = watching(100)
    assert (replays.is_full, replays.wants_more(500)) == (True, False)

    for seq in range(1, 51):
        replays.forget(name(seq))

    assert (replays.is_full, replays.wants_more(500), replays.wants_more(50)) == (False, True, False)


def test_nothing_to_wait_for_is_waited_for_without_end() -> None:
    assert watching(0).pause(0.0) == math.inf


_PACINGS = st.builds(
    Pacing,
    first_resend_seconds=st.floats(0.1, 20),
    max_resend_seconds=st.floats(20, 600),
    replays_per_second=st.floats(0.5, 50),
    replays_in_flight=st.integers(1, 20),
)


@many
@given(pacing=_PACINGS, count=st.integers(1, 40), jitter=SHARE, answered=st.sets(st.integers(1, 40)))
def test_looking_when_told_to_sends_everything_at_the_pace_that_is_set(
    pacing: Pacing, count: int, jitter: float, answered: set[int]
) -> None:
    replays = watching(count, pacing, jitter)
    sent: list[tuple[float, Name]] = []
    now = 0.0
    for _ in range(400):
        pause = replays.pause(now)
        if math.isinf(pause) or {one for _, one in sent} == {name(seq) for seq in range(1, count + 1)}:
            break
        now += pause + 1e-6
        for one in send_due(replays, now):
            sent.append((now, one))
            if one[1] in answered:
                replays.forget(one)

    assert {one for _, one in sent} == {name(seq) for seq in range(1, count + 1)}
    for start, _ in sent:
        within = [at for at, _ in sent if start <= at < start + 1]
        assert len(within) <= pacing.replays_per_second * 1.5 + 2


def test_what_the_hub_answers_late_is_not_sent_again_before_it_could_answer() -> None:
    replays = watching(3)
    for seq in (1, 2, 3):
        replays.sent(name(seq), 0.0, is_replay=False)
    for seq in (1, 2):
        replays.answered(name(seq), 9.0)
        replays.forget(name(seq))

    assert replays.due(13.4) == []  # answers took 9 s: on average 6.75, and twice that is still no reason to doubt
    assert 0 < replays.pause(10.5) <= PACING.first_resend_seconds
    assert replays.due(13.6) == [name(3)]


def test_once_the_hub_answers_quickly_again_a_lost_message_is_soon_due() -> None:
    replays = watching(8)
    for seq in (1, 2):
        replays.sent(name(seq), 0.0, is_replay=False)
    replays.answered(name(1), 180.0)
    replays.forget(name(1))
    assert replays.due(179.0) == [name(seq) for seq in range(3, 9)]

    for seq in range(3, 9):
        replays.sent(name(seq), 180.0, is_replay=False)
        replays.answered(name(seq), 180.1)
        replays.forget(name(seq))

    assert replays.due(181.0) == [name(2)]


def test_while_the_hub_says_nothing_each_further_message_waits_as_long_as_the_silence() -> None:
    replays = watching(2)
    replays.sent(name(1), 0.0, is_replay=False)
    replays.sent(name(2), 60.0, is_replay=False)
    send_due(replays, 60.0)

    assert send_due(replays, 119.9) == []
    assert name(2) in send_due(replays, 120.0)


def test_a_message_that_was_sent_live_is_not_due_when_the_window_comes_to_it() -> None:
    replays = watching(100)
    replays.pass_by(101, was_sent=True)
    for seq in range(1, 101):
        replays.forget(name(seq))
    replays.watch(name(101), 101, 5.0)
    replays.watch(name(50), 50, 5.0)

    assert replays.due(5.0) == [name(50)]
    assert replays.due(15.0) == [name(50), name(101)]


def test_after_one_that_could_not_be_sent_or_a_new_connection_all_are_due_at_once() -> None:
    replays = watching(0)
    replays.pass_by(101, was_sent=True)
    replays.pass_by(102, was_sent=False)
    replays.watch(name(101), 101, 5.0)
    replays.pass_by(103, was_sent=True)
    replays.reconnect(6.0)
    replays.watch(name(103), 103, 7.0)

    assert set(replays.due(7.0)) == {name(101), name(103)}
