"""The newest values in the memory of a hub."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api.crisis.memory import newest_values
from api.crisis.memory.newest_values import NewestValues
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from api.crisis.memory.newest_values import Fetch


async def test_values_are_read_again_and_again_and_whole_after_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest_values, "READ_SECONDS", 0.0)
    at = datetime(2026, 1, 3, tzinfo=UTC)
    asked: list[datetime] = []

    def fetch(made: NewestValues) -> Fetch:
        async def answer(_sql: str, since: datetime) -> list[dict[str, object]]:
            asked.append(since)
            if len(asked) == 3:
                raise Unavailable("database")
            if len(asked) == 5:
                raise KeyboardInterrupt
            assert made.read_at is None or len(asked) > 1
            row = {"box": "71-01", "source": "core", "quantity": "noise", "unit": "dB", "value": float(len(asked))}
            return [row | {"measured_at": at, "received_at": at}]

        return answer

    made = NewestValues()
    with pytest.raises(KeyboardInterrupt):
        await made.run(fetch(made))

    assert [since == newest_values._EVER for since in asked] == [True, False, False, True, False]
    assert [value.value for value in made.of("71-01")] == [4.0]
