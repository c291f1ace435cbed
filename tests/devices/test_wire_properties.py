from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.quantities import CATALOGUE
from devices.readings import Flag, Message
from devices.wire import parsing
from kiezbox.errors import Malformed
from tests.devices.support.case import AT_MS, MESH, content
from tests.devices.support.protobuf_bytes import envelope, field
from tests.wire_cases import CASES, RECEIVED_AT, Case

# A shared machine may stall: an example has no deadline.
many = settings(deadline=None, max_examples=200)

LEAVES = st.sampled_from(["telemetry", "status", "distress"])
TOPICS = st.one_of(
    LEAVES.map(lambda leaf: f"kb/v1/71-01/{leaf}"),
    st.just(MESH),
    st.sampled_from([case.topic for case in CASES]),
    st.text(),
    st.lists(st.sampled_from(["kb", "v1", "msh", "2", "e", "a", "telemetry", "status", ""])).map("/".join),
)
# Small ones only: what is cut from a large case or put into it is hardly ever the interesting part.
SMALL = [case for case in CASES if len(case.payload) < 2000]
NUMBERS = st.one_of(st.floats(), st.integers(), st.sampled_from([0, -127, 85, 1e308, -1e308]))
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
QUANTITIES = st.one_of(st.sampled_from(sorted(CATALOGUE)), st.text(max_size=12))
SAMPLES = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.one_of(st.integers(AT_MS - 10**9, AT_MS + 10**7), st.integers()),
            "source": st.sampled_from(["core", "sensor-3"]),
            "values": st.dictionaries(QUANTITIES, st.one_of(NUMBERS, ANY_JSON), max_size=6),
        }
    ),
    max_size=5,
)


def fields_of(values: st.SearchStrategy[int | bytes]) -> st.SearchStrategy[bytes]:
    """Whole protobuf fields with low numbers, of any type and order, some of them twice."""
    numbered = st.lists(st.tuples(st.integers(1, 12), values), max_size=6)
    return numbered.map(lambda found: b"".join(field(number, value) for number, value in found))


SCALARS: st.SearchStrategy[int | bytes] = st.integers(-(2**63), 2**64 - 1) | st.binary(max_size=12)
PROTOBUF = fields_of(SCALARS | fields_of(SCALARS | fields_of(SCALARS)))


def read(topic: str, payload: bytes) -> Message | None:
    """What parse makes of it, or None for Malformed; any other exception fails the test."""
    try:
        return parsing.parse(topic, payload, RECEIVED_AT)
    except Malformed as caught:
        malformed = caught
    assert 0 < len(malformed.detail) <= 500
    assert malformed.detail.isprintable()
    return None


def check(message: Message) -> None:
    """What holds for every message that is stored."""
    for reading in message.readings:
        quantity = CATALOGUE[reading.quantity]
        assert math.isfinite(reading.value)
        assert quantity.low <= reading.value <= quantity.high or Flag.SUSPECT in reading.flag
        assert reading.measured_at.year >= 2020
        assert reading.measured_at <= RECEIVED_AT + timedelta(minutes=5)
    for item in message.rejected:
        assert (item.source + item.quantity + item.detail).isprintable()
        assert 0 < len(item.detail) <= 500
    assert message.distress is None or "\0" not in message.distress.text
    assert message.distress is None or len(message.distress.text) < 11_000


@many
@given(topic=TOPICS, payload=st.binary(max_size=300))
def test_any_bytes_are_read_or_malformed(topic: str, payload: bytes) -> None:
    message = read(topic, payload)

    assert message is None or isinstance(message, Message)
    if message is not None:
        check(message)


@many
@given(case=st.sampled_from(SMALL), data=st.data())
def test_a_damaged_message_is_read_or_malformed(case: Case, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(case.payload)))
    end = data.draw(st.integers(start, min(len(case.payload), start + 8)))
    damaged = case.payload[:start] + data.draw(st.binary(max_size=8)) + case.payload[end:]

    message = read(case.topic, damaged)

    if message is not None:
        check(message)


@many
@given(leaf=LEAVES, case=st.sampled_from(SMALL), data=st.data())
def test_json_with_a_value_exchanged_is_read_or_malformed(leaf: str, case: Case, data: st.DataObject) -> None:
    try:
        said = json.loads(case.payload)
    except (ValueError, RecursionError):
        said = {"v": 1}
    if isinstance(said, dict) and said:
        said[data.draw(st.sampled_from(sorted(said)))] = data.draw(ANY_JSON)

    message = read(f"kb/v1/71-01/{leaf}", json.dumps(said).encode())

    if message is not None:
        check(message)


@many
@given(samples=SAMPLES)
def test_every_value_ends_as_a_reading_or_is_rejected(samples: list[dict[str, Any]]) -> None:
    message = read("kb/v1/71-01/telemetry", json.dumps(content(*samples)).encode())

    assert message is not None
    check(message)
    assert len(message.readings) + len(message.rejected) == sum(len(sample["values"]) for sample in samples)


@many
@given(said=st.dictionaries(st.sampled_from(["id", "at", "kind", "text", "people", "latitude", "button"]), ANY_JSON))
def test_no_field_costs_a_call_for_help(said: dict[str, Any]) -> None:
    message = read("kb/v1/71-01/distress", json.dumps({**said, "v": 1}).encode())

    assert message is not None
    assert message.distress is not None
    check(message)


@many
@given(said=PROTOBUF, topic=st.sampled_from([MESH, "kb/v1/71-01/telemetry"]))
def test_protobuf_of_any_shape_is_read_or_malformed(said: bytes, topic: str) -> None:
    for payload in (said, envelope(said), envelope(field(4, said)), field(4, said), field(6, said)):
        message = read(topic, payload)
        if message is not None:
            check(message)


@many
@given(said=PROTOBUF)
def test_no_field_costs_a_call_for_help_over_the_mesh(said: bytes) -> None:
    message = read(MESH, envelope(field(6, said)))

    assert message is not None
    assert message.distress is not None
    check(message)
