"""SenML: packs that are refused."""

from __future__ import annotations

import pytest

from devices.wire.formats.senml import requests
from devices.wire.inputs.format import NotUnderstood, Request
from tests.devices.support.input_case import post
from tests.devices.wire.formats.senml import HEADERS


@pytest.mark.parametrize(
    ("pack", "complaint"),
    [
        ('[{"n":"a","u":"Cel","v":4.0,"must_":1}]', "/0/must_: this label must be understood"),
        ('[{"bver":11,"n":"a","v":1}]', "version 11"),
        ('[{"n":"a"}]', "without a value"),
        ('[{"n":"_a","v":1}]', "is no name"),
        ('[{"v":1}]', "is no name"),
        ('[{"n":"a","v":"x"}]', "is no number"),
        ('{"n":"a","v":1}', "not a list"),
        ("[1]", "/0: not a record"),
        ("[", "Invalid JSON"),
        ('[{"n":"a","v":1,"t":1e308}]', "beyond all that can be"),
        ('[{"n":"a","v":1,"t":-1e308}]', "beyond all that can be"),
        ('[{"n":"a","bv":1.7e308,"v":1.7e308}]', "beyond all that can be"),
        ('[{"n":"a","v":1},' * 1_001, "JSON"),
    ],
)
def test_a_pack_that_is_not_understood_is_refused_with_where_and_why(pack: str, complaint: str) -> None:
    with pytest.raises(NotUnderstood, match=complaint) as caught:
        requests.take(post("", pack, HEADERS))

    assert caught.value.status == 400


def test_another_form_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="senml"):
        requests.take(post("", "x", {"content-type": "application/senml+cbor"}))
    with pytest.raises(NotUnderstood, match="posted"):
        requests.take(Request("GET", "", {}, {}, b""))


def test_a_pack_of_several_devices_is_a_message_of_each() -> None:
    pack = '[{"n":"urn:dev:ow:10e2073a01080063:t","u":"Cel","v":1},{"n":"urn:dev:mac:a0b1c2d3e4f5:t","u":"Cel","v":2}]'

    assert [each.box for each in requests.take(post("", pack, HEADERS)).parcels] == [
        "ow-10e2073a01080063",
        "mac-a0b1c2d3e4f5",
    ]
