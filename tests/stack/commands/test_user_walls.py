"""`kiezbox user wall`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crisis.accounts import store, walls
from tests.stack.commands.test_user import user

if TYPE_CHECKING:
    from pathlib import Path


def test_a_display_is_made_shown_once_listed_and_revoked(tmp_path: Path) -> None:
    made = user(tmp_path, "wall", "add", "situation-room", "--days", "30")
    address, _, token = made.stdout.strip().partition("#")
    with store.opened(tmp_path) as opened:
        wall = walls.find(opened, token, datetime.now(UTC))
    (listed,) = json.loads(user(tmp_path, "wall", "list", "--json").stdout)
    table = user(tmp_path, "wall", "list").stdout
    revoked = user(tmp_path, "wall", "revoke", "situation-room")

    assert (made.returncode, address, wall is not None) == (0, "/crisis/wall", True)
    assert "It is shown this once" in made.stderr
    assert (listed["name"], listed["made_by"]) == ("situation-room", "command line")
    assert "situation-room" in table
    assert token not in table
    assert "shows nothing any more" in revoked.stdout
    assert user(tmp_path, "wall", "list").stdout == "none\n"


def test_a_name_that_is_not_known_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    user(tmp_path, "wall", "add", "lobby")

    failed = user(tmp_path, "wall", "revoke", "foyer")

    assert failed.returncode != 0
    assert "there is no wall display 'foyer'" in failed.stderr
