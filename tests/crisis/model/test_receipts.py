"""Receipts: read however they are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.model import receipts

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7KQ2-M0XA", "7KQ2-M0XA"),
        (" 7kq2 moxa ", "7KQ2-M0XA"),
        ("7kq2m0xa", "7KQ2-M0XA"),
        ("ILOU-0000", "110V-0000"),
        ("7KQ2-M0X", None),
        ("7KQ2-M0XÄ", None),
        ("", None),
        ("'; DROP TABLE", None),
    ],
)
def test_a_receipt_is_read_however_it_is_typed(typed: str, code: str | None) -> None:
    assert receipts.read(typed) == code


def test_receipts_are_read_as_they_are_made() -> None:
    made = {receipts.new() for _ in range(1_000)}

    assert {receipts.read(code) for code in made} == made
    assert len(made) == 1_000
