"""What staff's programs can do, and what they are told when they cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import jsonschema_rs
import pytest

from api.http import cursors
from crisis.log import file
from crisis.log.errors import Full, Unwritable
from crisis.model.event_bodies import DistressReceived, ReportReceived

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tests.api.crisis.staffed import Staffed

pytestmark = pytest.mark.slow

NOTICE = {"texts": {"de": {"headline": "Stromausfall"}}, "severity": "Severe", "area": "district-71"}
POINT = {"kind": "water", "name": "Brunnen", "latitude": 52.48, "longitude": 13.34}
OURS = ("/crisis/situation", "/crisis/notices", "/crisis/points", "/crisis/history")


def why(response: httpx.Response) -> tuple[int, str]:
    """The refusal of an answer."""
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["why"]


@pytest.mark.parametrize("path", [*OURS, "/crisis/stream"])
async def test_nobody_reads_without_signing_in(hub: Staffed, path: str) -> None:
    response = await hub.client.get(path)

    assert response.status_code == 401
    assert response.json()["type"] == "urn:kiezbox:problem:not-signed-in"


async def test_a_viewer_sees_and_changes_nothing(hub: Staffed) -> None:
    seen = [(await hub.ask("ewa", "GET", path)).status_code for path in OURS]
    done = [
        await hub.ask("ewa", "PUT", f"/crisis/notices/{uuid4()}", NOTICE),
        await hub.ask("ewa", "PUT", f"/crisis/points/{uuid4()}", POINT),
        await hub.ask("ewa", "POST", "/crisis/mode", {"action": "propose", "area": "all"}),
        await hub.ask("ewa", "POST", f"/crisis/distress/{uuid4()}/take", {}),
        await hub.ask("ewa", "POST", f"/crisis/reports/{uuid4()}/answer", {"text": "x"}),
    ]

    assert seen == [200] * len(OURS)
    assert [response.status_code for response in done] == [403] * len(done)
    assert hub.node.log.head == 0


async def test_a_notice_is_published_changed_and_withdrawn_for_good(hub: Staffed) -> None:
    path = f"/crisis/notices/{uuid4()}"

    made = await hub.ask("anna", "PUT", path, NOTICE)
    changed = await hub.ask("bert", "PUT", path, {**NOTICE, "severity": "Extreme"})
    same = await hub.ask("bert", "PUT", path, {**NOTICE, "severity": "Extreme"})
    gone = await hub.ask("anna", "DELETE", f"{path}?reason=Irrtum")
    again = await hub.ask("anna", "PUT", path, NOTICE)

    assert (made.status_code, made.json()["notice"]["state"]) == (201, "active")
    assert (changed.status_code, changed.json()["notice"]["severity"]) == (200, "Extreme")
    assert (changed.json()["notice"]["published"]["by"], changed.json()["notice"]["changed"]["by"]) == ("anna", "bert")
    assert why(same) == (409, "already_so")
    assert (gone.json()["notice"]["state"], gone.json()["notice"]["withdrawn_reason"]) == ("withdrawn", "Irrtum")
    assert why(again) == (409, "is_withdrawn")
    listed = (await hub.ask("ewa", "GET", "/crisis/notices")).json()
    assert [item["state"] for item in listed["items"]] == ["withdrawn"]


@pytest.mark.parametrize(
    ("sheet", "pointer"),
    [
        ({"texts": {"en": {"headline": "x"}}}, "#/"),
        ({**NOTICE, "severity": "awful"}, "#/severity"),
        ({**NOTICE, "until_at": "tomorrow"}, "#/until_at"),
        ({**NOTICE, "headlines": 1}, "#/headlines"),
        ({**NOTICE, "area": "Berlin!"}, "#/area"),
    ],
)
async def test_a_notice_that_is_none_is_refused_with_the_place_of_what_is_wrong(
    hub: Staffed, sheet: dict[str, Any], pointer: str
) -> None:
    response = await hub.ask("anna", "PUT", f"/crisis/notices/{uuid4()}", sheet)

    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_a_notice_cannot_end_in_the_past(hub: Staffed) -> None:
    over = (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    response = await hub.ask("anna", "PUT", f"/crisis/notices/{uuid4()}", {**NOTICE, "until_at": over})

    assert why(response) == (409, "is_over")


async def test_a_place_of_help_is_entered_changed_closed_and_opened_again(hub: Staffed) -> None:
    path = f"/crisis/points/{uuid4()}"

    made = await hub.ask("anna", "PUT", path, {**POINT, "confirmed_at": "2025-11-23T08:00:00+01:00"})
    closed = await hub.ask("anna", "DELETE", path)
    twice = await hub.ask("anna", "DELETE", path)
    opened = await hub.ask("bert", "PUT", path, POINT)

    assert made.status_code == 201
    assert made.json()["point"]["confirmed_at"] == "2025-11-23T07:00:00.000Z"
    assert closed.json()["point"]["closed"]["by"] == "anna"
    assert why(twice) == (409, "is_closed")
    assert (opened.status_code, opened.json()["point"]["closed"]) == (200, None)
    assert len((await hub.ask("ewa", "GET", "/crisis/points")).json()["items"]) == 1


async def test_an_emergency_takes_two_people_or_a_commander(hub: Staffed) -> None:
    propose = {"action": "propose", "area": "district-71", "reason": "Stromausfall"}

    proposed = await hub.ask("anna", "POST", "/crisis/mode", propose)
    proposal = proposed.json()["mode"]["proposals"][0]["id"]
    alone = await hub.ask("anna", "POST", "/crisis/mode", {"action": "confirm", "proposal": proposal})
    direct = await hub.ask("bert", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "emergency"})
    confirmed = await hub.ask("bert", "POST", "/crisis/mode", {"action": "confirm", "proposal": proposal})
    commander = await hub.ask("dana", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "emergency"})
    nonsense = await hub.ask("dana", "POST", "/crisis/mode", {"action": "cancel"})

    assert proposed.json()["mode"]["mode"] is None
    assert why(alone) == (409, "own_proposal")
    assert why(direct) == (409, "needs_second_person")
    mode = confirmed.json()["mode"]
    assert (mode["mode"], mode["proposed_by"], mode["decided"]["by"]) == ("emergency", "anna", "bert")
    assert commander.status_code == 200
    assert nonsense.status_code == 422


async def test_a_call_for_help_is_taken_closed_and_never_taken_back(hub: Staffed) -> None:
    call = await hub.node.receive(DistressReceived(text="Rauch im Keller"))
    path = f"/crisis/distress/{call.id}"

    early = await hub.ask("cem", "POST", f"{path}/close", {"outcome": "x"})
    taken = await hub.ask("cem", "POST", f"{path}/take", {"note": "Streife 3"})
    theirs = await hub.ask("dana", "POST", f"{path}/take", {})
    over = await hub.ask("dana", "POST", f"{path}/take", {"over": True})
    empty = await hub.ask("dana", "POST", f"{path}/close", {"outcome": " "})
    closed = await hub.ask("dana", "POST", f"{path}/close", {"outcome": "gelöscht"})
    late = await hub.ask("cem", "POST", f"{path}/take", {})
    unknown = await hub.ask("cem", "POST", f"/crisis/distress/{uuid4()}/take", {})

    assert why(early) == (409, "not_taken")
    assert (taken.json()["distress"]["status"], taken.json()["distress"]["taken"][0]["text"]) == ("taken", "Streife 3")
    assert why(theirs) == (409, "is_taken")
    assert "cem" in theirs.json()["detail"]
    assert [said["did"]["by"] for said in over.json()["distress"]["taken"]] == ["cem", "dana"]
    assert why(empty) == (422, "bad_value")
    assert closed.json()["distress"]["status"] == "closed"
    assert why(late) == (409, "is_closed")
    assert why(unknown) == (404, "unknown")


async def test_a_report_is_answered_by_its_id_or_its_receipt(hub: Staffed) -> None:
    report = await hub.node.receive(ReportReceived(text="Insulin"))

    by_id = await hub.ask("cem", "POST", f"/crisis/reports/{report.id}/answer", {"text": "Rathaus"})
    typed = report.receipt.lower().replace("-", " ")
    by_receipt = await hub.ask("anna", "POST", f"/crisis/reports/{typed}/answer", {"text": "Bis 20 Uhr"})
    unknown = await hub.ask("anna", "POST", "/crisis/reports/nothing/answer", {"text": "x"})

    assert by_id.status_code == 200
    assert [answer["text"] for answer in by_receipt.json()["report"]["answers"]] == ["Rathaus", "Bis 20 Uhr"]
    assert unknown.status_code == 404


async def test_the_history_says_who_did_what_and_pages_back_to_the_beginning(hub: Staffed) -> None:
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

    assert [item["seq"] for item in seen] == [6, 5, 4, 3, 2, 1]
    assert [(item["kind"], item["by"], item["node"]) for item in seen[:2]] == [
        ("mode_set", "dana", "hub"),
        ("notice_published", "anna", "hub"),
    ]
    assert [item["kind"] for item in by_dana] == ["mode_set"]
    assert by_dana[0]["body"]["mode"] == "maintenance"
    assert len(of_kind["items"]) == 2
    assert of_kind["next"]


async def test_the_history_of_one_notice_is_what_happened_to_it(hub: Staffed) -> None:
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
async def test_a_cursor_that_no_log_can_have_given_is_refused(hub: Staffed, seq: int) -> None:
    cursor = cursors.write("/crisis/history", seq)

    answer = await hub.ask("ewa", "GET", f"/crisis/history?cursor={cursor}")

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:kiezbox:problem:invalid-cursor")


async def test_a_mistyped_filter_of_the_history_is_refused(hub: Staffed) -> None:
    answers = [await hub.ask("ewa", "GET", f"/crisis/history?{query}") for query in ("who=anna", "kind=x", "cursor=x")]

    assert [answer.status_code for answer in answers] == [422, 422, 400]


@pytest.mark.parametrize(("error", "status"), [(Full("full"), 507), (Unwritable("read-only"), 503)])
async def test_what_the_disk_does_not_take_is_said_and_was_not_done(
    hub: Staffed, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def refuse(*_args: object) -> None:
        raise error

    monkeypatch.setattr(file.LogFile, "write", refuse)

    response = await hub.ask("anna", "PUT", f"/crisis/notices/{uuid4()}", NOTICE)

    assert response.status_code == status
    assert "Nothing of this was kept" in response.json()["detail"]
    assert response.headers["retry-after"]
    assert hub.node.state.notices() == ()


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_that_is_too_large_is_refused_before_anybody_asks_who_sent_it(
    hub: Staffed, *, is_announced: bool
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    body = b" " * 2_000_000 if is_announced else parts()
    answer = await hub.client.put(
        f"/crisis/notices/{uuid4()}", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1024 kB" in answer.json()["detail"]


async def test_every_answer_says_as_of_when_it_is(hub: Staffed) -> None:
    answers = [
        *[await hub.ask("anna", "GET", path) for path in OURS],
        await hub.ask("anna", "PUT", f"/crisis/points/{uuid4()}", POINT),
        await hub.client.get("/api/mode"),
        await hub.client.get("/api/info"),
    ]

    for answer in answers:
        assert answer.json()["age_s"] == 0.0
        age = datetime.now(UTC) - datetime.fromisoformat(answer.json()["as_of"])
        assert timedelta(seconds=-60) < age < timedelta(seconds=60)


async def test_every_address_of_staff_shows_an_example_that_fits_its_schema(hub: Staffed) -> None:
    document = hub.app.openapi()
    checked = 0
    for path, methods in document["paths"].items():
        if not path.startswith(("/crisis/", "/api/")):
            continue
        for operation in methods.values():
            content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
            if "example" in content:
                schema = {**content["schema"], "components": document["components"]}
                jsonschema_rs.validator_for(schema, validate_formats=True).validate(content["example"])
                checked += 1

    assert checked >= 14
