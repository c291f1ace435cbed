"""The HTTP part of docs/security.md: every route of a hub and of a box, asked by every principal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.crisis.support.applications import running, settings_of
from tests.security.support import draft, requests, tables
from tests.security.support.requests import NO, PROOF, YES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.security.support.requests import Door

TABLE = tables.read("route")
WHERE = "at"


@pytest.fixture(params=requests.NODES)
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Door]:
    """A hub or a box without database and broker: who may do what is decided without them."""
    async with running(settings_of(tmp_path / request.param, request.param)) as application:
        yield await requests.door_of(application)


def node_of(door: Door) -> str:
    return "hub" if door.application.node.is_hub else "box"


async def test_every_route_is_in_the_table_and_no_other(door: Door) -> None:
    said = {route for route, row in TABLE.rows.items() if node_of(door) in row[WHERE].split()}
    found = set(requests.routes(door.application))

    assert found - said == set(), f"add a row to docs/security.md; {draft.COMMAND} drafts it"
    assert said - found == set()


async def test_each_principal_may_exactly_what_the_table_says(door: Door) -> None:
    wrong, pairs = [], 0
    for name, row in TABLE.rows.items():
        if node_of(door) not in row[WHERE].split():
            continue
        method, route = name.split(" ")
        for principal in requests.PRINCIPALS:
            answer = await door.ask(method, route, principal)
            pairs += 1
            found = PROOF if row[principal] == PROOF and not answer.begins_session else NO if answer.is_refused else YES
            if found != row[principal]:
                wrong.append(f"{name} as {principal}: {row[principal]}, but {answer.status}")

    assert wrong == []
    assert pairs >= 400


async def test_a_wall_display_opens_its_page_and_what_is_public_and_is_told_so_elsewhere(door: Door) -> None:
    wrong = []
    for name, row in TABLE.rows.items():
        method, route = name.split(" ")
        if row[requests.ANONYMOUS] == PROOF or route == requests.SIGN_OUT or node_of(door) not in row[WHERE].split():
            continue
        answer = await door.ask(method, route, requests.WALL)
        may = name in requests.WALL_ROUTES or row[requests.ANONYMOUS] == YES
        if answer.is_refused if may else answer.status != 403:
            wrong.append(f"{name}: {answer.status}")

    assert wrong == []
    assert set(requests.WALL_ROUTES) <= set(TABLE.rows)


async def test_what_another_site_makes_a_browser_send_changes_nothing(door: Door) -> None:
    wrong = []
    for name, row in TABLE.rows.items():
        method, route = name.split(" ")
        if method == "GET" or row[requests.ANONYMOUS] == YES or node_of(door) not in row[WHERE].split():
            continue
        for principal in requests.PEOPLE:
            answer = await door.ask(method, route, principal, forged=True)
            if not answer.is_refused:
                wrong.append(f"{name} as {principal}: {answer.status}")

    assert wrong == []
    state = door.application.node.state
    assert (state.notices(), state.points(), state.area_modes(), state.mode_at("71-01").since) == ((), (), (), None)


def test_the_table_knows_no_other_word() -> None:
    assert TABLE.columns == (WHERE, *requests.PRINCIPALS)
    assert {row[principal] for row in TABLE.rows.values() for principal in requests.PRINCIPALS} == {YES, PROOF, NO}
    assert {where for row in TABLE.rows.values() for where in row[WHERE].split()} == set(requests.NODES)
