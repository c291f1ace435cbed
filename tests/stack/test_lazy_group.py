from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from stack import lazy_group


def test_an_unknown_command_is_refused_without_loading_any() -> None:
    code = "import sys; from stack import cli; cli.app(['nonsense'])"

    done = subprocess.run([sys.executable, "-v", "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "No such command 'nonsense'" in done.stderr
    assert "import 'stack.commands." not in done.stderr


@pytest.mark.parametrize("is_enabled", [True, False])
def test_loading_a_command_leaves_garbage_collection_on_or_off_as_it_was(is_enabled: bool) -> None:
    (gc.enable if is_enabled else gc.disable)()

    try:
        lazy_group.load("settings")
        assert gc.isenabled() == is_enabled
    finally:
        gc.enable()


def test_a_command_has_its_own_name_and_options() -> None:
    command = lazy_group.load("settings")

    assert [parameter.name for parameter in command.params] == ["markdown"]
