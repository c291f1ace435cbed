"""A hub, and a browser in which somebody is signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api import app as application
from api.crisis.deps import CRISIS_DEPS
from crisis.accounts import accounts, sessions, store
from crisis.model.roles import Role
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.api.crisis.support.desk import Desk
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def desk(chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    settings = settings_of(tmp_path / "hub")
    made: list[Any] = []
    create = application.create

    def noted(*arguments: Any) -> Any:
        made.append(create(*arguments))
        return made[-1]

    monkeypatch.setattr(application, "create", noted)
    now = datetime.now(UTC)
    with store.opened(settings.crisis.folder) as kept:
        accounts.add(kept, "anna", Role.OPERATOR, None, now)
        secret = sessions.begin(kept, "anna", now, sessions.Terms(timedelta(hours=1), timedelta(hours=1)))
    async with (
        serving(settings, is_away=True) as running,
        browse(chromium, tmp_path / "profile", f"{running.url}/crisis/sign-in") as page,
    ):
        await page.call("Network.enable")
        await page.call(
            "Network.setCookie", name="kiezbox_staff", value=secret, url=f"{running.url}/crisis", path="/crisis"
        )
        yield Desk(running.url, CRISIS_DEPS.of(made[0]).node, page)
