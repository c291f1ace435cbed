from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from stack import registry

if TYPE_CHECKING:
    import pytest


def test_a_user_without_a_name_is_written_down_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", nobody)

    assert registry.author().name.startswith("uid ")
