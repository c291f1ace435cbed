from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http import cursors

if TYPE_CHECKING:
    import httpx


@pytest.mark.parametrize(
    ("path", "cursor"),
    [
        ("boxes", "!"),
        ("boxes", "AAAA"),
        ("boxes", "%C3%A4"),
        ("boxes", cursors.write("latest", "a", "b", "c")),
        ("boxes", cursors.write("boxes", 7)),
        ("boxes", cursors.write("boxes", "a\0b")),
        ("latest", cursors.write("latest", "a", "b")),
        ("latest", cursors.write("latest", "a", "b", "\0")),
        ("readings", cursors.write("readings", "x", "y")),
        ("readings", cursors.write("readings", 10**30, 1)),
        ("readings", cursors.write("readings", 0, 2**31)),
        ("readings", cursors.write("readings", 0, -1)),
        ("readings", "W" * 499),
    ],
)
async def test_a_cursor_that_the_list_did_not_give_is_a_400_problem(
    client: httpx.AsyncClient, path: str, cursor: str
) -> None:
    response = await client.get(f"/v1/{path}?cursor={cursor}")

    problem = response.json()
    assert response.status_code == 400
    assert problem["type"] == "urn:kiezbox:problem:invalid-cursor"
    assert problem["errors"][0]["parameter"] == "cursor"
