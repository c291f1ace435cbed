"""Wall displays: how long a token lasts, what ends it, and what the history gets to know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, outbox, sessions, store, walls
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.accounts.store import AccountStore


def test_a_token_survives_a_restart_and_is_in_no_file(found: AccountStore, tmp_path: Path) -> None:
    secret = walls.add(found, "Lobby", NOW, by="dana")

    with store.opened(tmp_path) as again:
        wall = walls.find(again, secret, NOW)

    assert wall is not None
    assert (wall.name, wall.made_by, wall.until_at) == ("lobby", "dana", NOW + timedelta(days=walls.DAYS))
    assert all(secret.encode() not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_a_token_ends_at_its_time(found: AccountStore) -> None:
    secret = walls.add(found, "lobby", NOW, 2)

    assert walls.find(found, secret, NOW + timedelta(days=2, seconds=-1)) is not None
    assert walls.find(found, secret, NOW + timedelta(days=2)) is None


def test_a_revoked_token_is_unknown_and_streams_hear_of_it(found: AccountStore) -> None:
    secret = walls.add(found, "lobby", NOW)
    before = accounts.ended(found)

    walls.revoke(found, "Lobby ", "dana")

    assert walls.find(found, secret, NOW) is None
    assert accounts.ended(found) != before
    assert walls.of(found) == ()


def test_the_use_is_noted(found: AccountStore) -> None:
    secret = walls.add(found, "lobby", NOW)

    walls.find(found, secret, NOW + timedelta(hours=1))

    assert [wall.seen_at for wall in walls.of(found)] == [NOW + timedelta(hours=1)]


def test_what_happens_to_a_display_is_in_the_history_under_a_name_that_no_account_can_have(found: AccountStore) -> None:
    secret = walls.add(found, "lobby", NOW, by="dana")
    wall = walls.find(found, secret, NOW)
    assert wall is not None
    walls.note_sign_in(found, wall)
    walls.revoke(found, "lobby", "finn")

    noted = [(each.actor, each.change, each.account) for each in outbox.pending(found)]

    assert noted == [
        ("dana", outbox.WALL_MADE, "wall:lobby"),
        ("wall:lobby", outbox.SIGNED_IN, "wall:lobby"),
        ("finn", outbox.WALL_REVOKED, "wall:lobby"),
    ]
    with pytest.raises(accounts.AccountError):
        accounts.add(found, "wall:lobby", Role.VIEWER, None, NOW)


def test_a_display_s_token_is_nobody_s_session_and_no_program_s_token(found: AccountStore) -> None:
    secret = walls.add(found, "lobby", NOW)

    assert sessions.bearer(found, secret, NOW) is None
    assert walls.find(found, "kbw_", NOW) is None


@pytest.mark.parametrize(
    ("name", "days", "said"),
    [
        ("", 1, "cannot be a display's name"),
        ("../x", 1, "cannot be a display's name"),
        ("lobby", 0, "1 to 365 days"),
        ("lobby", 366, "1 to 365 days"),
        ("taken", 1, "there is a wall display taken already"),
    ],
)
def test_what_is_not_possible_is_said(found: AccountStore, name: str, days: int, said: str) -> None:
    walls.add(found, "taken", NOW)

    with pytest.raises(accounts.AccountError, match=said):
        walls.add(found, name, NOW, days)


def test_there_are_not_endlessly_many(found: AccountStore) -> None:
    for number in range(walls.WALLS_MAX):
        walls.add(found, f"wall-{number}", NOW)

    with pytest.raises(accounts.AccountError, match="revoke one first"):
        walls.add(found, "one-more", NOW)


def test_an_unknown_display_cannot_be_revoked(found: AccountStore) -> None:
    with pytest.raises(accounts.AccountError, match="there is no wall display 'lobby'"):
        walls.revoke(found, "lobby")
