"""`kiezbox user`: accounts from the command line."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, sessions, store
from crisis.log import folder as folders
from crisis.model.roles import Role
from stack import cli, data_folder
from tests.stack.support.command import kiezbox

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "Kerzenlicht im Rathaus"
NOW = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Done:
    """The output of a command, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def user(folder: Path | None, *arguments: str, typed: str = "") -> Done:
    """Run the command in this process: starting Python for each takes a second."""
    out, errors = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
        patch.setenv("KIEZBOX_CRISIS_FOLDER", str(folder))  # restored after the test, whoever sets it meanwhile
        if folder is None:
            patch.delenv("KIEZBOX_CRISIS_FOLDER")
        patch.setattr(sys, "stdin", io.StringIO(typed))
        try:
            cli.app(["user", *arguments], standalone_mode=False)
        except Exception as error:  # noqa: BLE001 -- as main() does
            code = cli.explain(error)
    return Done(code, out.getvalue(), errors.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node's folder with anna, who has tokens only."""
    with store.opened(tmp_path) as made:
        accounts.add(made, "anna", Role.OPERATOR, None, NOW)
    return tmp_path


def test_without_a_folder_the_account_is_made_at_the_node_of_the_up_that_runs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hub = tmp_path / "data" / "crisis"
    with (
        data_folder.locked(tmp_path / "data"),
        data_folder.published(tmp_path / "data", {"KIEZBOX_CRISIS_FOLDER": str(hub)}),
    ):
        done = user(None, "add", "anna", "--role", "operator", "--no-password")

    assert (done.returncode, done.stderr) == (0, "")
    assert "anna" in user(hub, "list").stdout
    assert list(tmp_path.iterdir()) == [tmp_path / "data"]


def test_without_a_folder_and_a_node_no_account_is_made_that_nobody_could_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    done = user(None, "add", "anna", "--role", "operator", "--no-password")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"no node has run here yet: there is no {tmp_path / 'kiezbox-crisis'}" in done.stderr
    assert "--folder or KIEZBOX_CRISIS_FOLDER" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_account_is_made_with_a_password_from_standard_input(tmp_path: Path) -> None:
    done = user(tmp_path / "new", "add", "Anna", "--role", "operator", typed=f"{PASSWORD}\n")

    with store.opened(tmp_path / "new") as made:
        found = accounts.get(made, "anna")
        stored = accounts.stored_password(made, "anna")
    assert (done.returncode, done.stdout) == (0, "anna may sign in as operator.\n")
    assert found.role is Role.OPERATOR
    assert stored is not None
    assert stored.startswith("$argon2id$")


def test_it_works_while_the_node_holds_its_log(folder: Path) -> None:
    with folders.locked(folder):  # and as a process of its own, as people run it
        done = kiezbox("user", "disable", "anna", environment={"KIEZBOX_CRISIS_FOLDER": str(folder)})

    assert (done.returncode, done.stdout) == (
        0,
        "anna is disabled, and signed out: here at once, and at each box as soon as that hears of it.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (("add", "anna", "--role", "viewer"), PASSWORD, "there is an account anna already"),
        (("add", "71-01", "--role", "viewer"), PASSWORD, "cannot be an account's name"),
        (("add", "bert", "--role", "viewer"), "short\n", "at least 12 characters"),
        (("add", "bert", "--role", "viewer"), "", "at least 12 characters"),
        (("disable", "bert"), "", "there is no account 'bert'"),
        (("password", "bert"), PASSWORD, "there is no account 'bert'"),
        (("token", "add", "bert", "screen"), "", "there is no account 'bert'"),
        (("token", "revoke", "anna", "screen"), "", "anna has no token 'screen'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_what_to_do(
    folder: Path, arguments: tuple[str, ...], typed: str, says: str
) -> None:
    done = user(folder, *arguments, typed=typed)

    assert done.returncode == 2
    assert says in done.stderr
    assert "kiezbox user list shows who there is" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_accounts_the_list_says_how_to_make_one_and_makes_no_file(tmp_path: Path) -> None:
    done = user(tmp_path, "list")

    assert done.returncode == 2
    assert "kiezbox user add NAME --role admin" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_damaged_accounts_are_told_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / store.FILE).write_bytes(b"broken" * 1_000)

    done = user(tmp_path, "list")

    assert done.returncode == 2
    assert "are damaged" in done.stderr
    assert "move that file away" in done.stderr


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    done = user(tmp_path / "file" / "inner", "add", "anna", "--role", "viewer", typed=PASSWORD)

    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_the_list_is_a_table_and_json(folder: Path) -> None:
    with store.opened(folder) as made:
        sessions.add_token(made, "anna", "screen", NOW, None)
        accounts.add(made, "bert", Role.COMMANDER, None, NOW)
        accounts.set_enabled(made, "bert", is_enabled=False)

    table, as_json = user(folder, "list").stdout.splitlines(), json.loads(user(folder, "list", "--json").stdout)

    assert [line.split()[:3] for line in table] == [
        ["account", "role", "state"],
        ["anna", "operator", "enabled"],
        ["bert", "commander", "disabled"],
    ]
    assert [(each["name"], each["role"], each["enabled"]) for each in as_json] == [
        ("anna", "operator", True),
        ("bert", "commander", False),
    ]
    assert [token["name"] for token in as_json[0]["tokens"]] == ["screen"]
    assert "$argon2" not in str(as_json)


def test_a_token_is_shown_once_and_revoked(folder: Path) -> None:
    made = user(folder, "token", "add", "anna", "screen", "--days", "30")
    listed = user(folder, "token", "list")
    secret = made.stdout.strip()
    with store.opened(folder) as found:
        person = sessions.bearer(found, secret, datetime.now(UTC))
    revoked = user(folder, "token", "revoke", "anna", "screen")
    with store.opened(folder) as found:
        nobody = sessions.bearer(found, secret, datetime.now(UTC))

    assert secret.startswith("kbx_")
    assert "It is shown this once" in made.stderr
    assert "screen" in listed.stdout
    assert secret not in listed.stdout
    assert person is not None
    assert revoked.returncode == 0
    assert nobody is None


def test_password_role_and_enable_change_the_account(folder: Path) -> None:
    user(folder, "disable", "anna")

    done = [
        user(folder, "enable", "anna"),
        user(folder, "role", "anna", "commander"),
        user(folder, "password", "anna", typed=f"{PASSWORD}\r\n"),
    ]

    with store.opened(folder) as found:
        account = accounts.get(found, "anna")
    assert [each.returncode for each in done] == [0, 0, 0]
    assert (account.is_enabled, account.role) == (True, Role.COMMANDER)
    assert account.password_at is not None


def test_the_password_is_no_argument(folder: Path) -> None:
    with pytest.raises(SystemExit), redirect_stderr(io.StringIO()):
        cli.app(["user", "add", "bert", "--role", "viewer", "--password", PASSWORD, "--folder", str(folder)])


def test_an_account_is_granted_and_taken_back_and_the_list_says_where_and_since_when(folder: Path) -> None:
    made = user(folder, "add", "bert", "--role", "operator", "--at", "district-71", "--no-password")
    granted = user(folder, "grant", "anna", "71-01", "all")
    again = user(folder, "grant", "anna", "all")
    taken = user(folder, "revoke", "anna", "71-01")
    with store.opened(folder) as found:
        found.run("INSERT INTO sealed VALUES ('bert', '71-01', x'00', 0, 0), ('bert', '71-02', x'00', 0, NULL)")
    table = user(folder, "list").stdout.splitlines()
    as_json = {each["name"]: each for each in json.loads(user(folder, "list", "--json").stdout)}

    assert "Each box takes it as soon as it hears of it" in made.stdout
    assert granted.stdout.startswith("anna is granted to 71-01, all.")
    assert again.stdout == "anna had all of that already.\n"
    assert taken.stdout.startswith("anna is taken from 71-01")
    assert table[1].endswith("all (no box has it yet)")
    assert table[2].endswith("district-71 (71-01 since 1970-01-01 00:00 UTC, 71-02 on its way)")
    assert [each["area"] for each in as_json["anna"]["areas"]] == ["all"]
    assert [(each["box"], each["taken_at"] is not None) for each in as_json["bert"]["boxes"]] == [
        ("71-01", True),
        ("71-02", False),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "bert", "--role", "viewer", "--at", "all"), "this is a box"),
        (("grant", "anna", "all"), "this is a box"),
        (("revoke", "anna", "all"), "this is a box"),
    ],
)
def test_a_box_grants_nothing_and_says_where_to_do_it(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    with store.opened(folder) as found:
        found.set_meta("role", "box")

    done = user(folder, *arguments, typed=PASSWORD)

    assert done.returncode == 2
    assert says in done.stderr
    assert "run this on the hub" in done.stderr
    assert user(folder, "list").stdout.splitlines()[1].endswith("this box alone")


def test_what_is_no_area_is_refused_before_a_password_is_asked_for(folder: Path) -> None:
    done = user(folder, "add", "bert", "--role", "viewer", "--at", "Steglitz!")

    assert done.returncode == 2
    assert "no area" in done.stderr
