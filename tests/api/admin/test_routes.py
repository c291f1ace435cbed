"""Admins register, rename, move and retire boxes over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.crisis.support.applications import Application, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.settings import Settings

PATH = "/v1/admin/boxes"
TOWN_HALL = {"latitude": 52.4886, "longitude": 13.3425}
LIBRARY = {"latitude": 52.5123, "longitude": 13.3901}
CHANGES = [
    ("register", {}),
    ("rename", {"name": "Rathaus"}),
    ("move", {"position": TOWN_HALL}),
    ("retire", None),
]


@pytest.fixture
async def hub(settings: Settings) -> AsyncIterator[Application]:
    """A hub with its database."""
    async with running(settings) as made:
        yield made


async def change(hub: Application, box: str, what: str, body: Any = None, who: str = "finn") -> Any:
    return await hub.ask(who, "POST", f"{PATH}/{box}/{what}", body)


async def test_a_box_is_registered_renamed_moved_retired_and_brought_back(hub: Application) -> None:
    made = await change(hub, "71-01", "register", {"name": "Rathaus", "position": TOWN_HALL})
    named = await change(hub, "71-01", "rename", {"name": "Bücherei"})
    moved = await change(hub, "71-01", "move", {"position": LIBRARY})
    retired = await change(hub, "71-01", "retire")
    back = await change(hub, "71-01", "register")
    shown = (await hub.ask("finn", "GET", f"{PATH}/71-01")).json()

    assert [answer.status_code for answer in (made, named, moved, retired, back)] == [200] * 5
    assert (made.json()["state"], made.json()["name"], made.json()["position"]) == ("registered", "Rathaus", TOWN_HALL)
    assert (retired.json()["state"], back.json()["state"]) == ("retired", "registered")
    assert (shown["box"]["name"], shown["box"]["position"]) == ("Bücherei", LIBRARY)
    assert [place["latitude"] for place in shown["places"]] == [52.5123, 52.4886]
    assert [(each["change"], each["actor"], each["via"]) for each in shown["changes"]] == [
        (kind, "finn", "api") for kind in ("register", "retire", "move", "rename", "register")
    ]


async def test_the_list_has_retired_boxes_too_and_goes_on_where_it_ended(hub: Application) -> None:
    for box in ("71-01", "71-02", "71-03"):
        await change(hub, box, "register")
    await change(hub, "71-02", "retire")

    first = (await hub.ask("finn", "GET", f"{PATH}?limit=2")).json()
    second = (await hub.ask("finn", "GET", f"{PATH}?cursor={first['next']}")).json()

    found = [(item["box"], item["state"]) for item in (*first["items"], *second["items"])]
    assert found == [("71-01", "registered"), ("71-02", "retired"), ("71-03", "registered")]
    assert second["next"] is None


@pytest.mark.parametrize("who", ["anna", "cem", "dana", "ewa"])
async def test_only_an_admin_may_see_or_change_boxes_here(hub: Application, who: str) -> None:
    refused = [await change(hub, "71-01", what, body, who) for what, body in CHANGES]
    refused += [await hub.ask(who, "GET", path) for path in (PATH, f"{PATH}/71-01")]

    assert {answer.status_code for answer in refused} == {403}
    assert "manage_boxes" in refused[0].json()["detail"]
    assert (await hub.ask("finn", "GET", PATH)).json()["items"] == []


async def test_nobody_without_an_account_may_see_or_change_boxes_here(hub: Application) -> None:
    refused = [await hub.client.post(f"{PATH}/71-01/{what}", json=body) for what, body in CHANGES]
    refused += [await hub.client.get(PATH)]

    assert {answer.status_code for answer in refused} == {401}


@pytest.mark.parametrize(
    ("box", "what", "body", "status", "said"),
    [
        ("71-O1", "register", {}, 422, "is no box id"),
        ("71-01", "register", {}, 409, "71-01 is registered already"),
        ("71-02", "register", {"since": "2026-01-05T09:00:00Z"}, 422, "A time without a place"),
        ("71-02", "register", {"naem": "x"}, 422, "#/naem"),
        ("71-02", "register", {"name": "x\u202e"}, 422, "characters that nobody sees"),
        ("71-10", "rename", {"name": "x"}, 404, "There is no box 71-10"),
        ("71-10", "retire", None, 404, "There is no box 71-10"),
        ("71-01", "rename", {}, 422, "#/name"),
        ("71-01", "move", {"position": {"latitude": 91, "longitude": 0}}, 422, "#/position/latitude"),
        ("71-01", "move", {"position": TOWN_HALL, "since": "2099-01-01T00:00:00Z"}, 422, "cannot be moved from"),
        ("71-01", "move", {"position": TOWN_HALL, "since": "2026-01-05T09:00:00"}, 422, "#/since"),
    ],
)
async def test_a_mistake_says_what_is_wrong_and_changes_nothing(
    hub: Application, box: str, what: str, body: Any, *, status: int, said: str
) -> None:
    await change(hub, "71-01", "register")

    refused = await change(hub, box, what, body)

    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert said in refused.json()["detail"]
    (left,) = (await hub.ask("finn", "GET", PATH)).json()["items"]
    assert (left["box"], left["name"], left["position"]) == ("71-01", None, None)


async def test_a_process_without_the_crisis_part_has_no_accounts_and_no_such_routes(settings: Settings) -> None:
    crisis = settings.crisis.model_copy(update={"served": False})
    async with running(settings.model_copy(update={"crisis": crisis})) as other:
        assert (await other.ask("finn", "GET", PATH)).status_code == 404
