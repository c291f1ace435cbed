from __future__ import annotations

from ingest.part_size import UNLIMITED, PartSize


def test_a_part_that_took_too_long_is_halved_down_to_one_message() -> None:
    size = PartSize()

    found = []
    for messages in (6500, 3250, 2, 1):
        size.halve(messages, 30)
        found.append(size.messages_max)

    assert found == [3250, 1625, 1, 1]


def test_easy_parts_grow_and_others_do_not() -> None:
    size = PartSize()
    size.halve(1000, 30)

    size.grow(500, 20)  # twice as many would take too long
    hard = size.messages_max
    size.grow(200, 1)  # the end of a batch says little
    short = size.messages_max
    size.grow(500, 5)

    assert (hard, short, size.messages_max) == (500, 500, 1000)


def test_there_is_no_limit_before_something_took_too_long() -> None:
    size = PartSize()

    size.grow(6500, 20)

    assert size.messages_max == UNLIMITED
