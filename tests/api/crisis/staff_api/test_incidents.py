"""Incidents, tasks and units in the situation that programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.model.incidents.commands import CloseIncident, PutCard, PutIncident
from crisis.model.incidents.contents import TaskState, UnitStatus
from tests.api.crisis.support import events
from tests.crisis.support.examples import DANA, incident, task, unit

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


async def test_the_situation_has_open_incidents_tasks_and_units(hub: Application) -> None:
    name, closed = uuid4(), uuid4()
    calls = [await events.call(hub, "Aufzug", people=number) for number in (2, 3)]
    await events.act(hub, PutIncident(name, incident(priority=2, exercise=False), tuple(calls), same=True), DANA)
    await events.act(hub, PutIncident(closed, incident()), DANA)
    await events.act(hub, CloseIncident(closed, "nichts"), DANA)
    for state in (TaskState.STARTED, TaskState.DONE):
        await events.act(hub, PutCard(uuid4(), task(incident=name, state=state)), DANA)
    for released in (False, True):
        force = unit(leaders=1, sub_leaders=3, helpers=12, status=UnitStatus.AT_THE_SCENE, is_released=released)
        await events.act(hub, PutCard(uuid4(), force), DANA)

    found = (await hub.ask("ewa", "GET", "/crisis/situation")).json()

    (one,) = found["incidents"]
    assert (one["id"], one["number"], one["people"], one["people_sum"]) == (str(name), "E 1", 3, 5)
    assert [(link["item"], link["same"]) for link in one["links"]] == [(str(call), True) for call in calls]
    assert [(each["state"], each["incident"]) for each in found["tasks"]] == [("started", str(name))]
    assert [(each["status"], each["strength"]) for each in found["units"]] == [(4, "1/3/12//16")]
