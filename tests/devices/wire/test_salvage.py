"""The name of a message that cannot be read: a box deletes what is named, so a doubtful name is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devices.wire import salvage

if TYPE_CHECKING:
    from devices.wire.salvage import Name

MOST = 2**63 - 1


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b'{"boot": "b1", "seq": 7}', ("b1", 7)),
        (b'{"seq": 7}', (None, 7)),
        (b'{"boot": 1, "seq": "7"}', (None, None)),
        (b'{"boot": "b 1", "seq": 0}', (None, None)),
        (b'{"boot": "b1", "seq": true}', ("b1", None)),
        (b'{"boot": "b1", "seq": 7.0}', ("b1", 7)),
        (b'{"boot": "b1", "seq": %d}' % MOST, ("b1", MOST)),
        (b'{"boot": "b1", "seq": %d}' % (MOST + 1), ("b1", None)),
        (b'{"boot": "b1", "boot": "b2", "seq": 7}', (None, 7)),
        (b'{"boot": "b1", "seq": 7, "more": {"seq": 8}}', ("b1", None)),
        (b"[1, 2]", (None, None)),
        (b"null", (None, None)),
    ],
)
def test_a_name_in_json_is_taken_when_it_is_valid_and_there_once(payload: bytes, name: Name) -> None:
    assert salvage.from_payload(payload) == name


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        (b'{"boot": "b1", "seq": 7, "samples": [{"at": 1', ("b1", 7)),
        (b'{"boot": "b1", "seq": 7}garbage', ("b1", 7)),
        (b'{"boot": "b1", "seq": 123', ("b1", None)),
        (b'{"boot": "b1", "seq": 7, "samples": [{"seq": 8, ', ("b1", None)),
        (b'{"boot": "b1', (None, None)),
        (b'{"seq": 007, "boot":"b1", ', ("b1", None)),
        (b'{"seq": %d, ' % (MOST + 1), (None, None)),
        (b" " * 1024 + b'{"boot": "b1", "seq": 7, ', (None, None)),
        (b"\x08\x01\xff", (None, None)),
        (b"", (None, None)),
    ],
)
def test_a_name_in_what_is_no_json_is_taken_only_up_to_its_end_and_from_its_first_bytes(
    payload: bytes, name: Name
) -> None:
    assert salvage.from_payload(payload) == name
