"""Which events count at a moment, and which folded states are kept."""

from __future__ import annotations

from crisis.state import past
from crisis.state.past import Arrival, Kept, KeptStates, Order
from crisis.state.picture import Known
from crisis.state.state import State


def arrivals(*times: tuple[int, int], first: int = 1) -> list[Arrival]:
    """Events by when they happened and arrived."""
    return [
        Arrival(seq, seq.to_bytes(16, "big"), at_ms, received_ms)
        for seq, (at_ms, received_ms) in enumerate(times, start=first)
    ]


def kept(count: int, size: int = 10) -> Kept:
    return Kept(Known.YES, count, State(), size)


def test_what_was_known_goes_by_arrival() -> None:
    order = Order(Known.YES)
    order.extend(arrivals((5, 10), (1, 20), (3, 30)), {})

    assert [order.count_until(at) for at in (9, 10, 25, 30)] == [0, 1, 2, 3]
    assert order.places(0, 3) == [1, 2, 3]


def test_what_was_so_goes_by_when_it_happened() -> None:
    order = Order(Known.NO)
    order.extend(arrivals((5, 10), (1, 20), (3, 30)), {})

    assert order.places(0, order.count_until(4)) == [2, 3]


def test_an_event_before_another_in_the_log_was_known_no_later_whatever_the_clock_said() -> None:
    order = Order(Known.YES)
    order.extend(arrivals((0, 900), (0, 950), (0, 100)), {})
    order.extend(arrivals((0, 50), (0, 120), first=4), {})

    assert [order.count_until(at) for at in (49, 50, 119, 120)] == [0, 4, 4, 5]


def test_corrected_events_count_at_their_corrected_times_and_corrections_from_the_beginning() -> None:
    order = Order(Known.NO)
    order.extend(arrivals((5, 10), (7, 20)), {(1).to_bytes(16, "big"): 50, (2).to_bytes(16, "big"): None})

    assert (order.places(0, order.count_until(0)), order.count_until(50)) == ([2], 2)


def test_an_order_says_how_much_of_its_beginning_stays_when_something_came_late() -> None:
    order = Order(Known.NO)
    order.extend(arrivals((10, 10), (20, 20), (30, 30)), {})

    assert order.extend(arrivals((25, 40), first=4), {}) == 2
    assert order.extend(arrivals((99, 99), first=5), {}) == 4


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
    assert len(list(past.stops(0, 200_000, 200_000))) == 10
