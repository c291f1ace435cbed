"""Codes may be tried five times, then once in five minutes; nobody is locked out."""

from __future__ import annotations

from api.crisis.auth.factors.code_throttle import CodeThrottle


def test_after_five_wrong_codes_there_is_one_try_in_five_minutes() -> None:
    now = 0.0
    throttle = CodeThrottle(lambda: now)

    waits = [throttle.admit("anna", "") for _ in range(6)]
    others = throttle.admit("bert", ""), throttle.admit("anna", "a known browser")
    now = 300.0
    later = throttle.admit("anna", ""), throttle.admit("anna", "")

    assert waits == [0.0] * 5 + [300.0]
    assert others == (0.0, 0.0)
    assert later == (0.0, 300.0)


def test_a_day_of_guessing_finds_a_code_with_less_than_one_in_a_thousand() -> None:
    now = 0.0
    throttle = CodeThrottle(lambda: now)
    tries = 0
    while now < 86_400:
        wait = throttle.admit("anna", "")
        tries += wait == 0.0
        now += wait

    assert tries * 3 / 1_000_000 < 1 / 1_000


def test_a_right_code_and_an_hour_of_peace_forget_the_wrong_ones() -> None:
    now = 0.0
    throttle = CodeThrottle(lambda: now)
    for _ in range(5):
        throttle.admit("anna", "")
    throttle.succeeded("anna", "")
    assert [throttle.admit("anna", "") for _ in range(5)] == [0.0] * 5

    now = 3_600.0

    assert [throttle.admit("anna", "") for _ in range(5)] == [0.0] * 5


def test_made_up_accounts_do_not_grow_the_memory() -> None:
    throttle = CodeThrottle(names_max=10)
    for number in range(1_000):
        throttle.admit(f"account {number}", "")

    assert len(throttle._attempts) == 10
