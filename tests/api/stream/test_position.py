from __future__ import annotations

import pytest

from api.stream.position import FeedPosition


def test_an_id_is_read_as_it_was_written() -> None:
    position = FeedPosition(81234, 17, 200, 1763884800)

    assert FeedPosition.read(position.write()) == position
    assert position.write() == "81234-17-200-1763884800"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "1",
            "1-2-3",
            "1-2-3-4-5",
            "-1-2-3-4",
            "1-2-3-x",
            "1-2-3-4 ",
            "1-2-3-4\n",
            "\N{ARABIC-INDIC DIGIT ONE}-2-3-4",
        ),
        *("9" * 20 + "-1-1-1", "9223372036854775808-1-1-1", "1-9223372036854775808-1-1"),
    ],
)
def test_anything_else_is_not_an_id(text: str) -> None:
    assert FeedPosition.read(text) is None


def test_positions_order_by_transaction_then_row_then_offset_whatever_the_time() -> None:
    ordered = [
        FeedPosition(1, 9, 0, 9),
        FeedPosition(2, 0, 0, 8),
        FeedPosition(2, 1, 0, 7),
        FeedPosition(2, 1, 5, 6),
        FeedPosition(2, 2, 0, 5),
    ]

    assert sorted([*ordered[2:], *ordered[:2]]) == ordered
    assert FeedPosition(2, 1, 5, 1) == FeedPosition(2, 1, 5, 2)


@pytest.mark.parametrize(("position", "expected"), [((5, 0, 0), 0), ((5, 1, 0), 0), ((5, 18, 0), 17), ((5, 18, 3), 18)])
def test_the_last_row_is_the_one_that_was_begun_or_finished(position: tuple[int, int, int], expected: int) -> None:
    assert FeedPosition(*position, at=0).last_row == expected
