"""How fast somebody may try passwords."""

from __future__ import annotations

from api.crisis.auth import login_throttle
from api.crisis.auth.login_throttle import LoginThrottle

ATTACKER, OWNER = login_throttle.of_address("203.0.113.9"), login_throttle.of_address("10.0.0.7")
ACCOUNT = login_throttle.of_device("password anna")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_delay_grows_and_never_beyond_half_a_minute() -> None:
    clock = Clock()
    found = LoginThrottle(clock)
    waits = []
    for _ in range(30):
        wait_seconds = found.admit([ACCOUNT, ATTACKER])
        if wait_seconds:
            waits.append(wait_seconds)
            clock.now += wait_seconds

    assert waits[:6] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
    assert set(waits[6:]) == {30.0}


def test_attempts_at_the_same_moment_gain_nothing() -> None:
    found = LoginThrottle(Clock())

    entered = sum(found.admit([ACCOUNT, ATTACKER]) == 0.0 for _ in range(100))

    assert entered == ACCOUNT.free


def test_an_attempt_while_it_is_closed_does_not_keep_it_closed_longer() -> None:
    clock = Clock()
    found = LoginThrottle(clock)
    while found.admit([ACCOUNT]) == 0.0:
        pass

    for _ in range(10):
        clock.now += 0.09
        assert found.admit([ACCOUNT]) > 0
    clock.now += 0.2

    assert found.admit([ACCOUNT]) == 0.0


def test_a_browser_that_has_signed_in_before_is_not_kept_out_by_an_attacker() -> None:
    found = LoginThrottle(Clock())
    for _ in range(50):
        found.admit([ACCOUNT, ATTACKER])

    assert found.admit([ACCOUNT, OWNER]) > 0  # a browser that nobody knows waits
    assert found.admit([login_throttle.of_device("mark")]) == 0.0


def test_an_attempt_that_was_right_does_not_count() -> None:
    found = LoginThrottle(Clock())

    for _ in range(100):
        assert found.admit([ACCOUNT, OWNER]) == 0.0
        found.succeeded([ACCOUNT, OWNER])


def test_failures_are_forgotten_after_a_while() -> None:
    clock = Clock()
    found = LoginThrottle(clock)
    while found.admit([ACCOUNT]) == 0.0:
        pass

    clock.now += 900
    entered = 0
    while found.admit([ACCOUNT]) == 0.0:
        entered += 1

    assert entered == ACCOUNT.free


def test_memory_is_bounded() -> None:
    found = LoginThrottle(Clock(), names_max=100)

    for number in range(1_000):
        found.admit([login_throttle.of_device(f"mark {number}"), login_throttle.of_address(str(number))])

    assert len(found) == 100
