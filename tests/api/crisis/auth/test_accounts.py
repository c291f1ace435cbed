"""The accounts as requests use them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis.auth.accounts import AccountService
from crisis.accounts import sessions, store
from tests.api.crisis.support.browser import PASSWORD
from tests.api.crisis.support.sign_in import set_password
from tests.support import waiting

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


async def _session(box: Application) -> tuple[str, bool]:
    service = box.deps.accounts
    secret, _ = await service.sign_in("anna", "")
    return secret, await service.session(secret, is_use=False) is not None


async def test_a_page_that_asks_by_itself_costs_a_look_into_the_file_once_a_second(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, was_known = await _session(box)
    service, runs = box.deps.accounts, 0
    run = AccountService.run

    async def counted(self: AccountService, *args: Any, **kwargs: Any) -> Any:
        nonlocal runs
        runs += 1
        return await run(self, *args, **kwargs)

    service._found_until = time.monotonic() + 60
    await service.session(secret, is_use=False)
    monkeypatch.setattr(AccountService, "run", counted)
    known = [await service.session(secret, is_use=False) for _ in range(20)]
    asked_by_people = [await service.session(secret, is_use=True) for _ in range(2)]

    assert was_known
    assert None not in (*known, *asked_by_people)
    assert runs == 2


async def test_who_signs_out_is_unknown_at_once(box: Application) -> None:
    secret, was_known = await _session(box)
    service = box.deps.accounts

    await service.run(sessions.end, secret)

    assert was_known
    assert await service.session(secret, is_use=False) is None


async def test_access_that_another_process_ends_is_noticed(box: Application) -> None:
    secret, was_known = await _session(box)
    service = box.deps.accounts
    with store.opened(box.deps.settings.crisis.folder) as elsewhere:
        sessions.end(elsewhere, secret)

    async def is_unknown() -> bool:
        return await service.session(secret, is_use=False) is None

    assert was_known
    await waiting.until(is_unknown)


async def test_a_session_ends_by_its_clock_though_it_was_looked_up_a_moment_ago(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, was_known = await _session(box)
    service = box.deps.accounts
    service._found_until = time.monotonic() + 60
    known = await service.session(secret, is_use=False)
    assert known is not None

    monkeypatch.setattr(service, "now", lambda: known.ends_at)

    assert was_known
    assert await service.session(secret, is_use=False) is None


async def test_nothing_is_remembered_of_secrets_that_are_unknown(box: Application) -> None:
    service = box.deps.accounts

    for number in range(50):
        assert await service.session(f"guess-{number}", is_use=False) is None

    assert not service._found


@pytest.mark.slow
async def test_passwords_are_computed_off_the_event_loop(box: Application) -> None:
    await set_password(box)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    beating = asyncio.create_task(beat())
    is_right = await box.deps.accounts.check("anna", PASSWORD)
    beating.cancel()

    assert is_right
    assert beats > 10
