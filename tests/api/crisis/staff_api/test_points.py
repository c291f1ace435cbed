"""Places of help as staff's programs enter, change and close them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.api.crisis.staff_api.support.requests import POINT, why

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_a_place_of_help_is_entered_changed_closed_and_opened_again(hub: Application) -> None:
    path = f"/crisis/points/{uuid4()}"

    made = await hub.ask("anna", "PUT", path, {**POINT, "confirmed_at": "2025-11-23T08:00:00+01:00"})
    closed = await hub.ask("anna", "DELETE", path)
    twice = await hub.ask("anna", "DELETE", path)
    opened = await hub.ask("bert", "PUT", path, POINT)

    assert made.status_code == 201
    assert made.json()["point"]["confirmed_at"] == "2025-11-23T07:00:00.000Z"
    assert closed.json()["point"]["closed"]["by"] == "anna"
    assert why(twice) == (409, "is_closed")
    assert (opened.status_code, opened.json()["point"]["closed"]) == (200, None)
    assert len((await hub.ask("ewa", "GET", "/crisis/points")).json()["items"]) == 1
