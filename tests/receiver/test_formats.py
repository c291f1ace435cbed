"""The other formats over HTTP, once each on a real port and a real database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from storage import inputs
from tests.devices.wire.formats.opensensemap import BOX, ID, MAPPINGS, TEMPERATURE
from tests.receiver.conftest import OPERATOR
from tests.support.waiting import until

if TYPE_CHECKING:
    from tests.receiver.conftest import Receiving


async def test_a_sketch_of_a_sensebox_sends_bare_line_feeds_and_its_registry_was_imported(receiver: Receiving) -> None:
    async with receiver.owner.connection() as connection, connection.transaction():
        for each in MAPPINGS:
            key = (each.format, each.box, each.name)
            await inputs.map_name(connection, OPERATOR, key, each.quantity, unit=each.unit, source=each.source)
    address = await receiver.address("opensensemap", BOX)
    line = f"{TEMPERATURE},4.25".ljust(34) + "\n"
    head = (
        f"POST {address.removeprefix(receiver.url)}/boxes/{ID}/data HTTP/1.1\nHost: hub\nContent-Type: text/csv\n"
        f"Connection: close\nContent-Length: {len(line)}\n\n"
    )

    async def is_stored() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
        writer.write((head + line).encode())
        answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 201 Created\r\n")
        assert answer.endswith(b"Measurements saved in box")
        return bool(await receiver.readings())

    await until(is_stored)
    assert (await receiver.readings())[0] == (BOX, "hdc1080", "temperature", 4.25)


async def test_a_pack_that_names_no_device_is_of_the_sender_s_only_box(receiver: Receiving) -> None:
    address = await receiver.address("senml", "keller")

    async with httpx.AsyncClient() as client:
        answer = await client.post(address, json=[{"n": "temp", "u": "Cel", "v": 4.25}])

    assert answer.status_code == 204
    assert await receiver.readings() == [("keller", "core", "temperature", 4.25)]
