"""Pages that are compressed once, with a value of its own for each reader."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.crisis.memory import packing
from kiezbox import pacing

_MARK = "kbx-mark"


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5), st.text(max_size=40))
def test_each_reader_gets_the_page_with_their_value(parts: list[str], value: str) -> None:
    packed = pacing.at_once(packing.steps(_MARK.join(parts), _MARK))

    assert gzip.decompress(packed.with_value(value)).decode() == _MARK.join(parts).replace(_MARK, value)


def test_a_long_page_is_compressed_in_steps_and_becomes_small() -> None:
    text = "".join(f"<li>Rathaus {number}</li>" for number in range(5_000))

    steps = sum(1 for _ in packing.steps(text))
    packed = pacing.at_once(packing.steps(text))

    assert steps > len(text) // 10_000
    assert gzip.decompress(packed.with_value()).decode() == text
    assert len(packed.with_value()) < len(text) / 5


def test_the_value_of_a_reader_does_not_change_the_size() -> None:
    packed = pacing.at_once(packing.steps(f"<input value='{_MARK}'>aaaaaaaaaaaaaaaa", _MARK))

    assert len(packed.with_value("a" * 16)) == len(packed.with_value("q7Zk29xTb0LmWf3e"))


@pytest.mark.parametrize("text", ["", "ä" * 20_000])
def test_texts_without_a_mark_are_packed_too(text: str) -> None:
    assert gzip.decompress(pacing.at_once(packing.steps(text)).with_value()).decode() == text
