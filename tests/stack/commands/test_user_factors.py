"""`kiezbox user badge`, `factor` and `link`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import accounts, store
from crisis.accounts.factors import badges, identities, requirements
from crisis.model.roles import Role
from tests.stack.commands.test_user import user

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The crisis folder of a hub with anna, an operator."""
    with store.opened(tmp_path) as made:
        accounts.add(made, "anna", Role.OPERATOR, None, NOW)
    return tmp_path


def test_a_badge_is_made_shown_once_released_and_revoked(folder: Path) -> None:
    made = user(folder, "badge", "add", "anna")
    code = made.stdout.strip()
    with store.opened(folder) as opened:
        entry = badges.use(opened, code, "", NOW)
    (listed,) = json.loads(user(folder, "badge", "list", "--json").stdout)
    released = user(folder, "badge", "release", entry.serial)
    revoked = user(folder, "badge", "revoke", entry.serial.lower())

    assert (made.returncode, entry.account) == (0, "anna")
    assert f"Badge {entry.serial} of anna, shown this once" in made.stderr
    assert (listed["badge"], listed["has_device"], listed["made_by"]) == (entry.serial, True, "command line")
    assert code not in user(folder, "badge", "list").stdout
    assert "belongs to the next device" in released.stdout
    assert "good for nothing any more" in revoked.stdout


def test_which_roles_need_a_second_factor_is_set_and_shown(folder: Path) -> None:
    done = user(folder, "factor", "require", "operator", "admin")
    (listed,) = json.loads(user(folder, "factor", "list", "--json").stdout)
    off = user(folder, "factor", "require", "--off")

    assert "A second factor is needed by: operator, admin." in done.stdout
    assert listed["is_required"]
    assert "needed by: no role" in off.stdout
    with store.opened(folder) as opened:
        assert requirements.required(opened) == ()


def test_an_account_is_linked_to_somebody_at_the_provider(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = user(folder, "link", "anna", "7f3c")
    monkeypatch.setenv("KIEZBOX_OIDC_ISSUER", "https://login.example")

    done = user(folder, "link", "anna", "7f3c")

    assert (without.returncode, done.returncode) == (2, 0)
    assert "set KIEZBOX_OIDC_ISSUER" in without.stderr
    with store.opened(folder) as opened:
        assert identities.account_of(opened, "https://login.example", "7f3c") == "anna"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("badge", "add", "bert"), "there is no account 'bert'"),
        (("badge", "revoke", "ZZZZ"), "there is no badge 'ZZZZ' that is good"),
        (("factor", "require"), "which roles?"),
        (("factor", "require", "admin", "--off"), "which roles?"),
        (("factor", "reset", "bert"), "there is no account 'bert'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    done = user(folder, *arguments)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
