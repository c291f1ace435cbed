"""What LoRaWAN network servers have in common: names of numbers, and what a hostile decoder may make of them."""

from __future__ import annotations

import json

from devices.wire import parsing
from devices.wire.inputs import lorawan
from tests.devices.support.input_case import RECEIVED_AT
from tests.devices.wire.formats import chirpstack


def test_numbers_are_named_by_profile_and_path() -> None:
    assert list(lorawan.named("LHT65", {"soil": {"temp": 4.5}, "ok": True, "t": "1"})) == [
        ("LHT65:soil.temp", 4.5),
        ("LHT65:t", 1.0),
    ]


def test_a_long_name_is_not_repeated_in_full_for_each_number() -> None:
    decoded = {"k" * 100_000: {str(number): number for number in range(1_000)}}

    assert sum(len(name) for name, _ in lorawan.named("p" * 100_000, decoded)) < 1_000_000


def test_a_port_that_is_no_number_names_no_source() -> None:
    hostile = {"a": "\0" * 1_000}
    by_chirpstack = parsing.parse(
        f"in/chirpstack/{chirpstack.BOX}/up", chirpstack.up(fPort=hostile, object={"x": 1}), RECEIVED_AT
    )
    uplink = {"f_port": 1e300, "decoded_payload": {"x": 1}, "received_at": "2025-11-22T23:20:01Z"}
    sent = json.dumps({"end_device_ids": {"dev_eui": chirpstack.EUI}, "uplink_message": uplink}).encode()
    by_the_things_stack = parsing.parse(f"in/thethingsstack/{chirpstack.BOX}/up", sent, RECEIVED_AT)

    assert [each.source for each in by_chirpstack.unmapped] == ["port-0"]
    assert [len(each.source) for each in by_the_things_stack.unmapped] == [63]


def test_a_key_can_be_stored_whatever_a_session_is_called() -> None:
    uplink = {"session_key_id": "a\0b" * 50, "f_cnt": 7}
    sent = json.dumps({"end_device_ids": {"dev_eui": chirpstack.EUI}, "uplink_message": uplink}).encode()

    key = parsing.parse(f"in/thethingsstack/{chirpstack.BOX}/up", sent, RECEIVED_AT).key

    assert key is not None
    assert key.isprintable()
    assert key.endswith(":7")
