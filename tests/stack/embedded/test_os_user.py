"""The folders on the way to a data folder: passable for PostgreSQL's user, and no more readable than before."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from kiezbox.errors import OperatorError
from stack.embedded import os_user
from stack.embedded.os_user import Account

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = Account("nobody", 65_534, 65_534)


@pytest.fixture
def folder(scratch: Path, request: pytest.FixtureRequest) -> Path:
    """A folder of this test that everybody may reach: only folders below it are changed."""
    made = scratch / str(request.node.name)
    made.mkdir()
    made.chmod(0o755)
    scratch.chmod(0o755)
    return made


def mode_of(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_folder_that_others_cannot_enter_gets_the_search_permission_only(folder: Path) -> None:
    private, open_one = folder / "private", folder / "private" / "open"
    open_one.mkdir(parents=True)
    private.chmod(0o700)
    open_one.chmod(0o755)
    wanted = open_one / "data"
    wanted.mkdir(mode=0o700)

    os_user.let_reach(NOBODY, wanted)

    assert [mode_of(each) for each in (private, open_one, wanted)] == [0o701, 0o755, 0o700]


def test_a_folder_of_the_account_itself_needs_its_own_permission(folder: Path) -> None:
    own = folder / "own"
    own.mkdir()
    own.chmod(0o600)
    owner = Account("owner", own.stat().st_uid, own.stat().st_gid)

    os_user.let_reach(owner, own / "data")

    assert mode_of(own) == 0o700


def test_a_folder_that_cannot_be_changed_is_an_operator_s_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)

    def refuse(_folder: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(type(private), "chmod", refuse)

    with pytest.raises(OperatorError, match="user nobody cannot reach") as raised:
        os_user.let_reach(NOBODY, private / "data")

    assert "--data" in raised.value.hint


def test_an_ordinary_user_runs_postgresql_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert os_user.for_postgres() is None


def test_a_user_without_a_name_is_named_by_number() -> None:
    assert os_user.name_of(0) == "root"
    assert os_user.name_of(4_000_000_000) == "4000000000"
