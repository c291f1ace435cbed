"""Berlin's time as far as the calendar goes: programs write "for ever" as 9999, which must not break a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff import rendering
from tests.api.crisis.support.browser import sign_in

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

LAST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)


def test_a_form_shows_the_last_moment_and_takes_it_back_unchanged() -> None:
    assert rendering.local(LAST) == "9999-12-31T23:59"


@pytest.mark.slow
@pytest.mark.parametrize(
    "ends", [{"until_at": "9999-12-31T23:59:59Z"}, {"from_at": "0001-01-01T00:00:00Z"}], ids=["until", "from"]
)
async def test_a_notice_for_ever_is_shown_to_everybody(hub: Application, ends: dict[str, str]) -> None:
    name = uuid4()
    body = {"texts": {"de": {"headline": "Bis auf Weiteres"}}, **ends}
    done = await hub.ask("anna", "PUT", f"/crisis/notices/{name}", body)
    anna = await sign_in(hub, "anna")

    answers = [
        *[await hub.client.get(path) for path in ("/crisis", "/crisis/all/notices", "/crisis/bulletin")],
        *[await anna.get(path) for path in ("/crisis/staff", f"/crisis/staff/notices/{name}")],
        await hub.ask("anna", "GET", "/crisis/notices"),
    ]

    assert done.status_code == 201
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert all("Bis auf Weiteres" in answer.text for answer in answers)
