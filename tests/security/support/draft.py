"""Drafts of the tables of docs/security.md as the code has them now, for a person to judge: is that meant?

python -m tests.security.support.draft          writes the page, and says which lines changed; `proof` stays where it is
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import tempfile
from pathlib import Path

from storage import rights
from storage.rights import Role
from tests.api.crisis.support.applications import running, settings_of
from tests.security.support import requests, tables, topics

COMMAND = "python -m tests.security.support.draft"


def of_database() -> list[str]:
    """The lines of the table of relations."""
    return [
        _line([f"`{relation}`", *(cells.get(role, tables.NOTHING) for role in Role)])
        for relation, cells in sorted(rights.RIGHTS.items())
    ]


def of_mqtt() -> list[str]:
    """The lines of the table of topics."""
    return [
        _line([f"`{line}`", *(topics.cell(principal, line) for principal in topics.PRINCIPALS)])
        for line in topics.LINES
    ]


async def of_http() -> list[str]:
    """The lines of the table of routes: what each principal gets from a hub and from a box."""
    said = tables.read("route").rows
    found: dict[str, tuple[list[str], list[str]]] = {}
    for node in requests.NODES:
        with tempfile.TemporaryDirectory() as folder:
            async with running(settings_of(Path(folder), node)) as application:
                door = await requests.door_of(application)
                for name in requests.routes(application):
                    method, route = name.split(" ")
                    cells = [
                        requests.PROOF
                        if said.get(name, {}).get(principal) == requests.PROOF
                        else requests.NO
                        if (await door.ask(method, route, principal)).is_refused
                        else requests.YES
                        for principal in requests.PRINCIPALS
                    ]
                    found.setdefault(name, ([], cells))[0].append(node)
    return [_line([f"`{name}`", " ".join(nodes), *cells]) for name, (nodes, cells) in found.items()]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def replaced(page: str, first: str, lines: list[str]) -> str:
    """The page with other lines in the table whose first column has this name."""
    before, head, rest = page.partition(f"| {first} |")
    columns, dashes, after = rest.split("\n", 2)
    _, gap, below = after.partition("\n\n")
    return f"{before}{head}{columns}\n{dashes}\n" + "\n".join(lines) + gap + below


def main() -> None:
    """Write the page."""
    logging.disable(logging.CRITICAL)
    before = page = tables.PAGE.read_text(encoding="utf-8")
    for first, lines in (("route", asyncio.run(of_http())), ("topic", of_mqtt()), ("relation", of_database())):
        page = replaced(page, first, lines)
    tables.PAGE.write_text(page, encoding="utf-8")
    changed = [line for line in difflib.ndiff(before.splitlines(), page.splitlines()) if line[0] in "+-"]
    print("\n".join(changed) or "nothing changed")  # noqa: T201 -- a program of the shell


if __name__ == "__main__":
    main()
