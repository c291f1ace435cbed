"""What staff's programs can do, and what they are told when they cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import jsonschema_rs
import pytest

from crisis.log import file
from crisis.log.errors import Full, Unwritable
from tests.api.crisis.staff_api.support.requests import NOTICE, POINT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow

OURS = ("/crisis/situation", "/crisis/notices", "/crisis/points", "/crisis/history")


@pytest.mark.parametrize("path", [*OURS, "/crisis/stream"])
async def test_nobody_reads_without_signing_in(hub: Application, path: str) -> None:
    response = await hub.client.get(path)

    assert response.status_code == 401
    assert response.json()["type"] == "urn:kiezbox:problem:not-signed-in"


async def test_a_viewer_sees_and_changes_nothing(hub: Application) -> None:
    before = hub.node.log.head
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
    assert hub.node.log.head == before


@pytest.mark.parametrize(("error", "status"), [(Full("full"), 507), (Unwritable("read-only"), 503)])
async def test_what_the_disk_does_not_take_is_said_and_was_not_done(
    hub: Application, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
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
    hub: Application, *, is_announced: bool
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


async def test_every_answer_says_as_of_when_it_is(hub: Application) -> None:
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


async def test_every_address_of_staff_shows_an_example_that_fits_its_schema(hub: Application) -> None:
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
