"""The file of the accounts: whose it is, and a disk that is full or read-only."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from datetime import timedelta
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from api.crisis.auth import accounts as api_accounts
from crisis import node as nodes
from crisis.accounts import accounts, passwords, sessions, store
from crisis.accounts.sessions import Terms
from crisis.log import errors
from crisis.log.errors import NotKept, Unwritable
from crisis.model import event_bodies
from crisis.model.commands import Actor
from crisis.model.roles import Role
from tests.crisis.support import small_disk
from tests.crisis.support.examples import NOW
from tests.crisis.support.small_disk import is_empty, remount, settings_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.accounts.store import AccountStore
    from tests.system.chaos.support.disks import Disk


TERMS = Terms(timedelta(hours=8), timedelta(hours=24))


@pytest.fixture
def small(tmp_path: Path, memory: Path) -> Iterator[Disk]:
    """A disk of its own; copies of what is on it go into `memory`."""
    assert memory.is_dir()
    with small_disk.mounted(tmp_path / "disk") as made:
        yield made


@pytest.mark.slow
def test_who_is_signed_in_stays_so_on_a_read_only_disk_and_nobody_else_can(small: Disk, memory: Path) -> None:
    with store.opened(small.folder) as found:
        accounts.add(found, "anna", Role.OPERATOR, None, NOW)
        secret = sessions.begin(found, "anna", NOW, TERMS)
        token = sessions.add_token(found, "anna", "wall", NOW, None)
    remount(small, "ro")

    with store.opened(small.folder) as found:
        session = sessions.find(found, secret, NOW + timedelta(hours=1), TERMS)
        actor = sessions.bearer(found, token, NOW)
        with pytest.raises(Unwritable):
            sessions.begin(found, "anna", NOW, TERMS)
        with pytest.raises(Unwritable):
            accounts.add(found, "bert", Role.OPERATOR, None, NOW)
        assert found.is_copy

    assert session is not None
    assert session.actor == actor == Actor("anna", Role.OPERATOR)
    assert is_empty(memory)


@pytest.mark.slow
async def test_the_accounts_on_a_full_disk_go_on_when_there_is_room(small: Disk) -> None:
    async with nodes.opened(settings_on(small)) as node:
        with store.opened(node.settings.folder) as found:
            accounts.add(found, "anna", Role.OPERATOR, None, NOW)
            token = sessions.add_token(found, "anna", "wall", NOW, None)
        async with api_accounts.opened(node) as staff:
            async with small.full():
                during = await staff.run(sessions.bearer, token, NOW)
                with pytest.raises(NotKept):
                    await staff.run(sessions.begin, "anna", NOW, TERMS)
            secret = await staff.run(sessions.begin, "anna", NOW, TERMS)
            after = await staff.run(sessions.find, secret, NOW, TERMS)

    assert during == Actor("anna", Role.OPERATOR)
    assert after is not None


@pytest.mark.slow
def test_without_accounts_a_read_only_disk_is_the_error_that_it_is(small: Disk) -> None:
    remount(small, "ro")

    with pytest.raises(OSError, match="Read-only"):
        store.open_store(small.folder)


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


def test_a_file_that_is_not_sqlite_s_is_damaged(tmp_path: Path) -> None:
    (tmp_path / store.FILE).write_bytes(b"no database at all" * 100)

    with pytest.raises(errors.DamagedFileError):
        store.open_store(tmp_path)


def test_two_processes_share_the_file(anna: AccountStore, tmp_path: Path) -> None:
    secret = sessions.begin(anna, "anna", NOW, TERMS)

    with store.opened(tmp_path) as other:  # as the command line does while the API runs
        accounts.set_enabled(other, "anna", is_enabled=False)

    assert sessions.find(anna, secret, NOW, TERMS) is None


def test_accounts_of_the_version_before_sign_in_as_they_did_and_get_the_new_columns(tmp_path: Path) -> None:
    before = resources.files(__package__).joinpath("data", "schema_before_grants.sql").read_text(encoding="utf-8")
    path = tmp_path / store.FILE
    secret = "a session from before"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(before)
        row = ("anna", "operator", passwords.make_hash("zehn Zeichen"), 1, 0, 0, None)
        old.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        now_ms = event_bodies.milliseconds(NOW)
        old.execute("INSERT INTO session VALUES (?, 'anna', ?, ?)", (sessions.hash_of(secret), now_ms, now_ms))
        old.commit()

    with store.opened(tmp_path) as first, store.opened(tmp_path) as second:
        known = [passwords.verify(accounts.stored_password(each, "anna"), "zehn Zeichen") for each in (first, second)]
        session = sessions.find(first, secret, NOW, TERMS)
        account = accounts.get(second, "anna")

    assert known == [True, True]
    assert (account.origin, account.granted_at, account.is_blocked) == (accounts.Origin.LOCAL, None, False)
    assert session is not None
    assert len(session.actor.device) == 12, "it is a device of its own"
