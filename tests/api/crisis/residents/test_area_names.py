"""What areas are called where operators named them, and by the Ortsteil where they did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.model import commands
from crisis.model.event_bodies import AreaNamed, PowerSeen, whole
from crisis.state.conclusions import area_names
from devices.readings import Mode
from tests.api.crisis.residents.conftest import HERE, PAGE, client_of
from tests.api.crisis.residents.conftest import open_node as open_node  # noqa: PLC0414 -- a fixture of its own room
from tests.api.crisis.residents.conftest import wall as wall  # noqa: PLC0414 -- the same
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

    Open = Callable[..., AbstractAsyncContextManager[Node]]

SITE = {"latitude": HERE["latitude"], "longitude": HERE["longitude"]}


def test_a_district_is_called_by_the_ortsteile_in_which_most_of_its_boxes_stand() -> None:
    found = area_names.by_ortsteil(
        {"71-01": "Friedenau", "71-02": "Schöneberg", "71-03": "Schöneberg", "72-01": "", "berta": "Mitte"}
    )

    assert found["district-71"] == "Schöneberg, Friedenau"
    assert found["71-01"] == "Friedenau"
    assert "district-72" not in found
    assert "72-01" not in found


@pytest.mark.parametrize(("many", "said"), [(3, "A, B, C"), (5, "A, B, C, …")])
def test_a_name_has_three_ortsteile(many: int, said: str) -> None:
    assert area_names.joined(list("ABCDE"[:many])) == said


@pytest.mark.slow
async def test_a_box_without_a_name_says_its_ortsteil_and_one_with_a_name_its_name(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False, **SITE) as box, client_of(box) as client:
        unnamed = (await client.get("/crisis/bulletin")).json()["place"]
        await box.record(AreaNamed("71-01", "Rathaus"), "hub")
        named = (await client.get("/crisis/bulletin")).json()["place"]
        page = (await client.get("/crisis", headers=PAGE)).text

    assert (unnamed, named) == ("Schöneberg", "Rathaus")
    assert ">Rathaus</span>" in page


@pytest.mark.slow
async def test_an_emergency_elsewhere_is_called_by_its_name_or_by_where_its_boxes_stand(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False, **SITE) as box, client_of(box) as client:
        await box.act(commands.SetMode("district-72", Mode.EMERGENCY, "Ausfall"), DANA)
        unknown = (await client.get("/crisis", headers=PAGE)).text
        await box.record(PowerSeen("72-01", True, whole(box.now()), latitude=52.55, longitude=13.349), "72-01")
        by_place = (await client.get("/crisis", headers=PAGE)).text
        await box.record(AreaNamed("district-72", "Leopoldkiez"), "hub")
        named = (await client.get("/crisis", headers=PAGE)).text

    assert "Notfall in anderen Gebieten: Boxen 72-…" in unknown
    assert "Notfall in anderen Gebieten: Wedding" in by_place
    assert "Notfall in anderen Gebieten: Leopoldkiez" in named


@pytest.mark.slow
async def test_a_name_in_the_settings_of_a_node_counts_more_there(open_node: Open) -> None:
    async with open_node(area_names={"district-71": "Unser Kiez"}) as hub:
        await hub.record(AreaNamed("district-71", "Schöneberg"), "hub")

        assert area_names.given(hub) == {"district-71": "Unser Kiez"}
