"""The canonical bytes of an event, and signatures over them: vectors for whoever writes another node."""

from __future__ import annotations

import dataclasses
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.model import events
from crisis.model.events import EncodedEvent
from crisis.trust import signatures
from crisis.trust.keys import SigningKey
from tests.crisis.support.examples import event
from tests.crisis.support.strategies import beginnings, bodies_of_one

KEY = SigningKey(bytes(range(32)))
EVENT = EncodedEvent(
    UUID("0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"),
    "71-01",
    1_767_422_700_000,
    "resident",
    "distress_received",
    '{"kind":"fire","text":"Rauch, 3. Stock: „schnell“","latitude":52.4847}',
)

SIGNATURE = (
    "7a9219ba3669c665639876ed32c5c26f84b6b55ebda2f45a8536ddf5161cc835"
    "c55b0df623ff60a0b1bdb84bc3685444068dabf2a561cfb976520b084b9f1809"
)
DIGEST = "02280294538796e3238137b3753e7911e0aa172ad134ff5ff7c19ec89de818f8"


def test_the_canonical_bytes_are_those_of_the_vector() -> None:
    assert signatures.canonical(EVENT) == (
        b"kiezbox-event-1\x000192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e\x0071-01\x001767422700000\x00\x00resident"
        b'\x00distress_received\x00{"kind":"fire","text":"Rauch, 3. Stock: \xe2\x80\x9eschnell'
        b'\xe2\x80\x9c","latitude":52.4847}'
    )


def test_the_signature_and_the_digest_are_those_of_the_vector() -> None:
    signed = signatures.signed(EVENT, KEY, 7)

    assert KEY.public.hex() == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    assert signed.serial == 7
    assert signed.signature is not None
    assert signed.signature.hex() == SIGNATURE
    assert signatures.digest(EVENT).hex() == DIGEST
    assert signatures.is_valid(signed, KEY.public)


def test_a_clock_is_signed_as_well() -> None:
    assert b"\x001767422700000\x0042\x00" in signatures.canonical(dataclasses.replace(EVENT, clock_ms=42))


CHANGES: dict[str, Any] = {
    "id": UUID(int=1),
    "node": "71-02",
    "at_ms": 1,
    "actor": "anna",
    "kind": "report_received",
    "body": EVENT.body.replace("Rauch", "rauch"),
    "clock_ms": 1,
}


@pytest.mark.parametrize("field", CHANGES)
def test_no_field_can_be_changed(field: str) -> None:
    signed = signatures.signed(EVENT, KEY, 7)

    assert not signatures.is_valid(dataclasses.replace(signed, **{field: CHANGES[field]}), KEY.public)


def test_a_flipped_bit_of_the_signature_another_key_and_no_signature_are_refused() -> None:
    signed = signatures.signed(EVENT, KEY, 7)
    assert signed.signature is not None
    flipped = bytes([signed.signature[0] ^ 1]) + signed.signature[1:]

    assert not signatures.is_valid(dataclasses.replace(signed, signature=flipped), KEY.public)
    assert not signatures.is_valid(signed, SigningKey(bytes(32)).public)
    assert not signatures.is_valid(EVENT, KEY.public)
    assert not signatures.is_valid(signed, b"no key")


@given(st.one_of(bodies_of_one, beginnings))
def test_what_was_signed_is_still_valid_after_a_journey_through_other_nodes(body: Any) -> None:
    signed = signatures.signed(events.encode(event(body)), KEY, 7)
    for _ in range(2):  # each node reads the frame and writes another one
        signed = events.from_json(json.loads(json.dumps(events.to_json(signed))))

    assert signatures.is_valid(signed, KEY.public)


@pytest.mark.parametrize("number", ["1e-7", "1e16", "52.0", "0.1", "-0.0", "12345678901234567890"])
def test_numbers_survive_the_journey_however_an_older_version_wrote_them(number: str) -> None:
    before = dataclasses.replace(EVENT, body=f'{{"latitude":{number}}}')
    signed = signatures.signed(signatures.normalized(before), KEY, 7)

    arrived = events.from_json(json.loads(json.dumps(events.to_json(signed))))

    assert signatures.is_valid(arrived, KEY.public)
