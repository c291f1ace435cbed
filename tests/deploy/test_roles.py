"""deploy/timescaledb/roles.sh, which makes docker-compose.yml's database, on a server that has TimescaleDB."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from stack.commands import doctor_compose
from stack.embedded import postgres
from storage import migrate, rights, roles
from storage.migrate import Tier
from tests import servers
from tests.conftest import ROOT, Server
from tests.servers import Native

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

SECRETS = {name: f"k4f0a9c3e7b15d28c60e{number}" for number, name in enumerate(doctor_compose.SECRETS[1:7])}


@pytest.fixture(scope="module")
def host(scratch: Path) -> Iterator[Native]:
    """A server of its own, because roles belong to all databases of a server."""
    folder = scratch / "roles"  # other tests have theirs in `scratch`
    folder.mkdir()
    with servers.open_host("apache", folder) as found:
        assert isinstance(found, Native)
        yield found


def run(host: Native) -> None:
    admin = urlsplit(host.server.admin_url)
    query = {name: values[0] for name, values in parse_qs(admin.query).items()}
    environment = {
        "PATH": f"{postgres.binary('psql').parent}:{os.environ['PATH']}",
        "PGHOST": query.get("host") or admin.hostname or "",
        "PGPORT": query.get("port") or str(admin.port or 5432),
        "POSTGRES_USER": admin.username or "postgres",
        "POSTGRES_DB": admin.path.lstrip("/"),
        **SECRETS,
    }
    done = subprocess.run(
        ["sh", str(ROOT / "deploy" / "timescaledb" / "roles.sh")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def test_kiezbox_can_migrate_and_grafana_can_only_read(host: Native) -> None:
    run(host)
    run(host)  # as after a restored backup

    url = urlsplit(host.server.admin_url)._replace(path="/kiezbox")
    _, _, where = url.netloc.rpartition("@")
    kiezbox, reader = (
        DatabaseSettings(url=SecretStr(url._replace(netloc=f"{role}@{where}").geturl()))
        for role in ("kiezbox", "kiezbox_reader")
    )
    async with db.connect(kiezbox, "tests") as connection:
        await migrate.apply(connection)
        await roles.apply(connection, Tier.APACHE)

        assert await migrate.verify(connection) is Tier.APACHE
        assert (await roles.standing(connection, Tier.APACHE)).differing == (roles.HAND_OVER,)
        # What timescaledb-update does next.
        Server(url.geturl(), "kiezbox").run(roles.HAND_OVER)
        assert await roles.standing(connection, Tier.APACHE) == roles.Standing("kiezbox", (), ())
        found = await connection.fetch("SELECT rolname::text, rolconfig FROM pg_roles WHERE rolname ~ '^kiezbox_'")
        assert {row["rolname"]: sorted(row["rolconfig"] or []) for row in found} == {
            role: sorted(f"{name}={value}" for name, value in rights.SESSION[role].items()) for role in rights.Role
        }
        assert not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    async with db.connect(reader, "tests") as connection:
        assert await connection.fetchval("SELECT count(*) FROM latest") == 0
        assert await connection.fetchval("SHOW transaction_read_only") == "on"
        with pytest.raises(Exception, match="permission denied"):
            await connection.fetchval("SELECT body FROM crisis_event")
