"""What a process serves: a hub, a hub's second process, a box."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from api import app as application
from api import box as box_application
from api import server
from api.health import checks
from crisis.log import file
from crisis.log.errors import Unwritable
from kiezbox.errors import OperatorError
from kiezbox.settings import CrisisSettings
from tests.api.conftest import client_of, fail
from tests.api.crisis.support.applications import settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

HEAVY = (
    *("asyncpg", "kiezbox.db", "pyarrow", "api.hub", "api.database", "ingest"),
    *("api.site", "translations.extraction", "babel.messages.extract"),
)


async def test_a_box_shows_its_page_at_the_front_and_nothing_of_the_hub(box: Application) -> None:
    front = await box.client.get("/")
    others = [(await box.client.get(path)).status_code for path in ("/v1/latest", "/v1/boxes", "/sta/v1.1")]

    assert (front.status_code, front.headers["location"]) == (307, "/crisis")
    assert others == [404, 404, 404]


async def test_a_box_leads_a_phone_that_looks_for_a_captive_portal_to_its_page(box: Application) -> None:
    found = {
        path: await box.client.get(path, headers={"Host": "a.maker.example"}) for path in box_application.PORTAL_CHECKS
    }

    assert len(found) > 5
    assert {path: (each.status_code, each.headers["location"]) for path, each in found.items()} == dict.fromkeys(
        box_application.PORTAL_CHECKS, (307, "/crisis")
    )


async def test_a_box_is_ready_while_its_log_takes_calls(box: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    well = await box.client.get("/readyz")

    def refuse(*_args: object) -> None:
        raise Unwritable("the disk is read-only")

    monkeypatch.setattr(file.LogFile, "write", refuse)
    unwell = await box.client.get("/readyz")

    assert (well.status_code, well.json()["ready"]) == (200, True)
    assert (unwell.status_code, unwell.json()["ready"]) == (503, False)
    assert "cannot be written" in unwell.json()["detail"]
    assert unwell.headers["retry-after"]


async def test_a_box_with_no_room_at_all_does_not_promise_to_take_calls(
    box: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_disk", lambda _folder: (True, 0))

    answer = await box.client.get("/readyz")

    assert answer.status_code == 503
    assert "0 MiB are free: hardly a call for help fits, no report" in answer.json()["detail"]


async def test_a_box_with_too_little_room_says_that_only_calls_fit(tmp_path: Path) -> None:
    scarce = settings_of(tmp_path / "box", "box", reserve_mib=1 << 40)
    async with client_of(application.create(scarce, fail)) as client:
        answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert "only calls for help" in answer.json()["detail"]


async def test_a_box_says_what_it_is(box: Application) -> None:
    alive, version, metrics = [await box.client.get(path) for path in ("/livez", "/version", "/metrics")]

    assert alive.json() == {"alive": True}
    assert (version.json()["role"], version.json()["node"]) == ("box", "71-01")
    assert "kiezbox_crisis_events_total" in metrics.text


def test_a_box_loads_nothing_that_only_a_hub_needs(tmp_path: Path) -> None:
    code = """
import asyncio, json, sys
from api import app, server
from kiezbox.settings import Settings
application = app.create(Settings(), print)
async def live():
    async with application.router.lifespan_context(application):
        application.openapi()
asyncio.run(live())
print(json.dumps(sorted(sys.modules)))
"""
    its_own = {"KIEZBOX_ROLE": "box", "KIEZBOX_CRISIS_NODE": "71-01", "KIEZBOX_CRISIS_FOLDER": str(tmp_path / "log")}

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **its_own}, capture_output=True, text=True, check=True
    )

    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "crisis.log.log" in loaded
    assert sorted(loaded & set(HEAVY)) == []


async def test_a_second_process_over_the_same_log_is_refused_and_told_how_to_leave_it_out(tmp_path: Path) -> None:
    first, second = settings_of(tmp_path / "log"), settings_of(tmp_path / "log")

    async with client_of(application.create(first, fail)):
        with pytest.raises(OperatorError) as caught:
            await asyncio.wait_for(server.serve(second, asyncio.Event()), 30)

    assert "already writes the crisis log" in caught.value.message
    assert "KIEZBOX_CRISIS_SERVED=false" in caught.value.hint


async def test_a_hub_s_other_processes_leave_the_crisis_part_out(tmp_path: Path) -> None:
    first = settings_of(tmp_path / "log")
    second = first.model_copy(update={"crisis": CrisisSettings(folder=tmp_path / "log", served=False)})

    async with client_of(application.create(first, fail)), client_of(application.create(second, fail)) as other:
        answers = [(await other.get(path)).status_code for path in ("/livez", "/crisis", "/api/mode")]
        parts = (await other.get("/readyz")).json()["parts"]

    assert answers == [200, 404, 404]
    assert "crisis" not in {part["name"] for part in parts}


def test_a_box_that_should_leave_it_out_would_serve_nothing(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="serves nothing but"):
        application.create(settings_of(tmp_path / "log", "box", served=False), fail)


def test_a_folder_that_cannot_be_used_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    its_own = {"KIEZBOX_ROLE": "box", "KIEZBOX_CRISIS_NODE": "71-01", "KIEZBOX_CRISIS_FOLDER": str(tmp_path / "file")}

    done = subprocess.run(
        [sys.executable, "-m", "stack.cli", "api"],
        env={**os.environ, **its_own, "KIEZBOX_API_PORT": str(settings_of(tmp_path).api.port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2
    assert "the crisis log's folder" in done.stderr
    assert "KIEZBOX_CRISIS_FOLDER" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
