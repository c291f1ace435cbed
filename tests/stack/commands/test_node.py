"""`kiezbox node`: members of the crisis part from the command line."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from crisis.trust import registry
from crisis.trust.identity import Identity
from stack import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Done:
    """The output of a command, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Runs the command in this process, at a hub or, with `role`, at a box."""

    def run(*arguments: str, role: str = "hub", name: str = "") -> Done:
        out, errors = io.StringIO(), io.StringIO()
        code = 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
            patch.setenv("KIEZBOX_ROLE", role)
            patch.setenv("KIEZBOX_CRISIS_FOLDER", str(tmp_path / role))
            if name:
                patch.setenv("KIEZBOX_CRISIS_NODE", name)
            try:
                cli.app(["node", *arguments], standalone_mode=False)
            except Exception as error:  # noqa: BLE001 -- as main() does
                code = cli.explain(error)
        return Done(code, out.getvalue(), errors.getvalue())

    monkeypatch.chdir(tmp_path)
    return run


def test_a_box_is_added_and_joins(node: Callable[..., Done], tmp_path: Path) -> None:
    added = node("add", "71-01", "--areas", "district-71")
    joined = node("join", "71-01.json", role="box", name="71-01")

    hub, box = Identity(tmp_path / "hub", "hub", is_hub=True), Identity(tmp_path / "box", "71-01", is_hub=False)
    assert (added.returncode, joined.returncode) == (0, 0)
    assert "kiezbox node join 71-01.json" in added.stdout
    assert "71-01 joins hub" in joined.stdout
    assert (tmp_path / "71-01.json").stat().st_mode & 0o777 == 0o600
    assert box.root == hub.root
    assert box.is_joining


def test_without_areas_a_box_gets_its_district(node: Callable[..., Done], tmp_path: Path) -> None:
    node("add", "71-01")
    node("add", "berta", "--areas", "district-71,district-72")

    with registry.opened(tmp_path / "hub") as opened:
        assert {each.name: each.areas for each in opened.members()} == {
            "71-01": ("district-71",),
            "berta": ("district-71", "district-72"),
        }


def test_the_list_says_who_may_join_and_who_is_revoked(node: Callable[..., Done]) -> None:
    node("add", "71-01")
    node("add", "71-02")
    node("revoke", "71-02", "--reason", "gestohlen")

    listed = json.loads(node("list", "--json").stdout)
    shown = node("list").stdout

    assert [(each["name"], each["state"], each["reason"]) for each in listed["nodes"]] == [
        ("71-01", "may join", ""),
        ("71-02", "revoked", "gestohlen"),
    ]
    assert "71-02           revoked" in shown
    assert "secret" not in json.dumps(listed)


def test_the_areas_of_a_node_are_changed(node: Callable[..., Done]) -> None:
    node("add", "71-01")

    done = node("areas", "71-01", "district-71", "district-72")

    assert done.returncode == 0
    assert json.loads(node("list", "--json").stdout)["nodes"][0]["areas"] == ["district-71", "district-72"]


def test_the_mixed_time_is_closed_and_opened_again(node: Callable[..., Done]) -> None:
    node("add", "71-01")
    closed = node("close")
    was = json.loads(node("list", "--json").stdout)["closed"]
    node("close", "--undo")

    assert (closed.stdout, closed.stderr) == ("Only members are heard from now on.\n", "Not joined yet: 71-01\n")
    assert was is True
    assert json.loads(node("list", "--json").stdout)["closed"] is False


def test_a_new_key_is_made_only_when_people_say_so_twice(node: Callable[..., Done], tmp_path: Path) -> None:
    node("add", "71-01")
    before = Identity(tmp_path / "hub", "hub", is_hub=True).root

    refused, done = node("new-key"), node("new-key", "--yes")

    assert refused.returncode == 2
    assert "every box must join again" in refused.stderr
    assert "kiezbox node add NAME (71-01)" in done.stdout
    assert Identity(tmp_path / "hub", "hub", is_hub=True).root != before


def test_a_hub_without_its_key_says_what_to_do(node: Callable[..., Done], tmp_path: Path) -> None:
    node("add", "71-01")
    (tmp_path / "hub" / "trust" / "node.key").unlink()

    done = node("add", "71-02")

    assert done.returncode == 2
    assert "restore the folder from a backup" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "role", "said"),
    [
        (("add", "Box 1"), "hub", "no box id"),
        (("add", "hub"), "hub", "this hub itself"),
        (("add", "71-01", "--areas", "Steglitz!"), "hub", "no area"),
        (("add", "71-01", "--to", "/nowhere/x.json"), "hub", "name another file"),
        (("add", "71-01"), "box", "a command for a hub"),
        (("revoke", "99-01"), "hub", "there is no node 99-01"),
        (("areas", "99-01", "all"), "hub", "there is no node 99-01"),
        (("accept", "99-01"), "hub", "there is no node 99-01"),
        (("join", "missing.json"), "box", "cannot be read"),
        (("join", "wrong.json"), "box", "not the bundle of a node"),
        (("join", "wrong.json"), "hub", "a command for a box"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(
    node: Callable[..., Done], tmp_path: Path, arguments: tuple[str, ...], role: str, said: str
) -> None:
    (tmp_path / "wrong.json").write_text('{"kind": "something else"}')

    done = node(*arguments, role=role, name="" if role == "hub" else "71-01")

    assert done.returncode == 2
    assert said in done.stderr
    assert "->" in done.stderr


@pytest.mark.parametrize("text", ["", "no JSON", "[" * 60_000, "{}"], ids=["empty", "text", "deep", "no bundle"])
def test_a_file_that_is_no_bundle_is_refused(node: Callable[..., Done], tmp_path: Path, text: str) -> None:
    (tmp_path / "71-01.json").write_text(text)

    done = node("join", "71-01.json", role="box", name="71-01")

    assert done.returncode == 2
    assert "is not the bundle of a node" in done.stderr


def test_another_box_s_bundle_is_refused(node: Callable[..., Done], tmp_path: Path) -> None:
    node("add", "71-01")

    done = node("join", "71-01.json", role="box", name="71-02")

    assert "the bundle is for 71-01, and this box is 71-02" in done.stderr
    assert not (tmp_path / "box" / "trust").exists()
