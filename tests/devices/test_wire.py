from __future__ import annotations

import json

import pytest

from devices.quantities import CATALOGUE, BadPosition, Catalogue, Quantity
from devices.readings import Message
from devices.wire import parsing
from kiezbox.errors import Malformed, Reason
from tests.devices.support.case import content, sample
from tests.wire_cases import CASES, RECEIVED_AT, Case

TOPIC = "kb/v1/71-01/telemetry"


def named(case: Case) -> str:
    return case.name


def read(topic: str, payload: bytes) -> Message | Malformed:
    try:
        return parsing.parse(topic, payload, RECEIVED_AT)
    except Malformed as malformed:
        return malformed


def detail_of(topic: str, payload: bytes) -> str:
    found = read(topic, payload)
    return found.detail if isinstance(found, Malformed) else found.rejected[0].detail


@pytest.mark.parametrize("case", [case for case in CASES if case.malformed is None], ids=named)
def test_a_message_is_read_as_the_table_says(case: Case) -> None:
    message = read(case.topic, case.payload)

    assert isinstance(message, Message), message
    assert message.readings == case.readings
    assert tuple((item.source, item.quantity, item.reason) for item in message.rejected) == case.rejected
    assert message.status == case.status
    assert message.distress == case.distress
    assert (message.box, message.boot, message.seq) == (case.box, case.boot, case.seq)
    assert (message.sent_at, message.clock, message.node) == (case.sent_at, case.clock, case.node)


@pytest.mark.parametrize("case", [case for case in CASES if case.malformed is not None], ids=named)
def test_a_malformed_message_has_the_reason_that_the_table_says(case: Case) -> None:
    malformed = read(case.topic, case.payload)

    assert isinstance(malformed, Malformed), malformed
    assert (malformed.reason, malformed.box) == (case.malformed, case.box)
    assert (malformed.boot, malformed.seq) == (case.boot, case.seq)


def test_the_table_has_a_case_for_each_reason_but_the_registrys() -> None:
    seen = {case.malformed for case in CASES} | {reason for case in CASES for *_, reason in case.rejected}

    assert set(Reason) - seen == {Reason.UNKNOWN_BOX, Reason.UNMAPPED}  # the latter: tests/devices/wire/formats


def test_the_table_names_each_case_once() -> None:
    names = [case.name for case in CASES]

    assert len(set(names)) == len(names) > 150


def test_no_two_cases_share_a_reading() -> None:
    keys = [
        {(case.box, reading.source, reading.quantity, reading.measured_at) for reading in case.readings}
        for case in CASES
    ]

    assert len(set().union(*keys)) == sum(len(of_case) for of_case in keys)


def test_every_detail_fits_into_a_column() -> None:
    found = [read(case.topic, case.payload) for case in CASES]

    details = [item.detail for item in found if isinstance(item, Malformed)]
    details += [item.detail for message in found if isinstance(message, Message) for item in message.rejected]
    assert [detail for detail in details if not (0 < len(detail) <= 500 and detail.isprintable())] == []


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        (content(sample({"noise": 200})), "/samples/0/values/noise: 200 is outside 0..160 dB[A]"),
        (content(sample({}), sample({"noise": "loud"})), '/samples/1/values/noise: the text "loud" is not a number'),
        (content(sample({"noise": None})), "/samples/0/values/noise: null is not a number"),
        (
            content(sample({"noise": "x" * 5000})),
            '/samples/0/values/noise: the text "' + "x" * 49 + "… is not a number",
        ),
        (content(sample({"a/b~c": 1})), "/samples/0/values/a~1b~0c: is not in the catalogue"),
        (
            content(sample({"temperature_outside": -127})),
            "/samples/0/values/temperature_outside: -127 is what a broken sensor says",
        ),
        (
            content(sample({"temperature_inside": 0, "humidity_inside": 0})),
            "/samples/0/values/temperature_inside: 0 together with humidity_inside 0: no sensor",
        ),
        (content(sample({"noise": 1}, 1000)), "/samples/0/at: 1970-01-01T00:00:01+00:00 is before 2020"),
        (
            content(sample({"noise": 1}, 1_763_857_200_250)),
            "/samples/0/at: 2025-11-23T00:20:00.250000+00:00 is 3600 s ahead of the hub",
        ),
        (content(sample({"noise": 1}, 10**30)), "/samples/0/at: the time is beyond the years 1 to 9999"),
        (content(v=2), "/v: Input should be less than or equal to 1"),
        (content(sample({}, source="Core")), "/samples/0/source: String should match pattern"),
        (content(sample({}), 5), "/samples/1: Input should be a valid dictionary"),
        (content(sample({"noise": 1}, 1763853590000.5)), "/samples/0/at: Input should be a valid integer"),
        (content(clock="galileo"), '/clock: the text "galileo" is not ntp, gps, rtc, none'),
        (content(sent="now"), '/sent: the text "now" is not a whole number of milliseconds'),
    ],
)
def test_a_detail_says_where_and_what(said: dict[str, object], detail: str) -> None:
    assert detail_of(TOPIC, json.dumps(said).encode()).startswith(detail)


@pytest.mark.parametrize(
    ("topic", "payload", "detail"),
    [
        ("kb/v1/Box/telemetry", b"{}", "Box is no box id (protocol.md)"),
        ("kb/v9/box/telemetry", b"{}", "no message is expected on kb/v9/box/telemetry"),
        (
            TOPIC,
            b'{"v": x}',
            "Invalid JSON: expected value at line 1 column 7",
        ),
        (TOPIC, b"x" * 70_000, "70000 bytes, at most 65536 are read"),
        (TOPIC, b'"x"', "neither a JSON object nor a whole KiezboxMessage"),
        (
            "kb/v1/a/status",
            b'{"v": 1, "online": true, "battery_percent": 300}',
            "/battery_percent: 300: Input should be less than or equal to 100",
        ),
    ],
)
def test_a_detail_says_what_is_wrong_with_a_message(topic: str, payload: bytes, detail: str) -> None:
    assert detail_of(topic, payload) == detail


def test_a_key_that_comes_twice_is_named() -> None:
    payload = json.dumps(content(sample({"noise": 1}))).replace('"noise": 1', '"noise": 1, "noise": 2').encode()

    assert detail_of(TOPIC, payload) == 'the key "noise" comes twice in one object'


def test_a_quantity_that_an_operator_adds_is_read() -> None:
    radon = Quantity("radon", "Bq/m3", 0, 100_000, None, "Radon", "Radon")
    payload = json.dumps(content(sample({"radon": 120}))).encode()

    message = parsing.parse(TOPIC, payload, RECEIVED_AT, Catalogue([*CATALOGUE.values(), radon]))

    assert [(reading.quantity, reading.value) for reading in message.readings] == [("radon", 120.0)]
    assert message.rejected == ()


def test_a_position_that_the_catalogue_knows_as_bad_is_none() -> None:
    catalogue = Catalogue((), [BadPosition(52.0, 13.0, 0.1)])
    positions = []
    for latitude in (52.05, 52.2):
        payload = json.dumps({"v": 1, "online": True, "latitude": latitude, "longitude": 13.0}).encode()
        status = parsing.parse("kb/v1/71-01/status", payload, RECEIVED_AT, catalogue).status
        assert status is not None
        positions.append((status.latitude, status.longitude))

    assert positions == [(None, None), (52.2, 13.0)]


def test_a_bad_value_within_the_limits_is_rejected() -> None:
    level = Quantity("water_level", "cm", 0, 2000, None, "Wasserstand", "Water level", bad=(999.0,))
    payload = json.dumps(content(sample({"water_level": 999}), sample({"water_level": 998}))).encode()

    message = parsing.parse(TOPIC, payload, RECEIVED_AT, Catalogue([level]))

    assert [reading.value for reading in message.readings] == [998.0]
    assert [item.reason for item in message.rejected] == [Reason.OUT_OF_RANGE]
