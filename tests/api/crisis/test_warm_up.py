"""Pages are compiled before somebody asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.crisis import warm_up
from api.crisis.residents import rendering as residents_rendering
from api.crisis.staff import rendering as staff_rendering
from tests.support.waiting import until

if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize(
    ("rendering", "pages"), [(residents_rendering, warm_up.RESIDENTS), (staff_rendering, warm_up.STAFF)]
)
async def test_no_page_is_compiled_while_a_call_waits(
    monkeypatch: pytest.MonkeyPatch, rendering: ModuleType, pages: tuple[str, ...]
) -> None:
    monkeypatch.setattr(warm_up, "_AFTER_SECONDS", 0.0)
    templates = rendering._templates.__wrapped__()
    monkeypatch.setattr(rendering, "_templates", lambda: templates)

    async with warm_up.running():
        await until(lambda: {name for _, name in templates.cache} >= set(pages))
