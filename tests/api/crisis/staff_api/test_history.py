"""Who did what: the history for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.http import cursors
from tests.api.crisis.staff_api.support.requests import NOTICE

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_the_history_says_who_did_what_and_pages_back_to_the_beginning(hub: Application) -> None:
    before = hub.node.log.head  # the accounts
    for number in range(5):
        await hub.ask(
            "anna", "PUT", f"/crisis/notices/{uuid4()}", {**NOTICE, "texts": {"de": {"headline": str(number)}}}
        )
    await hub.ask("dana", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "maintenance"})

    seen: list[dict[str, Any]] = []
    path: str | None = "/crisis/history?limit=4"
    while path:
        page = await hub.ask("ewa", "GET", path)
        seen += page.json()["items"]
        path = page.links["next"]["url"] if "next" in page.links else None
    by_dana = (await hub.ask("ewa", "GET", "/crisis/history?actor=dana")).json()["items"]
    of_kind = (await hub.ask("ewa", "GET", "/crisis/history?kind=notice_published&limit=2")).json()

    assert [item["seq"] for item in seen] == list(range(before + 6, 0, -1))
    assert [(item["kind"], item["by"], item["node"]) for item in seen[:2]] == [
        ("mode_set", "dana", "hub"),
        ("notice_published", "anna", "hub"),
    ]
    assert [item["kind"] for item in by_dana] == ["mode_set"]
    assert by_dana[0]["body"]["mode"] == "maintenance"
    assert len(of_kind["items"]) == 2
    assert of_kind["next"]


async def test_the_history_of_one_notice_is_what_happened_to_it(hub: Application) -> None:
    name = uuid4()
    await hub.ask("anna", "PUT", f"/crisis/notices/{uuid4()}", NOTICE)
    await hub.ask("anna", "PUT", f"/crisis/notices/{name}", NOTICE)
    await hub.ask("bert", "DELETE", f"/crisis/notices/{name}")

    items = (await hub.ask("ewa", "GET", f"/crisis/history?about={name}")).json()["items"]

    assert [(item["kind"], item["by"]) for item in items] == [
        ("notice_withdrawn", "bert"),
        ("notice_published", "anna"),
    ]


@pytest.mark.parametrize("seq", [2**63, -(2**63) - 1, 10**30])
async def test_a_cursor_that_no_log_can_have_given_is_refused(hub: Application, seq: int) -> None:
    cursor = cursors.write("/crisis/history", seq)

    answer = await hub.ask("ewa", "GET", f"/crisis/history?cursor={cursor}")

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:kiezbox:problem:invalid-cursor")


async def test_a_mistyped_filter_of_the_history_is_refused(hub: Application) -> None:
    answers = [await hub.ask("ewa", "GET", f"/crisis/history?{query}") for query in ("who=anna", "kind=x", "cursor=x")]

    assert [answer.status_code for answer in answers] == [422, 422, 400]
