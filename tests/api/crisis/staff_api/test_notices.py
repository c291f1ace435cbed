"""Notices as staff's programs publish, change and withdraw them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.api.crisis.staff_api.support.requests import NOTICE, why

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_a_notice_is_published_changed_and_withdrawn_for_good(hub: Application) -> None:
    path = f"/crisis/notices/{uuid4()}"

    made = await hub.ask("anna", "PUT", path, NOTICE)
    changed = await hub.ask("bert", "PUT", path, {**NOTICE, "severity": "Extreme"})
    same = await hub.ask("bert", "PUT", path, {**NOTICE, "severity": "Extreme"})
    gone = await hub.ask("anna", "DELETE", f"{path}?reason=Irrtum")
    again = await hub.ask("anna", "PUT", path, NOTICE)

    assert (made.status_code, made.json()["notice"]["state"]) == (201, "active")
    assert (changed.status_code, changed.json()["notice"]["severity"]) == (200, "Extreme")
    assert (changed.json()["notice"]["published"]["by"], changed.json()["notice"]["changed"]["by"]) == ("anna", "bert")
    assert why(same) == (409, "already_so")
    assert (gone.json()["notice"]["state"], gone.json()["notice"]["withdrawn_reason"]) == ("withdrawn", "Irrtum")
    assert why(again) == (409, "is_withdrawn")
    listed = (await hub.ask("ewa", "GET", "/crisis/notices")).json()
    assert [item["state"] for item in listed["items"]] == ["withdrawn"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"texts": {"en": {"headline": "x"}}}, "#/"),
        ({**NOTICE, "severity": "awful"}, "#/severity"),
        ({**NOTICE, "until_at": "tomorrow"}, "#/until_at"),
        ({**NOTICE, "headlines": 1}, "#/headlines"),
        ({**NOTICE, "area": "Berlin!"}, "#/area"),
    ],
)
async def test_a_notice_that_is_none_is_refused_with_the_place_of_what_is_wrong(
    hub: Application, body: dict[str, Any], pointer: str
) -> None:
    response = await hub.ask("anna", "PUT", f"/crisis/notices/{uuid4()}", body)

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_notice_cannot_end_in_the_past(hub: Application) -> None:
    over = (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    response = await hub.ask("anna", "PUT", f"/crisis/notices/{uuid4()}", {**NOTICE, "until_at": over})

    assert why(response) == (409, "is_over")
