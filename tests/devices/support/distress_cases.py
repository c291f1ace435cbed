"""Calls for help in JSON. Only what is not protocol v1 at all is refused; whatever does not fit stands in the text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from devices.readings import Distress, DistressKind
from kiezbox.errors import Reason
from tests.devices.support.case import RECEIVED_AT, Case, on

_AT = datetime(2025, 11, 22, 23, 20, tzinfo=UTC)
_AT_MS = 1_763_853_600_000
_ID = UUID("0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e")
_CALL = {"v": 1, "id": str(_ID), "at": _AT_MS, "kind": "fire", "text": "Rauch"}
_TEXT = json.dumps(_CALL).encode()


def _call(name: str, payload: bytes | dict[str, Any], **stated: Any) -> Case:
    expected: dict[str, Any] = {"id": _ID, "at": _AT, "kind": DistressKind.FIRE, "text": "Rauch"} | stated
    by_the_hub = expected["at"] == RECEIVED_AT
    return on("distress", name, payload, distress=Distress(**expected), only_at_received_at=by_the_hub)


def _wrong(name: str, payload: bytes | dict[str, Any], reason: Reason = Reason.BAD_SCHEMA) -> Case:
    return on("distress", name, payload, malformed=reason)


CASES = (
    _call(
        "distress-example",
        b"""{"v": 1, "id": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e", "at": 1763853600000, "kind": "fire",
 "text": "Rauch im Keller", "people": 3, "latitude": 52.4886, "longitude": 13.3425, "button": 7}""",
        text="Rauch im Keller",
        people=3,
        latitude=52.4886,
        longitude=13.3425,
        button=7,
    ),
    *(
        Case(
            f"distress-below-its-topic{below}",
            f"kb/v1/71-01/distress{below}",
            _TEXT,
            box="71-01",
            distress=Distress(id=_ID, at=_AT, kind=DistressKind.FIRE, text="Rauch"),
        )
        for below in ("/", "/keller", "/haus/keller/")
    ),
    *(_call(f"distress-{kind}", {**_CALL, "kind": kind.value}, kind=kind) for kind in DistressKind),
    _call(
        "distress-numbers-as-floats",
        {**_CALL, "v": 1.0, "at": float(_AT_MS), "people": 3.0, "button": 7.0},
        people=3,
        button=7,
    ),
    _call("distress-nan-of-a-c-library", _TEXT.replace(b"}", b', "latitude": nan}'), text="Rauch [latitude: nan]"),
    _call("distress-position-zero", {**_CALL, "latitude": 0.0, "longitude": 0}),
    _call("distress-position-near-zero", {**_CALL, "latitude": 0.0001, "longitude": -0.0002}),
    _call("distress-of-a-drill", {**_CALL, "exercise": True}, exercise=True),
    _call("distress-real", {**_CALL, "exercise": False}),
    # Only `true` is a drill: a call that is taken for one by mistake may wait for ever.
    _call("distress-of-no-drill", {**_CALL, "exercise": "true"}, text="Rauch [exercise: true]"),
    _call("distress-unknown-keys", {**_CALL, "new": {"a": 1}}),
    _call("distress-nulls", {**_CALL, "text": None, "people": None, "latitude": None, "button": None}, text=""),
    _call("distress-unicode", {**_CALL, "text": "حريق 🔥\nim 2. Stock"}, text="حريق 🔥\nim 2. Stock"),
    # Not quite JSON, as hand-made encoders write it: the call is worth more than the character.
    _call("distress-with-half-an-emoji", _TEXT.replace(b"Rauch", rb"Rauch \ud83d"), text="Rauch ?"),
    _call("distress-in-latin-1", _TEXT.replace(b"Rauch", "Küche".encode("latin-1")), text="K\ufffdche"),
    _call("distress-with-raw-line-end", _TEXT.replace(b"Rauch", b"Rauch\nKeller\0"), text="Rauch\nKeller\ufffd"),
    _call("distress-with-byte-order-mark", b"\xef\xbb\xbf" + _TEXT),
    _call("distress-html", {**_CALL, "text": "<script>alert(1)</script>"}, text="<script>alert(1)</script>"),
    _call("distress-text-with-nul", {**_CALL, "text": "a\0b"}, text="a\ufffdb"),
    _call(
        "distress-text-of-100-kb",
        {**_CALL, "text": "x" * 100_000},
        text="x" * 10_000 + " [text cut after 10000 of 100000 characters]",
    ),
    _call("distress-text-a-number", {**_CALL, "text": 112}, text="[text: 112]"),
    _call("distress-kind-unheard-of", {**_CALL, "kind": "flood"}, kind=DistressKind.HELP, text="Rauch [kind: flood]"),
    _call("distress-kind-absent", {key: _CALL[key] for key in ("v", "id", "at")}, kind=DistressKind.HELP, text=""),
    _call("distress-people-as-text", {**_CALL, "people": "drei"}, text="Rauch [people: drei]"),
    _call("distress-people-negative", {**_CALL, "people": -3}, text="Rauch [people: -3]"),
    _call("distress-people-over", {**_CALL, "people": 2**31}, text="Rauch [people: 2147483648]"),
    _call(
        "distress-latitude-over",
        {**_CALL, "latitude": 91, "longitude": 13.5},
        longitude=13.5,
        text="Rauch [latitude: 91]",
    ),
    _call("distress-button-a-name", {**_CALL, "button": ["A"]}, text="Rauch [button: a list]"),
    _call("distress-at-1970", {**_CALL, "at": 0}, at=RECEIVED_AT, text="Rauch [at: 0]"),
    _call("distress-at-text", {**_CALL, "at": "now"}, at=RECEIVED_AT, text="Rauch [at: now]"),
    # Without an id of its own a call gets an id made from its topic and bytes: the same for the same bytes.
    _call(
        "distress-id-not-a-uuid",
        {**_CALL, "id": "7"},
        id=UUID("62c985bc-fb2f-54a9-b06c-3e0038f71a38"),
        text="Rauch [id: 7]",
    ),
    _call(
        "distress-id-absent",
        {key: value for key, value in _CALL.items() if key != "id"},
        id=UUID("454b77dc-a2ed-516d-93c6-c8f57ff2662b"),
    ),
    _call(
        "distress-bare",
        {"v": 1},
        id=UUID("6d52f8f4-d5de-5964-a802-3fca4fb3736b"),
        at=RECEIVED_AT,
        kind=DistressKind.HELP,
        text="",
    ),
    _wrong("distress-v-absent", {"kind": "fire"}),
    _wrong("distress-v-2", {**_CALL, "v": 2}),
    _wrong("distress-list", json.dumps([_CALL]).encode()),
    _wrong("distress-empty", b"", Reason.BAD_JSON),
    _wrong("distress-cut", _TEXT[:-1], Reason.BAD_JSON),
    _wrong("distress-nested-20000-deep", b'{"v": 1, "x": ' + b"[" * 20_000, Reason.BAD_JSON),
    _wrong("distress-number-of-5000-digits", b'{"v": 1, "x": %s}' % (b"9" * 5000), Reason.BAD_JSON),
    _wrong("distress-1-mib-and-1", b'{"v": 1}'.ljust((1 << 20) + 1), Reason.TOO_LARGE),
)
