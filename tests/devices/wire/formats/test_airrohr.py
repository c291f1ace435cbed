"""airRohr: what is no request of a board."""

from __future__ import annotations

import pytest

from devices.wire import parsing
from devices.wire.formats.airrohr import requests
from devices.wire.inputs.format import NotUnderstood, Request
from kiezbox.errors import Malformed, Reason
from tests.devices.support.input_case import RECEIVED_AT, post
from tests.devices.wire.formats.airrohr import FULL, HEADERS


@pytest.mark.parametrize("name", ["", "71-01", "esp8266-", "ESP8266 1", "esp8266-" + "1" * 40])
def test_a_request_that_names_no_board_is_refused(name: str) -> None:
    with pytest.raises(NotUnderstood, match="X-Sensor"):
        requests.take(post("", FULL, {"x-sensor": name}))


def test_nothing_can_be_read_there() -> None:
    with pytest.raises(NotUnderstood, match="posts"):
        requests.take(Request("GET", "", {}, HEADERS, b""))


def test_a_body_that_cannot_be_read_is_taken_for_the_board_forgets_it() -> None:
    (parcel,) = requests.take(post("", FULL[:-3], HEADERS)).parcels

    with pytest.raises(Malformed) as caught:
        parsing.parse(f"in/airrohr/{parcel.box}", parcel.payload, RECEIVED_AT)
    assert (caught.value.reason, caught.value.box) == (Reason.BAD_JSON, "esp8266-1234567")
