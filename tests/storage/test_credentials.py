from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import boxes, credentials
from storage.box_errors import BoxStateError, InvalidBoxError, UnknownBoxError
from storage.box_history import Author, Via
from storage.credentials import Credential, Hashes, Kind

if TYPE_CHECKING:
    from kiezbox.db import Connection, Pool

ANNA = Author("anna", Via.COMMAND)
OLD, NEW = Hashes("old bcrypt", "old pbkdf2"), Hashes("new bcrypt", "new pbkdf2")


async def issued(
    connection: Connection, box: str = "71-01", kind: Kind = Kind.SENSOR, hashes: Hashes = OLD
) -> Credential:
    return await credentials.issue(connection, ANNA, credentials.of_box(box, kind, hashes))


async def test_a_box_and_its_node_have_a_user_each(pool: Pool) -> None:
    async with pool.connection() as connection:
        await issued(connection)
        await issued(connection, kind=Kind.NODE)

        found = await credentials.listed(connection, "71-01")

    assert [(each.username, each.kind, each.box) for each in found] == [
        ("71-01", Kind.SENSOR, "71-01"),
        ("71-01-node", Kind.NODE, "71-01"),
    ]


async def test_a_new_credential_takes_the_place_of_the_one_before(pool: Pool) -> None:
    async with pool.connection() as connection:
        await issued(connection)
        await credentials.revoke(connection, ANNA, "71-01")
        await issued(connection, hashes=NEW)

        (found,) = await credentials.listed(connection)

    assert (found.hashes, found.revoked_at) == (NEW, None)


async def test_revoking_takes_all_of_a_box_or_one(pool: Pool) -> None:
    async with pool.connection() as connection:
        await issued(connection)
        await issued(connection, kind=Kind.NODE)
        await issued(connection, box="71-02")

        one = await credentials.revoke(connection, ANNA, "71-01", "71-01-node")
        rest = await credentials.revoke(connection, ANNA, "71-01")
        valid = [each.username for each in await credentials.listed(connection) if each.revoked_at is None]

    assert (one, rest, valid) == (["71-01-node"], ["71-01"], ["71-02"])


async def test_who_gave_and_revoked_it_is_in_the_history_of_the_box(pool: Pool) -> None:
    async with pool.connection() as connection:
        await issued(connection, kind=Kind.NODE)
        await credentials.revoke(connection, ANNA, "71-01")

        changes = (await boxes.history(connection, "71-01")).changes

    assert [(each.kind.value, each.author, dict(each.after)) for each in changes] == [
        ("revoke", ANNA, {"user": "71-01-node"}),
        ("credential", ANNA, {"user": "71-01-node"}),
    ]


async def test_a_retired_box_gets_no_credential(pool: Pool) -> None:
    async with pool.connection() as connection:
        await boxes.register(connection, ANNA, "71-01")
        await boxes.retire(connection, ANNA, "71-01")

        with pytest.raises(BoxStateError, match="71-01 is retired"):
            await issued(connection)


async def test_a_box_that_is_called_as_another_s_node_gets_no_credential(pool: Pool) -> None:
    async with pool.connection() as connection:
        await issued(connection, kind=Kind.NODE)

        with pytest.raises(BoxStateError, match="71-01-node belongs to another box"):
            await issued(connection, box="71-01-node")


async def test_what_has_no_credential_cannot_be_revoked(pool: Pool) -> None:
    async with pool.connection() as connection:
        await boxes.register(connection, ANNA, "71-01")

        with pytest.raises(BoxStateError, match="71-01 has no credential"):
            await credentials.revoke(connection, ANNA, "71-01")
        with pytest.raises(UnknownBoxError):
            await credentials.revoke(connection, ANNA, "71-09")


async def test_a_box_cannot_take_the_name_of_a_session_of_the_hub(pool: Pool) -> None:
    async with pool.connection() as connection:
        await credentials.keep(connection, Credential("my-ingest", Kind.INGEST, OLD))

        with pytest.raises(BoxStateError, match="or to the hub"):
            await issued(connection, box="my-ingest")
        await issued(connection, box="71-01")
        with pytest.raises(BoxStateError, match="belongs to another box"):
            await credentials.keep(connection, Credential("71-01", Kind.INGEST, OLD))


@pytest.mark.parametrize("name", ["anonymous", "a b", "a:b", "a\nb", "#", "", "-a", "x" * 65])
async def test_a_user_name_that_a_broker_s_file_could_misread_is_refused(pool: Pool, name: str) -> None:
    async with pool.connection() as connection:
        with pytest.raises(InvalidBoxError, match="cannot be a user name"):
            await credentials.keep(connection, Credential(name, Kind.INGEST, OLD))


@pytest.mark.parametrize(
    ("box", "kind", "mesh"),
    [
        ("71/01", Kind.SENSOR, None),
        ("00-00", Kind.SENSOR, None),
        ("hub", Kind.SENSOR, None),
        ("all", Kind.SENSOR, None),
        ("district-71", Kind.SENSOR, None),
        ("kiezbox-ingest", Kind.SENSOR, None),
        ("roof", Kind.MESHTASTIC, None),
        ("roof", Kind.MESHTASTIC, "msh/#/!12345678"),
        ("roof", Kind.MESHTASTIC, "msh/EU_868/+"),
        ("roof", Kind.SENSOR, "msh/EU_868/!12345678"),
    ],
)
def test_no_credential_is_made_for_what_is_no_box_or_no_gateway(box: str, kind: Kind, mesh: str | None) -> None:
    with pytest.raises(InvalidBoxError):
        credentials.of_box(box, kind, OLD, mesh=mesh)


@pytest.mark.parametrize("area", ["#", "district-71/x", "", "a b"])
def test_no_credential_is_made_for_what_is_no_area(area: str) -> None:
    with pytest.raises(InvalidBoxError, match="is no area"):
        credentials.of_box("71-01", Kind.NODE, OLD, areas=(area,))
