"""A fault in one format costs one message, which is kept, and never the process."""

from __future__ import annotations

import pytest

from devices.wire import parsing
from devices.wire.formats.senml import packs
from kiezbox.errors import Malformed, Reason
from tests.devices.support.input_case import RECEIVED_AT


@pytest.mark.parametrize("fault", [OverflowError("infinity"), KeyError("x"), TypeError("None"), ValueError("no\0line")])
def test_a_fault_in_a_format_is_a_message_that_cannot_be_read(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def records(_payload: bytes) -> list[packs.Record]:
        raise fault

    monkeypatch.setattr(packs, "records", records)

    with pytest.raises(Malformed, match=f"a fault in reading senml.*{type(fault).__name__}") as caught:
        parsing.parse("in/senml/keller", b"[]", RECEIVED_AT)

    assert caught.value.reason is Reason.BAD_SCHEMA
    assert caught.value.detail.isprintable()
