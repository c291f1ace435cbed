"""Token buckets: so many at once, and then so many a second, whatever the clock does."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiezbox.token_bucket import Rate, TokenBucket, TokenBuckets

RATE = Rate(burst=10, per_second=2)


def admitted(bucket: TokenBucket, count: int, now: float) -> int:
    """How many of so many calls at one time are admitted."""
    return sum(bucket.admit(now) == 0 for _ in range(count))


def test_a_new_bucket_admits_its_burst_and_then_says_how_long_to_wait() -> None:
    bucket = TokenBucket(RATE, now=0.0)

    assert admitted(bucket, 15, now=0.0) == 10
    assert bucket.admit(0.0) == 0.5


def test_tokens_come_back_with_time_and_not_beyond_the_burst() -> None:
    bucket = TokenBucket(RATE, now=0.0)
    admitted(bucket, 10, now=0.0)

    assert [admitted(bucket, 15, now=2.0), admitted(bucket, 15, now=1_000.0)] == [4, 10]


def test_peek_takes_nothing() -> None:
    bucket = TokenBucket(Rate(1, 1), now=0.0)

    assert [bucket.peek(0.0), bucket.peek(0.0), bucket.admit(0.0), bucket.peek(0.0)] == [0, 0, 0, 1.0]


def test_what_is_not_admitted_takes_nothing() -> None:
    bucket = TokenBucket(RATE, now=0.0)
    bucket.admit(0.0, cost=8)

    assert bucket.admit(0.0, cost=4) == 1.0
    assert bucket.tokens(0.0) == 2


def test_a_cost_beyond_the_burst_is_capped_at_it() -> None:
    bucket = TokenBucket(RATE, now=0.0)

    assert bucket.admit(0.0, cost=1_000) == 0
    assert bucket.admit(0.0, cost=1_000) == 5.0
    assert bucket.admit(5.0, cost=1_000) == 0


def test_after_the_wait_that_it_names_it_admits() -> None:
    bucket = TokenBucket(Rate(3, 0.7), now=0.0)
    admitted(bucket, 3, now=0.0)

    assert bucket.admit(bucket.peek(0.0)) == 0


def test_a_clock_that_goes_back_adds_no_token_and_takes_none() -> None:
    bucket = TokenBucket(RATE, now=100.0)
    admitted(bucket, 10, now=100.0)

    assert admitted(bucket, 5, now=0.0) == 0
    assert bucket.tokens(100.0) == 0
    assert admitted(bucket, 5, now=101.0) == 2


def test_where_no_token_comes_back_the_wait_is_endless() -> None:
    bucket = TokenBucket(Rate(1, 0), now=0.0)

    assert [bucket.admit(0.0), bucket.admit(1_000.0)] == [0, math.inf]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 12)), max_size=50))
def test_in_any_time_no_more_is_admitted_than_the_burst_and_what_came_back(calls: list[tuple[float, float]]) -> None:
    bucket, now, taken = TokenBucket(RATE, now=0.0), 0.0, 0.0
    for passed, cost in calls:
        now += passed
        if not bucket.admit(now, cost):
            taken += min(cost, RATE.burst)

    assert taken <= RATE.burst + now * RATE.per_second + 1e-6


def test_a_bucket_that_is_full_is_as_a_new_one() -> None:
    bucket = TokenBucket(RATE, now=0.0)
    bucket.admit(0.0)

    assert [bucket.is_full(0.0), bucket.is_full(0.5)] == [False, True]


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = TokenBuckets(Rate(1, 1), names_max=10)

    assert [buckets.admit("a", 0.0), buckets.admit("a", 0.0), buckets.admit("b", 0.0)] == [0, 1.0, 0]
    assert [buckets.peek("a", 0.5), buckets.peek("c", 0.0), len(buckets)] == [0.5, 0, 2]


def test_names_whose_bucket_is_full_again_are_forgotten_first() -> None:
    buckets = TokenBuckets(Rate(10, 1), names_max=3)
    for cost, name in [(10, "empty"), (1, "full again"), (10, "empty too")]:
        buckets.admit(name, 0.0, cost)
    buckets.admit("new", 2.0, 10)

    assert len(buckets) == 3
    assert [buckets.peek(name, 2.0, 10) for name in ("empty", "full again", "empty too", "new")] == [8.0, 0, 8.0, 10.0]


def test_what_was_taken_can_be_given_back() -> None:
    bucket = TokenBucket(Rate(1, 1 / 60), 0.0)
    assert bucket.admit(1.0) == 0
    assert bucket.peek(2.0) > 0

    bucket.refill(2.0)

    assert bucket.admit(2.0) == 0
    assert bucket.peek(3.0) == pytest.approx(59.0)


def test_a_crowd_of_new_names_makes_nobody_s_empty_bucket_full() -> None:
    buckets = TokenBuckets(Rate(10, 0.01), names_max=100)
    buckets.admit("flooding", 0.0, 10)
    for number in range(1_000):
        buckets.admit(f"name-{number}", 1.0, cost=0)

    assert buckets.peek("flooding", 1.0) > 0
    assert len(buckets) == 100


@pytest.mark.parametrize("names", [1, 3])
def test_never_more_names_are_kept_than_allowed(names: int) -> None:
    buckets = TokenBuckets(RATE, names_max=names)
    for number in range(100):
        buckets.admit(f"name-{number}", 0.0)

    assert len(buckets) == names
