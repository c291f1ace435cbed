"""What EMQX would get from the database is what the table of rights says, for every kind of credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stack.broker import emqx, rights
from stack.broker.rights import Rights
from storage import credentials
from storage.box_history import Author, Via
from storage.credentials import Credential, Kind
from tests.stack.broker.support.brokers import HASHES
from tests.stack.support.command_in_process import Group

if TYPE_CHECKING:
    from kiezbox.db import Connection, Pool
    from kiezbox.settings import DatabaseSettings

ANNA = Author("anna", Via.COMMAND)
OF_BOXES = (
    credentials.of_box("71-01", Kind.SENSOR, HASHES),
    credentials.of_box("71-02", Kind.NODE, HASHES),
    credentials.of_box("71-03", Kind.NODE, HASHES, areas=("district-73", "74-01", "harbour")),
    credentials.of_box("balcony", Kind.NODE, HASHES),
    credentials.of_box("balcony-2", Kind.ESPHOME, HASHES, areas=("72-01",)),
    credentials.of_box("71-04", Kind.ESPHOME, HASHES),
    credentials.of_box("roof", Kind.MESHTASTIC, HASHES, mesh="msh/EU_868/!12345678"),
    credentials.of_box("71-05", Kind.MESHTASTIC, HASHES, mesh="msh/EU_868/berlin/!0000000a"),
)
OF_THE_HUB = tuple(Credential(f"of-{kind}", kind, HASHES) for kind in Kind if not kind.is_of_box)


async def allowed(connection: Connection, username: str, query: str) -> Rights:
    """What the rows for a user allow. EMQX makes `${username}` a parameter of a prepared statement."""
    rows = await connection.fetch(query.replace("${username}", "$1"), username)
    assert {row["permission"] for row in rows} <= {"allow"}
    publish, subscribe = ([row["topic"] for row in rows if row["action"] == way] for way in ("publish", "subscribe"))
    assert len(publish) + len(subscribe) == len(rows)
    return Rights(tuple(sorted(publish)), tuple(sorted(subscribe)))


async def hashes(connection: Connection, username: str) -> list[str]:
    rows = await connection.fetch(emqx.authentication().replace("${username}", "$1"), username)
    return [row["password_hash"] for row in rows]


def test_every_kind_is_asked_for() -> None:
    assert {each.kind for each in (*OF_BOXES, *OF_THE_HUB)} == set(Kind)


async def test_emqx_allows_each_credential_what_the_table_of_rights_says(pool: Pool) -> None:
    roots = ("msh", "mesh/berlin")
    found, expected = {}, {}
    async with pool.connection() as connection:
        for each in OF_BOXES:
            await credentials.issue(connection, ANNA, each)
        for each in OF_THE_HUB:
            await credentials.keep(connection, each)
        for each in (*OF_BOXES, *OF_THE_HUB):
            known = rights.of(each, roots)
            expected[each.username] = Rights(tuple(sorted(known.publish)), tuple(sorted(known.subscribe)))
            found[each.username] = await allowed(connection, each.username, emqx.authorization(roots))

    assert found == expected


async def test_emqx_lets_nobody_in_who_is_revoked_or_unknown(pool: Pool) -> None:
    async with pool.connection() as connection:
        await credentials.issue(connection, ANNA, OF_BOXES[0])
        before = await hashes(connection, "71-01")
        await credentials.revoke(connection, ANNA, "71-01")

        assert before == [HASHES.bcrypt]
        for name in ("71-01", "", "71-01' OR 'a' = 'a"):
            assert await hashes(connection, name) == []
            assert await allowed(connection, name, emqx.authorization()) == Rights()


@pytest.mark.parametrize("what", ["authentication", "authorization"])
def test_the_command_prints_one_query_for_emqx_with_the_roots_that_are_set(
    what: str, database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEZBOX_MQTT_MESH_ROOTS", '["mesh/berlin"]')

    done = Group("broker", database)("emqx", what)

    expected = emqx.authentication() if what == "authentication" else emqx.authorization(("mesh/berlin",))
    assert (done.returncode, done.stdout, done.stderr) == (0, expected + "\n", "")
