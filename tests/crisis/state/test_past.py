"""Which events count at a moment, and which folded states are kept."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from crisis.state import past
from crisis.state.past import Kept, KeptStates, Order
from crisis.state.picture import Known
from crisis.state.state import State


def extend(order: Order, *times: int, first: int = 1) -> int:
    """Add events with these times."""
    return order.extend(array("q", range(first, first + len(times))), array("q", times))


def kept(count: int, size: int = 10) -> Kept:
    return Kept(Known.YES, count, State(), size)


def test_what_was_known_goes_by_arrival() -> None:
    order = Order(Known.YES)
    extend(order, 10, 20, 30)

    assert [order.count_until(at) for at in (9, 10, 25, 30)] == [0, 1, 2, 3]
    assert order.places(0, 3) == [1, 2, 3]


def test_what_was_so_goes_by_when_it_happened_and_by_arrival_where_that_is_the_same() -> None:
    order = Order(Known.NO)
    extend(order, 5, 1, 3, 3)

    assert order.places(0, order.count_until(4)) == [2, 3, 4]


def test_an_event_before_another_in_the_log_was_known_no_later_whatever_the_clock_said() -> None:
    order = Order(Known.YES)
    extend(order, 20, 900, 950, 100)
    extend(order, 50, 120, first=5)

    assert [order.count_until(at) for at in (19, 20, 49, 50, 119, 120)] == [0, 1, 1, 5, 5, 6]


@given(st.lists(st.lists(st.integers(0, 50), max_size=8), max_size=5), st.integers(0, 50))
def test_however_events_come_in_the_order_is_that_of_all_of_them(parts: list[list[int]], at: int) -> None:
    whole = [time for part in parts for time in part]
    for known in Known:
        together, apart = Order(known), Order(known)
        extend(together, *whole)
        first = 1
        for part in parts:
            extend(apart, *part, first=first)
            first += len(part)

        count = together.count_until(at)
        assert (apart.count_until(at), apart.places(0, 99)) == (count, together.places(0, 99))
        if known is Known.YES:
            assert count == max((place + 1 for place, time in enumerate(whole) if time <= at), default=0)
        else:
            assert sorted(apart.places(0, count)) == [place + 1 for place, time in enumerate(whole) if time <= at]


def test_an_order_says_how_much_of_its_beginning_stays_when_something_came_late() -> None:
    order = Order(Known.NO)
    extend(order, 10, 20, 30)

    assert extend(order, 25, first=4) == 2
    assert extend(order, 99, first=5) == 4


def test_the_nearest_state_before_a_moment_is_found() -> None:
    states = KeptStates(100)
    for count in (10, 30, 20):
        states.keep(kept(count))

    assert [getattr(states.nearest(Known.YES, count), "count", None) for count in (5, 25, 99)] == [None, 20, 30]
    assert states.nearest(Known.NO, 99) is None


def test_states_that_were_not_used_for_longest_go_first() -> None:
    states = KeptStates(30)
    for count in (10, 20, 30):
        states.keep(kept(count))
    states.nearest(Known.YES, 10)
    states.keep(kept(40))

    assert states.size == 30
    assert states.nearest(Known.YES, 25) == states.nearest(Known.YES, 10)


def test_a_state_that_is_larger_than_all_room_is_kept_alone() -> None:
    states = KeptStates(30)
    states.keep(kept(1))
    states.keep(kept(2, size=99))

    assert (len(states), states.size) == (1, 99)


def test_on_a_long_way_states_are_kept_at_even_distances_and_at_its_end() -> None:
    assert list(past.stops(0, 3_000, 3_000)) == [3_000]
    assert list(past.stops(4_000, 12_000, 12_000)) == [5_000, 10_000, 12_000]
    assert len(list(past.stops(0, 200_000, 200_000))) == 5
