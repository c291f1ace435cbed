"""Sessions of people and tokens of programs: how long they last, and what ends them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, sessions, store
from crisis.accounts.sessions import Terms
from crisis.model.commands import Actor
from crisis.model.roles import Role
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.accounts.store import AccountStore

TERMS = Terms(idle=timedelta(hours=8), whole=timedelta(hours=24))
PASSWORD = "Kerzenlicht im Rathaus"


def after(**passed: float) -> datetime:
    return NOW + timedelta(**passed)


def test_a_session_survives_a_restart(anna: AccountStore, tmp_path: Path) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)

    with store.opened(tmp_path) as again:
        session = sessions.find(again, secret, after(hours=1), TERMS)

    assert session is not None
    assert session.actor == Actor("anna", Role.OPERATOR)
    assert session.ends_at == after(hours=9)


def test_the_file_holds_no_secret(anna: AccountStore, tmp_path: Path) -> None:
    secrets = [sessions.begin(anna, "anna", NOW, TERMS), sessions.add_token(anna, "anna", "screen", NOW, None)]

    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert all(secret.encode() not in held for secret in secrets)


@pytest.mark.parametrize(
    ("used", "asked", "is_good"),
    [((), 7.9, True), ((), 8.0, False), ((7, 14, 21), 23.9, True), ((7, 14, 21), 24.0, False), ((), -1, False)],
)
def test_a_session_ends_unused_or_old(
    anna: AccountStore, used: tuple[float, ...], asked: float, *, is_good: bool
) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)
    for hours in used:
        assert sessions.find(anna, secret, after(hours=hours), TERMS) is not None

    assert (sessions.find(anna, secret, after(hours=asked), TERMS) is not None) is is_good


def test_looking_at_a_session_is_no_use_of_it(anna: AccountStore) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)

    looked_at = sessions.find(anna, secret, after(hours=7), TERMS, is_use=False)

    assert looked_at is not None
    assert looked_at.ends_at == after(hours=8)
    assert sessions.find(anna, secret, after(hours=8), TERMS) is None


def test_sessions_that_are_over_are_cleared_away(anna: AccountStore) -> None:
    sessions.begin(anna, "anna", NOW, TERMS)

    sessions.begin(anna, "anna", after(hours=9), TERMS)

    assert len(anna.rows("SELECT 1 FROM session")) == 1


def test_disabling_ends_sessions_and_tokens_at_once_and_enabling_brings_none_back(anna: AccountStore) -> None:
    session = sessions.begin(anna, "anna", NOW, TERMS)
    token = sessions.add_token(anna, "anna", "screen", NOW, None)

    accounts.set_enabled(anna, "anna", is_enabled=False)

    assert sessions.find(anna, session, NOW, TERMS) is None
    assert sessions.bearer(anna, token, NOW) is None
    accounts.set_enabled(anna, "anna", is_enabled=True)
    assert sessions.find(anna, session, NOW, TERMS) is None
    assert sessions.bearer(anna, token, NOW) is None


def test_a_new_password_ends_every_other_session_and_every_token(anna: AccountStore) -> None:
    kept, other = (sessions.begin(anna, "anna", NOW, TERMS) for _ in range(2))
    token = sessions.add_token(anna, "anna", "screen", NOW, None)

    accounts.set_password(anna, "anna", PASSWORD, NOW, sessions.hash_of(kept))

    assert sessions.find(anna, kept, NOW, TERMS) is not None
    assert sessions.find(anna, other, NOW, TERMS) is None
    assert sessions.bearer(anna, token, NOW) is None


def test_whatever_ends_access_before_its_time_is_counted_so_that_streams_look_again(anna: AccountStore) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)
    sessions.add_token(anna, "anna", "screen", NOW, None)
    counts = [accounts.ended(anna)]

    for end in (
        lambda: sessions.end(anna, secret),
        lambda: sessions.revoke_token(anna, "anna", "screen"),
        lambda: accounts.set_role(anna, "anna", Role.VIEWER),
        lambda: accounts.set_password(anna, "anna", PASSWORD, NOW),
        lambda: accounts.set_enabled(anna, "anna", is_enabled=False),
    ):
        end()
        counts.append(accounts.ended(anna))

    assert counts == [0, 1, 2, 3, 4, 5]


def test_a_new_role_ends_sessions_and_tokens_and_the_same_role_ends_nothing(anna: AccountStore) -> None:
    def signed_in() -> tuple[bool, bool]:
        return sessions.find(anna, secret, NOW, TERMS) is not None, sessions.bearer(anna, token, NOW) is not None

    secret = sessions.begin(anna, "anna", NOW, TERMS)
    token = sessions.add_token(anna, "anna", "screen", NOW, None)

    accounts.set_role(anna, "anna", Role.OPERATOR)
    before = signed_in()
    accounts.set_role(anna, "anna", Role.VIEWER)

    assert (before, signed_in()) == ((True, True), (False, False))
    fresh = sessions.find(anna, sessions.begin(anna, "anna", NOW, TERMS), NOW, TERMS)
    assert fresh is not None
    assert fresh.actor.role is Role.VIEWER


def test_on_a_full_disk_a_session_goes_on(anna: AccountStore) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)
    anna.run("PRAGMA query_only = ON")

    session = sessions.find(anna, secret, after(hours=1), TERMS)

    assert session is not None


def test_a_token_ends_when_it_says_or_when_it_is_revoked(anna: AccountStore) -> None:
    short = sessions.add_token(anna, "anna", "short", NOW, after(days=1))
    long = sessions.add_token(anna, "anna", "long", NOW, None)

    assert sessions.bearer(anna, short, after(hours=23)) is not None
    assert sessions.bearer(anna, short, after(hours=24)) is None
    assert sessions.bearer(anna, long, after(days=900)) is not None
    sessions.revoke_token(anna, "anna", "long")
    assert sessions.bearer(anna, long, after(days=900)) is None


def test_a_token_s_name_is_taken_once(anna: AccountStore) -> None:
    sessions.add_token(anna, "anna", "screen", NOW, None)

    with pytest.raises(accounts.AccountError, match="has a token 'screen' already"):
        sessions.add_token(anna, "anna", "screen", NOW, None)
