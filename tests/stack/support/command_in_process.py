"""A group of commands of `kiezbox`, run in this process: starting Python for each takes a second."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from stack import cli

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings


@dataclass(frozen=True, slots=True)
class Done:
    """The output of a command, and its exit code."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """What it wrote for machines."""
        return json.loads(self.stdout)


@dataclass(frozen=True, slots=True)
class Group:
    """The commands of a group, on one database."""

    name: str
    database: DatabaseSettings

    def __call__(self, *arguments: str) -> Done:
        """Run one of them as `kiezbox` does."""
        out, errors = io.StringIO(), io.StringIO()
        code = 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
            patch.setenv("KIEZBOX_DATABASE_URL", self.database.url.get_secret_value())
            try:
                cli.app([self.name, *arguments], standalone_mode=False)
            except Exception as error:  # noqa: BLE001 -- as main() does
                code = cli.explain(error)
        return Done(code, out.getvalue(), errors.getvalue())
