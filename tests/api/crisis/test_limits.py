"""What one client may ask for: fair behind a shared address, and bounded."""

from __future__ import annotations

from api.crisis import limits
from api.crisis.limits import Client, Limit, Rates
from kiezbox.token_bucket import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def limit(rates: Rates) -> tuple[Limit, Clock]:
    clock = Clock()
    return Limit(rates, clock), clock


def phone(number: int, address: str = "10.0.0.1") -> Client:
    return Client(address, f"{address} phone-{number}")


def test_a_bucket_empties_at_once_and_fills_with_time() -> None:
    found, clock = limit(Rates(Rate(2, 0.1), Rate(100, 1), Rate(100, 1)))

    answers = [found.admit(phone(1)) for _ in range(3)]
    clock.now += 10

    assert answers == [0.0, 0.0, 10.0]
    assert found.admit(phone(1)) == 0.0
    assert found.admit(phone(1)) == 10.0


def test_10_000_reports_of_one_phone_are_a_few_and_its_neighbours_are_served() -> None:
    found, clock = limit(limits.REPORTS)

    taken = 0
    for _ in range(10_000):
        taken += found.admit(phone(0)) == 0.0
        clock.now += 0.01
    neighbours = [found.admit(phone(number)) for number in range(1, 501)]

    assert taken == 21  # a burst of 20, and what 100 s add
    assert neighbours == [0.0] * 500


def test_a_phone_that_calls_itself_anew_each_time_is_bounded_by_its_address() -> None:
    found, _ = limit(limits.REPORTS)

    taken = sum(found.admit(phone(number)) == 0.0 for number in range(10_000))

    assert taken == limits.REPORTS.address.burst
    assert found.admit(phone(1, "10.0.0.2")) == 0.0


def test_many_addresses_are_bounded_by_what_the_disk_may_take() -> None:
    found, clock = limit(limits.REPORTS)

    for number in range(20_000):
        found.admit(phone(number, f"10.0.{number // 256}.{number % 256}"), cost=5)
    clock.now += 86_400 / 24
    hour = sum(
        found.admit(phone(number, f"10.1.{number // 256}.{number % 256}"), cost=5) == 0.0 for number in range(20_000)
    )

    assert limits.REPORTS.everybody is not None
    assert hour * 5 <= limits.REPORTS.everybody.burst + 3_600 * limits.REPORTS.everybody.per_second


def test_whoever_calls_for_help_is_heard_while_500_others_behind_the_address_press_too() -> None:
    found, clock = limit(limits.DISTRESS)

    answers = []
    for _ in range(5):  # everybody presses five times within a minute
        answers += [found.admit(phone(number)) for number in range(500)]
        clock.now += 12

    assert answers == [0.0] * 2_500


def test_a_refusal_costs_nothing() -> None:
    found, clock = limit(Rates(Rate(1, 1), Rate(100, 1), Rate(300, 1)))
    found.admit(phone(1))

    for _ in range(1_000):
        found.admit(phone(1))
    clock.now += 1

    assert found.admit(phone(1)) == 0.0
    assert sum(found.admit(phone(number)) == 0.0 for number in range(2, 1_000)) == 99  # the address's hundred


def test_a_text_too_dear_for_any_bucket_passes_when_the_bucket_is_full() -> None:
    found, _ = limit(Rates(Rate(2, 1), Rate(2, 1), Rate(2, 1)))

    assert found.admit(phone(1), cost=50) == 0.0
    assert found.admit(phone(1)) == 1.0


def test_peek_takes_nothing() -> None:
    found, _ = limit(Rates(Rate(1, 1), Rate(1, 1), Rate(1, 1)))

    waits = [found.peek(phone(1)) for _ in range(3)]
    found.admit(phone(1))

    assert waits == [0.0] * 3
    assert found.peek(phone(1)) == 1.0


def test_without_a_bound_for_everybody_addresses_do_not_count_together() -> None:
    found, _ = limit(Rates(Rate(1, 1), Rate(1, 1)))

    assert [found.admit(phone(1, f"10.0.0.{number}")) for number in range(100)] == [0.0] * 100


def test_a_long_text_costs_more() -> None:
    assert [limits.cost("x" * size) for size in (0, 1_023, 1_024, 16_000)] == [1.0, 1.0, 2.0, 16.0]


def marked(number: int, address: str = "10.0.0.1") -> Client:
    return Client(address, f"{address} the same browser", f"mark-{number}")


def test_a_neighbour_with_a_mark_is_served_while_somebody_uses_up_the_address() -> None:
    found, _ = limit(limits.REPORTS)
    for number in range(20_000):
        found.admit(phone(number))

    assert found.admit(phone(20_001)) > 0
    assert [found.admit(marked(number)) for number in range(100)] == [0.0] * 100


def test_every_mark_that_one_address_can_get_leaves_room_for_those_of_others() -> None:
    """160 marks live at once (device_marks.py), each used up, for an hour."""
    for rates in (limits.REPORTS, limits.DISTRESS):
        found, clock = limit(rates)
        for _ in range(60):
            for number in range(160):
                while not found._own_wait_seconds(marked(number), 1, clock.now) and found.admit(marked(number)) == 0:
                    pass
            clock.now += 60

        assert found.admit(marked(1, "10.0.0.2")) == 0.0
        assert found.admit(Client("10.0.0.2", "10.0.0.2 phone", "mark-of-a-neighbour")) == 0.0


def test_calls_beyond_every_share_are_kept_until_little_is_left_of_everybody_s() -> None:
    found, _ = limit(limits.DISTRESS)

    taken = sum(found.admit(phone(0)) == 0.0 for _ in range(50_000))
    neighbour, marked_neighbour = found.admit(phone(1)), found.admit(marked(1))
    at_another_address = found.admit(phone(2, "10.0.0.2"))

    assert limits.DISTRESS.everybody is not None
    assert taken == limits.DISTRESS.everybody.burst / 3
    assert (neighbour, marked_neighbour, at_another_address) == (0.0, 0.0, 0.0)


def test_ten_thousand_devices_and_more_do_not_grow_what_is_remembered() -> None:
    found, _ = limit(Rates(Rate(1, 0), Rate(1_000_000, 1)))

    for number in range(12_000):
        found.admit(phone(number, f"10.{number // 65_536}.{number // 256 % 256}.{number % 256}"))

    assert len(found._devices) == 10_000
    assert len(found._addresses) <= 10_000
