"""The API on a standby: it reads, and looks for news once a second, because a standby cannot listen."""

from __future__ import annotations

import dataclasses
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import SecretStr

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from stack.embedded import postgres
from storage import migrate
from tests.api.conftest import serving
from tests.api.support import rows
from tests.api.support.sse_client import listen
from tests.conftest import running

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import Settings
    from stack.embedded.postgres import Postgres


def _answers(server: Postgres) -> bool:
    command = [str(postgres.binary("pg_isready")), "-q", "-d", server.url()]
    return subprocess.run(command, check=False).returncode == 0


@pytest.mark.slow
async def test_on_a_standby_everything_is_read_and_the_stream_follows(settings: Settings, scratch: Path) -> None:
    folder = scratch / "replicated"
    folder.mkdir()
    primary = postgres.for_folder(folder, durable=False, with_reader=False)
    primary.prepare()
    standby = dataclasses.replace(primary, folder=folder / "standby", socket_folder=scratch / "standby-socket")
    (folder / "output-of-standby").mkdir()
    with running(primary.program(), folder, lambda: _answers(primary)):
        at_primary = DatabaseSettings(url=SecretStr(primary.url()))
        async with db.connect(at_primary, "tests") as connection:
            await migrate.apply(connection)
        postgres._make_private(standby.folder, standby.account)
        primary._run(
            "pg_basebackup", "--checkpoint=fast", "-R", "-D", str(standby.folder), "-d", primary.url(postgres.SUPERUSER)
        )
        standby.prepare()
        async with db.pool(at_primary, "tests") as pool:
            await rows.commit(pool, *rows.minutes(3))
            with running(standby.program(), folder / "output-of-standby", lambda: _answers(standby)):
                database = DatabaseSettings(url=SecretStr(standby.url()))
                async with (
                    serving(settings.model_copy(update={"database": database})) as served,
                    httpx.AsyncClient(verify=False, base_url=served.url) as client,
                    listen(served.url) as events,
                ):
                    ready = (await client.get("/readyz")).json()
                    await rows.commit(pool, *rows.minutes(4))
                    await events.named("readings")
                    latest = (await client.get("/v1/latest")).json()["items"]

    parts = {part["name"]: part["ok"] for part in ready["parts"]}
    assert (parts["database"], parts["schema"], parts["stream"]) == (True, True, True)
    assert len(latest) == 1
