"""Accounts, sessions and tokens in their file."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, passwords, sessions, store
from crisis.accounts.sessions import Terms
from crisis.log import errors
from crisis.model.commands import Actor
from crisis.model.roles import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.accounts.store import AccountStore

NOW = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)
TERMS = Terms(idle=timedelta(hours=8), whole=timedelta(hours=24))
PASSWORD = "Kerzenlicht im Rathaus"


def after(**passed: float) -> datetime:
    return NOW + timedelta(**passed)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[AccountStore]:
    with store.opened(tmp_path) as made:
        yield made


@pytest.fixture
def anna(found: AccountStore) -> AccountStore:
    """Accounts with anna, an operator who has tokens only: making a password takes its time."""
    accounts.add(found, "anna", Role.OPERATOR, None, NOW)
    return found


# -- accounts --------------------------------------------------------------------------------------------------------


def test_a_password_is_stored_as_argon2id_only(found: AccountStore, tmp_path: Path) -> None:
    accounts.add(found, "anna", Role.OPERATOR, PASSWORD, NOW)

    stored = accounts.stored_password(found, "anna")

    assert stored is not None
    assert stored.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
    assert all(PASSWORD.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_password_is_right_however_the_keyboard_composed_it() -> None:
    stored = passwords.make_hash("Cafe\u0301 am Markt")

    assert passwords.verify(stored, "Caf\u00e9 am Markt")
    assert not passwords.verify(stored, "Cafe am Markt")


def test_nobody_s_password_is_never_right_and_computed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    real = passwords._HASHER

    class Watched:
        hash = real.hash

        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored)
            return real.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Watched())

    assert not passwords.verify(None, PASSWORD)
    assert not passwords.verify(passwords.make_hash(PASSWORD), "x" * 100_000)
    assert [stored.split("$")[1:4] for stored in compared] == [["argon2id", "v=19", "m=19456,t=3,p=1"]] * 2


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaabbbbbaaaaa", "anna123456"])
def test_a_weak_password_is_refused_and_makes_no_account(found: AccountStore, password: str) -> None:
    with pytest.raises(accounts.AccountError, match="password"):
        accounts.add(found, "anna", Role.OPERATOR, password, NOW)

    assert accounts.is_empty(found)


@pytest.mark.parametrize("name", ["", "a", "71-01", "hub", "Resident", "anna müller", "a" * 33, "<b>", "anna\n", "-x"])
def test_a_name_that_is_none_is_refused(found: AccountStore, name: str) -> None:
    if name == "anna\n":  # what a shell leaves at the end is no part of it
        assert accounts.add(found, name, Role.VIEWER, None, NOW).name == "anna"
        return
    with pytest.raises(accounts.AccountError, match="cannot be an account's name"):
        accounts.add(found, name, Role.VIEWER, None, NOW)


def test_a_name_is_taken_however_it_is_written(anna: AccountStore) -> None:
    with pytest.raises(accounts.AccountError, match="there is an account anna already"):
        accounts.add(anna, "Anna", Role.ADMIN, None, NOW)

    assert accounts.get(anna, "ANNA").role is Role.OPERATOR


def test_the_file_is_its_owner_s_alone_and_made_by_whoever_owns_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "node"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 12_345, 12_345)

    with store.opened(folder) as made:
        accounts.add(made, "anna", Role.VIEWER, None, NOW)
        found = [path.stat() for path in folder.iterdir()]

    assert {stat.S_IMODE(each.st_mode) for each in found} == {0o600}
    assert {each.st_uid for each in found} == {folder.stat().st_uid}


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    somebodys = tmp_path / "shadow"
    somebodys.write_text("")
    (tmp_path / "node").mkdir()
    if os.geteuid() == 0:
        os.chown(tmp_path / "node", 12_345, 12_345)
    (tmp_path / "node" / store.FILE).symlink_to(somebodys)

    with pytest.raises(OSError, match="symbolic link"):
        store.open_store(tmp_path / "node")

    assert somebodys.stat().st_uid == os.geteuid()
    assert somebodys.read_text() == ""


def test_a_file_that_is_none_is_damaged(tmp_path: Path) -> None:
    (tmp_path / store.FILE).write_bytes(b"no database at all" * 100)

    with pytest.raises(errors.DamagedFileError):
        store.open_store(tmp_path)


# -- sessions --------------------------------------------------------------------------------------------------------


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


def test_disabling_ends_sessions_and_tokens_at_once_and_enabling_brings_no_session_back(anna: AccountStore) -> None:
    session = sessions.begin(anna, "anna", NOW, TERMS)
    token = sessions.add_token(anna, "anna", "screen", NOW, None)

    accounts.set_enabled(anna, "anna", is_enabled=False)

    assert sessions.find(anna, session, NOW, TERMS) is None
    assert sessions.bearer(anna, token, NOW) is None
    accounts.set_enabled(anna, "anna", is_enabled=True)
    assert sessions.find(anna, session, NOW, TERMS) is None
    assert sessions.bearer(anna, token, NOW) == Actor("anna", Role.OPERATOR)


def test_a_new_password_ends_every_other_session(anna: AccountStore) -> None:
    kept, other = (sessions.begin(anna, "anna", NOW, TERMS) for _ in range(2))

    accounts.set_password(anna, "anna", PASSWORD, NOW, sessions.hash_of(kept))

    assert sessions.find(anna, kept, NOW, TERMS) is not None
    assert sessions.find(anna, other, NOW, TERMS) is None


def test_a_new_role_counts_at_once(anna: AccountStore) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)

    accounts.set_role(anna, "anna", Role.VIEWER)

    session = sessions.find(anna, secret, NOW, TERMS)
    assert session is not None
    assert session.actor.role is Role.VIEWER


def test_on_a_full_disk_a_session_goes_on(anna: AccountStore) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)
    anna.run("PRAGMA query_only = ON")

    session = sessions.find(anna, secret, after(hours=1), TERMS)

    assert session is not None


# -- tokens ----------------------------------------------------------------------------------------------------------


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


def test_two_processes_share_the_file(anna: AccountStore, tmp_path: Path) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)

    with store.opened(tmp_path) as other:  # as the command line does while the API runs
        accounts.set_enabled(other, "anna", is_enabled=False)

    assert sessions.find(anna, secret, NOW, TERMS) is None
