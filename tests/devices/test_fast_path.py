"""What fast_path.py reads at once is what telemetry.py and samples.py make of it, and never a message with a flaw."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.quantities import CATALOGUE
from devices.wire import times
from devices.wire.v1 import fast_path
from devices.wire.v1.telemetry import read_fully
from kiezbox.errors import Malformed
from tests.devices.support.case import AT_MS, content
from tests.devices.test_wire_properties import ANY_JSON, NUMBERS
from tests.wire_cases import CASES, RECEIVED_AT, Case

if TYPE_CHECKING:
    from devices.readings import Message

many = settings(deadline=None, max_examples=400)

JSON = [case for case in CASES if len(case.payload) < 2000]
IN_BOUNDS = st.sampled_from(sorted(CATALOGUE)).flatmap(
    lambda name: st.tuples(st.just(name), st.floats(CATALOGUE[name].low, CATALOGUE[name].high) | st.integers(0, 20))
)
SAMPLE = st.fixed_dictionaries(
    {
        "at": st.integers(AT_MS - 10**9, AT_MS + 10**6),
        "source": st.sampled_from(["core", "sensor-3", "Core", ""]),
        "values": st.lists(IN_BOUNDS, max_size=5).map(dict),
    },
    optional={"quality": ANY_JSON},
)


def read_fully_or_none(box: str, payload: bytes) -> Message | None:
    """What full validation makes of a payload; None when it is Malformed."""
    try:
        return read_fully(box, payload, RECEIVED_AT, CATALOGUE)
    except Malformed:
        return None


def check(payload: bytes, box: str = "71-01") -> Message | None:
    """Read a payload both ways. Returns what the fast path makes of it; None when it makes nothing."""
    found = fast_path.read(box, payload, RECEIVED_AT, CATALOGUE)
    if found is not None:
        assert found == read_fully_or_none(box, payload)
        assert not found.rejected
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_read_alike(case: Case) -> None:
    check(case.payload)


@many
@given(case=st.sampled_from(JSON), data=st.data())
def test_a_damaged_message_is_read_alike(case: Case, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(case.payload)))
    end = data.draw(st.integers(start, min(len(case.payload), start + 8)))
    check(case.payload[:start] + data.draw(st.binary(max_size=8)) + case.payload[end:])


@many
@given(
    samples=st.lists(SAMPLE, max_size=4), changed=st.sampled_from(["v", "boot", "seq", "sent", "clock"]), data=st.data()
)
def test_a_message_with_a_field_exchanged_is_read_alike(
    samples: list[dict[str, Any]], changed: str, data: st.DataObject
) -> None:
    said = content(*samples)
    said[changed] = data.draw(ANY_JSON | NUMBERS | st.sampled_from(["ntp", "none", "a:b", said.get(changed)]))

    check(json.dumps(said).encode(), data.draw(st.sampled_from(["71-01", "00-00"])))


@many
@given(samples=st.lists(SAMPLE, max_size=4), data=st.data())
def test_a_message_with_a_piece_twice_is_read_alike(samples: list[dict[str, Any]], data: st.DataObject) -> None:
    payload = json.dumps(content(*samples)).encode()
    start = data.draw(st.integers(0, len(payload)))
    end = data.draw(st.integers(start, len(payload)))
    check(payload[:end] + payload[start:end] + payload[end:])


@many
@given(number=st.floats(allow_nan=False) | st.decimals(-500, 5_000), name=st.sampled_from(sorted(CATALOGUE)))
def test_a_number_is_read_alike_however_it_is_written(number: object, name: str) -> None:
    sample = f'{{"at":{AT_MS},"source":"core","values":{{"{name}":{number}}}}}'

    check(f'{{"v":1,"boot":"b","seq":1,"samples":[{sample}]}}'.encode())


@pytest.mark.parametrize("changed", [{}, {"clock": "gps"}, {"clock": None}, {"sent": None}, {"seq": 2**63 - 1}])
def test_nearly_every_message_is_read_at_once(changed: dict[str, Any]) -> None:
    sample = {"at": AT_MS, "source": "core", "values": {"temperature_outside": -4.25, "battery_voltage": 13}}

    assert check(json.dumps({**content(sample, sample), **changed}).encode()) is not None


@pytest.mark.parametrize("name", ["temperature_outside", "humidity_inside", "noise"])
@pytest.mark.parametrize("value", [85, -127, 0, 1e9, -1e9])
def test_a_doubtful_value_is_looked_at_closely(name: str, value: float) -> None:
    payload = json.dumps(content({"at": AT_MS, "source": "core", "values": {"pm10": 1, name: value}})).encode()

    message = read_fully_or_none("71-01", payload)

    assert message is not None
    is_fine = len(message.samples) == 1 and not message.rejected and (name, value) != ("humidity_inside", 0)
    assert (check(payload) is not None) is is_fine


def test_a_time_that_is_just_too_far_ahead_is_never_taken() -> None:
    latest = times.Latest()
    for ms in (0, 1, 999, 1_000, 1_001, 500, 0):
        received_at = RECEIVED_AT + timedelta(milliseconds=ms)
        assert times.latest_ms(received_at) - 1_000 < latest.at(received_at) <= times.latest_ms(received_at)
