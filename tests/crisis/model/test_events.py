"""Events: strict when we write them, lenient when another node did; ids that sort by time."""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.model import event_bodies, events
from crisis.model.event_bodies import DistressReceived, ModeSet
from crisis.model.events import EncodedEvent, Ids, InvalidEventError, Unread
from devices.readings import DistressKind, Mode
from tests.crisis.support.examples import event
from tests.crisis.support.strategies import beginnings, bodies_of_one

AT_MS = 1_767_422_700_000


def encoded(kind: str, body: dict[str, Any]) -> EncodedEvent:
    return EncodedEvent(uuid4(), "71-01", AT_MS, "anna", kind, json.dumps(body))


def wire(**changes: Any) -> dict[str, Any]:
    """An event as a peer writes it."""
    whole = {"id": str(uuid4()), "node": "71-01", "at": AT_MS, "actor": "anna", "kind": "report_received", "body": {}}
    return {name: value for name, value in (whole | changes).items() if value is not ...}


@given(st.one_of(bodies_of_one, beginnings))
def test_an_event_is_read_as_it_was_written(body: event_bodies.Body) -> None:
    made = event(body)

    assert events.decode(events.encode(made)) == made
    received = events.decode(events.from_json(json.loads(json.dumps(events.to_json(events.encode(made))))))
    assert received == dataclasses.replace(made, is_unsigned=True)


def test_every_body_says_its_version() -> None:
    written = events.encode(event(DistressReceived())).body

    assert json.loads(written)["v"] == 1


def test_an_event_too_large_for_a_frame_cannot_be_written() -> None:
    body = event_bodies.NoticePublished(uuid4(), {"texts.de": {"headline": "x", "text": "ä" * 40_000}})

    with pytest.raises(InvalidEventError, match="at most 61440"):
        events.encode(event(body))


def test_the_longest_call_fits_into_a_frame() -> None:
    body = DistressReceived(text="\N{FIRE}" * 10_000 + "[" * 4_000, contact="\N{FIRE}" * 200)

    assert len(events.encode(event(body)).body.encode()) < events.BODY_BYTES_MAX


def test_unknown_keys_of_a_newer_node_are_kept_as_they_came() -> None:
    received = wire(kind="mode_set", body={"area": "all", "mode": "emergency", "colour": {"a": [1, 2.5, None]}}, more=1)

    taken = events.from_json(received)

    assert json.loads(taken.body) == received["body"]
    assert events.decode(taken).body == ModeSet("all", Mode.EMERGENCY)


def test_an_event_of_an_unknown_kind_is_passed_on_unread() -> None:
    received = wire(kind="drone_launched", body={"height": 40})

    taken = events.from_json(received)

    assert events.decode(taken).body == Unread("drone_launched")
    assert events.to_json(taken) == received


def test_a_call_with_fields_that_do_not_fit_is_still_a_call() -> None:
    body = {"kind": "flood", "text": "Wasser im Keller", "people": -3, "latitude": "north", "source": "drone"}

    found = events.decode(encoded("distress_received", body)).body

    assert found == DistressReceived(kind=DistressKind.HELP, text="Wasser im Keller")


@pytest.mark.parametrize(
    "body", [{}, {"area": "all"}, {"area": "A B", "mode": "normal"}, {"area": "all", "mode": "panic"}]
)
def test_a_body_without_what_it_needs_is_unread(body: dict[str, Any]) -> None:
    assert events.decode(encoded("mode_set", body)).body == Unread("mode_set")


@pytest.mark.parametrize("body", ["[]", "1", "", "{", "[" * 5000, '{"area": 1e999}'])
def test_a_body_that_is_no_object_is_unread(body: str) -> None:
    assert events.decode(EncodedEvent(uuid4(), "hub", AT_MS, "anna", "mode_set", body)).body == Unread("mode_set")


@pytest.mark.parametrize(
    "received",
    [
        None,
        [],
        wire(id=...),
        wire(id="7"),
        wire(node=...),
        wire(node="Box 1"),
        wire(node=7),
        wire(at=...),
        wire(at="now"),
        wire(at=1.5),
        wire(at=True),
        wire(at=10**18),
        wire(actor=""),
        wire(actor="a\0b"),
        wire(actor="a" * 201),
        wire(kind="Mode Set"),
        wire(body=[]),
        wire(body=...),
        wire(body={"x": float("nan")}),
        wire(body={"x": "\ud800"}),
        wire(clock_at="then"),
    ],
)
def test_what_has_no_name_time_or_author_is_no_event(received: object) -> None:
    with pytest.raises(InvalidEventError):
        events.from_json(received)


def test_ids_are_version_7_and_say_their_time() -> None:
    made = Ids().next(AT_MS)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == AT_MS


@given(st.lists(st.integers(-(10**12), 10**14), min_size=2, max_size=50))
def test_ids_of_one_process_ascend_whatever_the_clock_does(times: list[int]) -> None:
    ids = Ids()

    made = [ids.next(at_ms) for at_ms in times]

    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ten_thousand_ids_of_one_millisecond_ascend() -> None:
    ids = Ids()

    made = [ids.next(AT_MS) for _ in range(10_000)]

    assert all(a < b for a, b in itertools.pairwise(made))
    assert {each.version for each in made} == {7}


def test_the_same_id_in_another_form_is_the_same_id() -> None:
    name = uuid4()

    assert events.from_json(wire(id=name.hex.upper())).id == name
    assert isinstance(events.from_json(wire(id=str(name))).id, UUID)
