"""openSenseMap: what is refused as a whole, and what its registry says."""

from __future__ import annotations

import json

import pytest

from devices.wire.formats.opensensemap import registry, requests
from devices.wire.inputs.format import NotUnderstood, Request
from tests.devices.support.input_case import post
from tests.devices.wire.formats.opensensemap import BOX, ID, MAPPINGS, PARTICLES, PRESSURE, REGISTRY, TEMPERATURE

JSON = {"content-type": "application/json"}
CSV = {"content-type": "text/csv"}


@pytest.mark.parametrize(
    ("body", "headers", "complaint"),
    [
        (json.dumps({TEMPERATURE: "abc"}), JSON, 'the text "abc" is no number'),
        (json.dumps({TEMPERATURE: ""}), JSON, "is no number"),
        (json.dumps({TEMPERATURE: None}), JSON, "null is no number"),
        (json.dumps({"x": 1}), JSON, "is no sensor id"),
        (json.dumps([1]), JSON, "is no sensor id"),
        (json.dumps("x"), JSON, "neither an object nor a list"),
        ("{", JSON, "Invalid JSON"),
        (json.dumps({TEMPERATURE: [1, "gestern"]}), JSON, "is no time with its zone"),
        (json.dumps({TEMPERATURE: [1, "2025-11-22T23:19:50"]}), JSON, "is no time with its zone"),
        (f"{TEMPERATURE},1,,13.3,52.4", CSV, "a time is missing"),
        (f"{TEMPERATURE}", CSV, "1 cells"),
        (f"{TEMPERATURE},1\n" * 2_501, CSV, "more than 2500 measurements"),
        (json.dumps([{}] * 2_501), JSON, "more than 2500 measurements"),
        (bytes(16) * 2_501, {"content-type": "application/sbx-bytes"}, "more than 2500 measurements"),
        (b"x", {"content-type": "application/sbx-bytes"}, "no rows of 16"),
    ],
)
def test_a_batch_with_a_mistake_is_refused_for_a_person_to_see(
    body: str, headers: dict[str, str], complaint: str
) -> None:
    with pytest.raises(NotUnderstood, match=complaint) as caught:
        requests.take(post(f"boxes/{ID}/data", body, headers))

    assert caught.value.status == 422


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (post("", "", JSON), 404),
        (post("boxes/x/data", "", JSON), 404),
        (Request("GET", f"boxes/{ID}/data", {}, JSON, b""), 404),
        (post("boxes/00112233445566778899aabb/data", "{}", JSON), 422),
        (post(f"boxes/{ID}/data", "{}", {"content-type": "image/png"}), 415),
    ],
)
def test_another_request_is_refused(request_: Request, status: int) -> None:
    with pytest.raises(NotUnderstood) as caught:
        requests.take(request_)

    assert caught.value.status == status


def test_a_registry_says_what_its_sensors_measure_by_title_and_unit() -> None:
    assert [(each.box, each.name, each.quantity, each.unit) for each in MAPPINGS] == [
        (BOX, TEMPERATURE, "temperature", "°C"),
        (BOX, PRESSURE, "pressure", "Pa"),
        (BOX, PARTICLES, "pm2_5", "µg/m³"),
    ]


@pytest.mark.parametrize("document", [b"{}", b"[]", b"x", REGISTRY[:-2]])
def test_another_document_is_none(document: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        registry.mappings(document)


def test_answers_are_those_of_opensensemap() -> None:
    many = requests.take(post(f"boxes/{ID}/data", json.dumps({TEMPERATURE: 1}), JSON)).answer
    one = requests.take(post(f"boxes/{ID}/{TEMPERATURE}", '{"value": 1}', JSON)).answer

    assert (many.status, many.body) == (201, b"Measurements saved in box")
    assert (one.status, one.body) == (201, b"Measurement saved in box")
