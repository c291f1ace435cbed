"""The crisis part as real processes: nodes apart for days, and without database and broker."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from fastapi import routing

from api import app as application
from tests.api.conftest import fail
from tests.api.crisis.support.applications import settings_of
from tests.conftest import unused_port
from tests.crisis.support.tcp_relay import relay
from tests.support.waiting import until
from tests.system.support import crisis_nodes, unresponsive
from tests.system.support.processes import HANGING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kiezbox.settings import MqttSettings
    from tests.system.support.crisis_nodes import Node

pytestmark = [pytest.mark.system, pytest.mark.slow]

NOTICE = {"texts": {"de": {"headline": "Stromausfall"}}, "area": "all", "severity": "Moderate"}
POINT = {"kind": "kat_leuchtturm", "name": "Rathaus"}
REPORTS = 15  # of each box's residents while the nodes are apart


async def test_days_apart_lose_nothing_double_nothing_and_end_in_one_state(
    broker: MqttSettings, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        wires = [await stack.enter_async_context(relay(broker, free_port())) for _ in range(4)]
        names = ("hub-e7", "e7-01", "e7-02", "e7-03")  # used by no other test: the broker also serves later tests
        nodes = [
            await stack.enter_async_context(
                crisis_nodes.running(
                    name,
                    tmp_path,
                    {
                        "KIEZBOX_ROLE": "hub" if name == names[0] else "box",
                        "KIEZBOX_MQTT_PORT": str(wire.settings.port),
                        "KIEZBOX_DATABASE_URL": f"postgresql://kiezbox@127.0.0.1:{unused_port()}/none",
                    },
                    None if name == names[0] else names[0],
                )
            )
            for name, wire in zip(names, wires, strict=True)
        ]
        hub, first, second, third = nodes
        notice, point = f"/crisis/notices/{uuid4()}", f"/crisis/points/{uuid4()}"
        await hub.do("anna", "PUT", notice, NOTICE)
        await hub.do("anna", "PUT", point, POINT)
        before = await first.do("", "POST", "/crisis/distress", {"kind": "fire", "text": "before"})
        await level(nodes)

        for wire in wires:
            await wire.cut()
        # At the hub and at two boxes staff change the same things differently.
        await hub.do("anna", "PUT", notice, {**NOTICE, "severity": "Extreme"})
        await first.do("bert", "PUT", notice, {**NOTICE, "area": "district-e7"})
        await second.do("bert", "DELETE", f"{notice}?reason=falsch")
        await second.do("anna", "DELETE", point)
        await hub.do("dana", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "emergency"})
        await first.do("anna", "POST", "/crisis/mode", {"action": "propose", "area": "e7-01", "reason": "nur hier"})
        await first.do("cem", "POST", f"/crisis/distress/{before['id']}/take", {"note": "first"})
        await second.do("dana", "POST", f"/crisis/distress/{before['id']}/take", {"note": "second"})
        taken = [before, *[each for box in (first, second, third) for each in await residents_write(box)]]
        third.part.kill(signal.SIGKILL)  # its power fails as well
        await third.start()
        for wire in wires:
            await wire.join()
        await level(nodes)

        histories = [shared(await node.history()) for node in nodes]
        about = await third.history(f"&about={notice.rpartition('/')[2]}")
        situation = await third.situation()

    written = {item["id"] for items in histories for item in items}
    for items in histories:
        assert {item["id"] for item in items} == written
        assert len(items) == len(written)
    assert {each["id"] for each in taken} <= written
    assert len({each["receipt"] for each in taken}) == len(taken) == 1 + 3 * (REPORTS + 1)
    # The withdrawal wins; both changes are kept and can be read.
    (notice,) = situation["notices"]
    assert (notice["state"], notice["severity"], notice["area"]) == ("withdrawn", "Extreme", "district-e7")
    assert sorted((item["kind"], item["by"], item["node"]) for item in about) == [
        ("notice_published", "anna", "hub-e7"),
        ("notice_published", "anna", "hub-e7"),
        ("notice_published", "bert", "e7-01"),
        ("notice_withdrawn", "bert", "e7-02"),
    ]
    (call,) = [each for each in situation["distress"] if each["id"] == before["id"]]
    assert sorted(each["did"]["by"] for each in call["taken"]) == ["cem", "dana"]
    assert {each["area"]: each["mode"] for each in situation["modes"]} == {"all": "emergency", "e7-01": None}
    assert situation["points"][0]["closed"]["by"] == "anna"


async def residents_write(box: Node) -> list[dict[str, str]]:
    """The receipts of what residents of a box sent."""
    sent = [box.do("", "POST", "/crisis/reports", {"text": f"{box.name} {number}"}) for number in range(REPORTS)]
    sent.append(box.do("", "POST", "/crisis/distress", {"text": f"call at {box.name}"}))
    return list(await asyncio.gather(*sent))


def shared(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What every node hears of: a hub's accounts, and who signs in where, are not for all."""
    return [item for item in items if not item["kind"].startswith(("account_", "local_account_", "sign"))]


async def level(nodes: list[Node]) -> None:
    """Return when all nodes have the same events and the same state."""

    async def is_level() -> bool:
        ids = [{item["id"] for item in shared(await node.history())} for node in nodes]
        if any(each != ids[0] for each in ids):
            return False
        situations = [await node.situation() for node in nodes]
        return all(each == situations[0] for each in situations)

    await until(is_level, 90.0)


# -- without database and broker ------------------------------------------------------------------------------------

PARAMETERS = {
    "distress": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e",
    "notice": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e",
    "point": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e",
    "report": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e",
}
MUST_BE_GOOD = (
    *("/crisis", "/crisis/bulletin", "/crisis/situation", "/crisis/notices", "/crisis/points", "/crisis/history"),
    *("/api/mode", "/api/info", "/livez"),
)


def addresses(folder: Path) -> list[tuple[str, str]]:
    """Every method and path of the crisis part, with something in the place of each parameter."""
    app = application.create(settings_of(folder), fail)
    found = []
    for context in routing.iter_route_contexts(app.routes):
        path = context.path or ""
        if not path.startswith(("/crisis", "/api/")):
            continue
        for name in (part.strip("{}").partition(":")[0] for part in path.split("/") if part.startswith("{")):
            path = path.replace("{" + name + "}", PARAMETERS.get(name, "x"))
        found += [(method, path) for method in sorted(context.methods or ())]
    return found


@pytest.mark.parametrize(
    ("database", "mqtt"),
    [(unresponsive.silent, unresponsive.dropping), (unresponsive.dropping, unresponsive.silent)],
    ids=["database silent, broker dropping", "database dropping, broker silent"],
)
async def test_every_address_answers_while_database_and_broker_are_black_holes(
    tmp_path: Path,
    database: Callable[[], AbstractContextManager[int]],
    mqtt: Callable[[], AbstractContextManager[int]],
) -> None:
    asked = addresses(tmp_path / "unused")
    with database() as database_port, mqtt() as mqtt_port:
        patient = {
            # Whatever waits for database or broker waits longer than this test.
            "KIEZBOX_DATABASE_URL": f"postgresql://kiezbox@127.0.0.1:{database_port}/kiezbox",
            "KIEZBOX_DATABASE_CONNECT_TIMEOUT_SECONDS": "600",
            "KIEZBOX_DATABASE_COMMAND_TIMEOUT_SECONDS": "600",
            "KIEZBOX_MQTT_PORT": str(mqtt_port),
            "KIEZBOX_ROLE": "hub",
        }
        async with crisis_nodes.running("hub", tmp_path, patient) as hub:
            statuses = {(method, path): await status_of(hub, method, path) for method, path in asked}
            good = {path: await status_of(hub, "GET", path) for path in MUST_BE_GOOD}
            call = await hub.do("", "POST", "/crisis/distress", {"text": "Rauch"})
            await hub.do("cem", "POST", f"/crisis/distress/{call['id']}/take", {})
            await hub.do("cem", "POST", f"/crisis/distress/{call['id']}/close", {"outcome": "gelöscht"})
            report = await hub.do("", "POST", "/crisis/reports", {"text": "Insulin"})
            await hub.do("cem", "POST", f"/crisis/reports/{report['receipt']}/answer", {"text": "Rathaus"})
            state = await hub.do("", "GET", f"/crisis/reports/{report['receipt']}")
            await hub.do("anna", "PUT", f"/crisis/notices/{uuid4()}", NOTICE)
            await hub.do("dana", "POST", "/crisis/mode", {"action": "set", "area": "all", "mode": "emergency"})
            mode = await hub.do("", "GET", "/api/mode")

    assert len(statuses) > 20
    assert {each: status for each, status in statuses.items() if status >= 500} == {}
    assert set(good.values()) == {200}
    assert state["state"] == "answered"
    assert mode["mode"] == 2


async def status_of(hub: Node, method: str, path: str) -> int:
    """The status of the answer, without its body: a stream never ends."""
    url = f"http://127.0.0.1:{hub.port}"
    async with (
        httpx.AsyncClient(verify=False, base_url=url, timeout=HANGING_SECONDS, headers=hub.headers["dana"]) as client,
        client.stream(method, path) as response,
    ):
        return response.status_code
