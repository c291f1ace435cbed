"""The documents name only what is there: files, headings, settings, commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from kiezbox.settings import OTHERS
from stack import cli
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENTS = sorted(
    path for place in ("*.md", "docs/**/*.md", "deploy/**/*.md", "firmware-sim/*.md") for path in ROOT.glob(place)
)
# Used by docker-compose.yml and by the tests; kiezbox/settings.py does not read them.
OTHER_VARIABLES = {"KIEZBOX_BOX_PASSWORD", "KIEZBOX_DB_PASSWORD", *OTHERS}

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
_COMMAND = re.compile(r"\bkiezbox ((?:[a-z]+ ?)+)")


def of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as links write them."""
    headings = re.findall(r"^#+ (.+)$", of(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> Iterator[str]:
    """The links within the project that lead nowhere."""
    for link in _LINK.findall(of(document)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def missing_paths(document: Path) -> Iterator[str]:
    """The paths of this project that a document names and that do not exist."""
    ours = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")} - {"data"}
    for quoted in _QUOTED.findall(of(document)):
        if (
            _PATH.fullmatch(quoted)
            and quoted.partition("/")[0] in ours
            and "NNNN" not in quoted
            and not (ROOT / quoted).exists()
        ):
            yield quoted


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_in_a_document_leads_somewhere(document: Path) -> None:
    assert list(broken_links(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    assert list(missing_paths(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_variable_that_a_document_names_is_a_setting(document: Path) -> None:
    settings = set(re.findall(r"KIEZBOX_[A-Z0-9_]+[A-Z0-9]", of(ROOT / "docs" / "configuration.md")))
    named = set(re.findall(r"KIEZBOX_[A-Z0-9_]+[A-Z0-9]", of(document)))

    assert named - settings - OTHER_VARIABLES == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_that_a_document_names_is_there(document: Path) -> None:
    lines = re.findall(r"^(?: {4}|sudo )?(?:\S*/)?(kiezbox .*)$", of(document), re.MULTILINE)
    code = [*_QUOTED.findall(of(document)), *lines]
    named = {found[1].split()[0] for text in code if (found := _COMMAND.match(text))}

    assert named - set(cli.COMMANDS) == set()


def test_a_document_that_names_what_is_not_there_is_found(tmp_path: Path) -> None:
    document = tmp_path / "x.md"
    document.write_text("# A b\n[here](#a-b) [gone](none.md) [x](#c) `docs/none.md` `docs/crisis.md` `a/b`\n")

    assert list(broken_links(document)) == ["none.md", "#c"]
    assert list(missing_paths(document)) == ["docs/none.md"]


def test_the_documents_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/crisis.md"} <= {name_of(path) for path in DOCUMENTS}
