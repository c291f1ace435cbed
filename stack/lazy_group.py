"""A group that imports the module of a command only when that command runs, so that `kiezbox --help` is quick."""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    import typer

PACKAGE = "stack.commands"


class LazyGroup(TyperGroup):
    """The group lists its commands with their help; the command that runs is loaded: `app` of its module in PACKAGE."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments name, loaded. An unknown name is refused without loading anything."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(str(name)), rest


def load(name: str) -> Any:
    """The command of that name, with the modules that it needs.

    Garbage collection is off meanwhile: modules stay, and searching them for garbage takes a fifth of a box's start.
    """
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        module = importlib.import_module(f"{PACKAGE}.{name}")
    finally:
        if is_collecting:
            gc.freeze()
            gc.enable()
    return get_command(module.app)


def list_command(group: typer.Typer, name: str, summary: str) -> None:
    """Show a command in the group's help without its module."""
    group.command(name, help=summary)(_run_nothing)


def _run_nothing() -> None:
    """Never runs: `LazyGroup` puts the loaded command in its place."""
