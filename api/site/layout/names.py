"""What operators call districts, by `district-71`: as the hub's log and its settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.assembly import SETTINGS
from api.crisis import area_names
from api.crisis.deps import CRISIS_DEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request


def given(request: Request) -> Mapping[str, str]:
    """The names that operators gave; of the settings alone where another process has the log."""
    found = CRISIS_DEPS.find(request.app)
    return SETTINGS(request).crisis.area_names if found is None else area_names.given(found.node)
