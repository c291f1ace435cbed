"""The accounts as requests use them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.api.crisis.support.browser import PASSWORD
from tests.api.crisis.support.sign_in import set_password

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


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
