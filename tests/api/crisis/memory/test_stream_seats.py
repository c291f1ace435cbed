"""How many live streams an application has open."""

from __future__ import annotations

import contextlib

from api.crisis.memory.stream_seats import StreamSeats


def test_a_seat_is_free_again_after_its_stream_also_when_that_fails() -> None:
    seats = StreamSeats(1)

    with contextlib.suppress(RuntimeError), seats.taken():
        was_full = seats.is_full
        raise RuntimeError

    assert was_full
    assert not seats.is_full


def test_without_seats_no_stream_may_open() -> None:
    assert StreamSeats(0).is_full
