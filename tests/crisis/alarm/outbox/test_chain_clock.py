"""The clock of the chains goes on over restarts, and nobody can set it."""

from __future__ import annotations

from crisis.alarm.outbox.chain_clock import ChainClock, Saved

HOUR = 3_600_000
SAVED = Saved(chain_ms=5_000, boot=7, steady_ms=100_000, wall_ms=1_000 * HOUR)


def test_within_one_start_of_the_machine_the_wall_clock_changes_nothing() -> None:
    for wall in (0, SAVED.wall_ms + 900 * HOUR):
        clock = ChainClock(SAVED, lambda wall=wall: wall, lambda: 160_000, boot=7)  # type: ignore[misc]  # bound now

        assert clock.now_ms() == 65_000


def test_over_a_start_of_the_machine_time_goes_forward_or_stands() -> None:
    forward = ChainClock(SAVED, lambda: SAVED.wall_ms + HOUR, lambda: 10, boot=8)
    back = ChainClock(SAVED, lambda: SAVED.wall_ms - 500 * HOUR, lambda: 10, boot=8)
    far = ChainClock(SAVED, lambda: SAVED.wall_ms + 90_000 * HOUR, lambda: 10, boot=8)

    assert (forward.now_ms(), back.now_ms()) == (5_000 + HOUR, 5_000)
    assert far.now_ms() == 5_000 + 7 * 24 * HOUR


def test_what_was_kept_is_read_back() -> None:
    assert Saved.read(SAVED.written()) == SAVED
