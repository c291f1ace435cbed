"""Values of other makes become readings: mapped, converted, dated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices.mappings import ANY_BOX, Mapping
from devices.readings import Flag
from devices.wire.inputs import values
from devices.wire.inputs.values import Clock, Value
from kiezbox.errors import Malformed, Reason
from tests.devices.support.input_case import RECEIVED_AT, catalogue

BOX = "lora-0004a30b001c0530"


def test_a_value_without_a_time_has_the_second_of_its_receipt_and_says_so() -> None:
    found = values.message("x", BOX, [Value("t", 4.0, "temperature")], RECEIVED_AT, catalogue())

    (reading,) = found.readings
    assert reading.measured_at == RECEIVED_AT.replace(microsecond=0)
    assert reading.flag.slugs() == ["receipt_time"]


@pytest.mark.parametrize(("clock", "slugs"), [(Clock.DEVICE, []), (Clock.NETWORK, ["network_time"])])
def test_a_time_that_was_sent_is_kept_with_whose_clock_it_is(clock: Clock, slugs: list[str]) -> None:
    at = RECEIVED_AT - timedelta(days=3)
    sent = Value("t", 4.0, "temperature", at_ms=round(at.timestamp() * 1000), clock=clock)

    (reading,) = values.message("x", BOX, [sent], RECEIVED_AT, catalogue()).readings

    assert (reading.measured_at, reading.flag.slugs()) == (at, slugs)


def test_a_start_up_value_of_unknown_time_has_both_flags() -> None:
    sent = Value("t", 85.0, "temperature_outside")

    (reading,) = values.message("x", BOX, [sent], RECEIVED_AT, catalogue()).readings

    assert reading.flag == Flag.SUSPECT | Flag.RECEIPT_TIME


def test_a_time_that_cannot_be_is_rejected_and_never_restamped() -> None:
    sent = Value("t", 4.0, "temperature", at_ms=0, clock=Clock.DEVICE)

    found = values.message("x", BOX, [sent], RECEIVED_AT, catalogue())

    assert found.readings == ()
    assert [each.reason for each in found.rejected] == [Reason.BAD_TIME]


def test_an_operator_s_mapping_gives_quantity_unit_and_source() -> None:
    mapping = Mapping("x", ANY_BOX, "LHT65:TempC_SHT", "temperature", "°F", "probe")

    found = values.message("x", BOX, [Value("LHT65:TempC_SHT", 41.0)], RECEIVED_AT, catalogue([mapping]))

    assert [(each.source, each.quantity, each.value) for each in found.readings] == [("probe", "temperature", 5.0)]


def test_a_mapping_for_a_box_counts_more_than_one_for_all() -> None:
    mappings = [Mapping("x", ANY_BOX, "t", "temperature"), Mapping("x", BOX, "t", "temperature_inside")]

    found = values.message("x", BOX, [Value("t", 4.0)], RECEIVED_AT, catalogue(mappings))

    assert [each.quantity for each in found.readings] == ["temperature_inside"]


def test_what_an_operator_calls_not_worth_storing_is_neither_stored_nor_unmapped() -> None:
    found = values.message("x", BOX, [Value("t", 4.0)], RECEIVED_AT, catalogue([Mapping("x", BOX, "t", None)]))

    assert (found.readings, found.unmapped, found.rejected) == ((), (), ())


@pytest.mark.parametrize("sent", [Value("t", 4.0, unit="°C"), Value("t", 4.0, "temperature", "hPa")])
def test_a_name_without_a_meaning_or_with_a_unit_of_something_else_is_unmapped(sent: Value) -> None:
    found = values.message("x", BOX, [sent], RECEIVED_AT, catalogue())

    assert [(each.name, each.unit, each.value) for each in found.unmapped] == [("t", sent.unit, 4.0)]
    assert [each.reason for each in found.rejected] == [Reason.UNMAPPED]


@pytest.mark.parametrize(
    ("text", "source"), [("BME280-77", "bme280-77"), ("port 2", "port-2"), ("Äß", "core"), ("", "core")]
)
def test_a_part_of_a_device_has_a_plain_name(text: str, source: str) -> None:
    assert values.source(text) == source


def test_a_message_with_too_many_values_is_refused_as_a_whole() -> None:
    found = [Value(f"n{number}", 1.0) for number in range(values.VALUES_MAX + 1)]

    assert len(values.message("rtl433", "rtl-a", found[1:], RECEIVED_AT, catalogue()).unmapped) == values.VALUES_MAX
    with pytest.raises(Malformed, match=str(values.VALUES_MAX)):
        values.message("rtl433", "rtl-a", found, RECEIVED_AT, catalogue())


@pytest.mark.parametrize(("sent", "kept"), [((52.5, 13.4), (52.5, 13.4)), ((0.0, 0.0), None), ((-0.001, 0.001), None)])
def test_a_position_without_a_fix_is_none(sent: tuple[float, float], kept: tuple[float, float] | None) -> None:
    assert values.message("airrohr", "esp32-1", [], RECEIVED_AT, catalogue(), position=sent).position == kept
