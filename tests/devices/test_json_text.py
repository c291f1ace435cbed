from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.wire import json_text
from tests.devices.test_wire_properties import ANY_JSON


@settings(deadline=None, max_examples=300)
@given(content=ANY_JSON, indent=st.sampled_from([None, 2]))
def test_standard_json_is_not_changed(content: object, indent: int | None) -> None:
    written = json.dumps(content, indent=indent, ensure_ascii=False).encode(errors="replace")

    assert json_text.standardized(written) == written


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        (b"[nan,-inf , +INF]", b"[NaN,-Infinity , Infinity]"),
        (b'{"nan": "inf, nan", "a\\"b": nan}', b'{"nan": "inf, nan", "a\\"b": NaN}'),
        (b"[nana, banan, x.nan, 1nan, inf1]", b"[nana, banan, x.nan, 1nan, inf1]"),
        (b'"not closed \\" nan', b'"not closed \\" nan'),
        (b"\xef\xbb\xbf[1.#QNAN]\0\0", b"[NaN]"),
    ],
)
def test_only_what_stands_for_a_number_is_changed(written: bytes, standard: bytes) -> None:
    assert json_text.standardized(written) == standard


@pytest.mark.parametrize("unit", [b'"\\', b'\\"', b'"', b"nan(", b"-1.#IND0", b"inf", b"[nan,", b"0"])
def test_bytes_made_to_be_slow_are_searched_in_proportion_to_their_number(unit: bytes) -> None:
    payload = unit * (65_536 // len(unit))

    assert len(json_text.standardized(payload)) >= len(payload) // 2  # without a bound on time: quadratic takes minutes


@pytest.mark.parametrize(
    ("value", "found"),
    [(1.0, 1), (-0.0, 0), (1.5, 1.5), (2.0**53, 2**53), (2.0**54, 2.0**54), ("1", "1"), (True, True), (None, None)],
)
def test_a_float_that_is_a_whole_number_is_an_int(value: object, found: object) -> None:
    whole = json_text.whole(value)

    assert (whole, type(whole)) == (found, type(found))
