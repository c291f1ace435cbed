"""Every format of another make reads its table of cases, has a page, and understands nothing that it must not."""

from __future__ import annotations

import importlib
import random
from typing import Any

import pytest

from devices.wire import parsing
from devices.wire.inputs import formats
from devices.wire.inputs.format import NotUnderstood, Request
from kiezbox.errors import Malformed, Reason
from tests.conftest import ROOT
from tests.devices.support import input_case
from tests.devices.support.input_case import RECEIVED_AT, Case


def _module(name: str) -> Any:
    return importlib.import_module(f"tests.devices.wire.formats.{name}")


def _cases() -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}: {case.title}") for name in formats.known() for case in _module(name).CASES
    ]


@pytest.mark.parametrize(("name", "case"), _cases())
def test_a_case_gives_its_readings(name: str, case: Case) -> None:
    found = input_case.messages(name, case)

    assert set().union(*map(input_case.read, found)) == set(case.readings)
    assert {each.box for each in found} == {case.box}
    assert sorted((each.name, each.unit) for message in found for each in message.unmapped) == sorted(case.unmapped)
    assert sorted(
        each.reason.value for message in found for each in message.rejected if each.reason is not Reason.UNMAPPED
    ) == sorted(case.rejected)
    assert {each.position for each in found if each.position is not None} == (
        {case.position} if case.position is not None else set()
    )
    for message in found:
        assert message.input == name
        for attribute, value in case.more.items():
            assert getattr(message, attribute) == value


@pytest.mark.parametrize("name", formats.known())
def test_a_format_has_a_page_for_a_person_with_a_screwdriver(name: str) -> None:
    page = (ROOT / "docs" / "inputs" / f"{name}.md").read_text(encoding="utf-8")

    assert "## What to type" in page
    assert "## What you see" in page
    assert "## When it does not work" in page


@pytest.mark.parametrize("name", formats.known())
def test_what_nobody_sends_is_refused_in_a_sentence_and_never_ends_the_parser(name: str) -> None:
    rng = random.Random(20)
    bodies = [case.request.body if case.request else case.payload for case in _module(name).CASES]
    known = formats.known()[name]

    for _ in range(300):
        body = bytearray(rng.choice(bodies))
        for _ in range(rng.randrange(1, 8)):
            if body:
                body[rng.randrange(len(body))] = rng.randrange(256)
        case = rng.choice(_module(name).CASES)
        sent = [(case.topic, bytes(body))]
        if case.request is not None:
            assert known.take is not None
            request = Request(
                case.request.method, case.request.path, case.request.query, case.request.headers, bytes(body)
            )
            try:
                sent = [(f"in/{name}/{each.box}/{each.more}", each.payload) for each in known.take(request).parcels]
            except NotUnderstood:
                continue
        for topic, payload in sent:
            complaint = _complaint(topic, payload, case)
            assert complaint != ""
            assert "a fault in reading" not in (complaint or "")


def _complaint(topic: str, payload: bytes, case: Case) -> str | None:
    """What is wrong with it; None when it is read."""
    try:
        parsing.parse(topic, payload, RECEIVED_AT, input_case.catalogue(case.mappings))
    except Malformed as malformed:
        return malformed.detail
    return None
