"""The situation for staff, and the mode for the existing web app: what is old, or not known, says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis.staff_api import newest_values
from api.crisis.staff_api.newest_values import Value, Values
from crisis.model import commands, event_bodies
from crisis.model.commands import Actor
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.roles import Role
from crisis.presence import Peer
from devices.readings import Mode, Status
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from api.crisis.staff_api.newest_values import Fetch
    from tests.api.crisis.staffed import Staffed

DANA = Actor("dana", Role.COMMANDER)


async def situation(at: Staffed) -> dict[str, Any]:
    answer = await at.ask("ewa", "GET", "/crisis/situation")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def box_of(found: dict[str, Any], box: str) -> dict[str, Any]:
    (made,) = [each for district in found["districts"] for each in district["boxes"] if each["box"] == box]
    return dict(made)


def hear_the_hub(at: Staffed, *, is_silent: bool, ago: timedelta = timedelta()) -> None:
    """As the sync does."""
    at.node.peers = {"hub": Peer("hub", datetime.now(UTC) - ago, is_silent, 0, 0, 0.0)}


# -- the situation ---------------------------------------------------------------------------------------------------


async def test_a_hub_that_knows_nothing_says_so(hub: Staffed) -> None:
    found = await situation(hub)

    assert (found["districts"], found["distress"], found["nodes"], found["stale"]) == ([], [], [], False)
    assert found["this"]["boxes_current"] is False
    assert (found["this"]["values_stale"], found["this"]["values_as_of"]) == (True, None)


async def test_a_box_is_shown_with_its_power_and_its_way(hub: Staffed) -> None:
    now = datetime.now(UTC)
    status = Status(online=True, mains=False, battery_percent=81.5, uplink="mesh", clients=4)
    hub.node.presence.is_current = lambda: True
    hub.node.presence.hear("71-01", status, now - timedelta(seconds=30))
    hub.node.presence.hear("72-01", Status(online=False), now)

    found = await situation(hub)

    assert [
        (each["district"], each["reachable"], each["unreachable"], each["on_battery"]) for each in found["districts"]
    ] == [
        ("71", 1, 0, 1),
        ("72", 0, 1, 0),
    ]
    box = box_of(found, "71-01")
    assert (box["reachable"], box["uplink"], box["clients"]) == (True, "mesh", 4)
    assert (box["power"]["mains"], box["power"]["battery_percent"], box["power"]["hours_left"]) == (False, 81.5, None)
    assert 29 < box["power"]["age_s"] < 90
    assert box_of(found, "72-01")["power"] is None


async def test_without_the_broker_nobody_knows_who_is_reachable(hub: Staffed) -> None:
    hub.node.presence.hear("71-01", Status(online=True, mains=True), datetime.now(UTC))

    box = box_of(await situation(hub), "71-01")

    assert box["reachable"] is None
    assert box["power"]["mains"] is True


async def test_open_calls_and_reports_stand_at_their_boxes(hub: Staffed) -> None:
    call = await hub.node.receive(DistressReceived(text="Rauch", box="71-01"))
    await hub.node.receive(DistressReceived(text="ohne Box"))
    await hub.node.receive(ReportReceived(text="Insulin", box="71-01"))
    answered = await hub.node.receive(ReportReceived(text="beantwortet", box="71-01"))
    await hub.node.act(commands.AnswerReport(answered.id, "ja"), DANA)
    await hub.node.act(commands.TakeDistress(call.id), DANA)

    found = await situation(hub)

    assert found["open"] == {"distress": 2, "escalated": 0, "reports": 1}
    assert [(each["district"], each["open_distress"], each["open_reports"]) for each in found["districts"]] == [
        ("71", 1, 1),
        (None, 1, 0),
    ]
    assert [each["status"] for each in found["distress"]] == ["received", "taken"]
    assert [each["text"] for each in found["reports"]] == ["Insulin"]


async def test_the_mode_that_a_box_shows_is_held_against_what_was_decided(hub: Staffed) -> None:
    now = event_bodies.whole(datetime.now(UTC))
    await hub.node.record(event_bodies.ModeSeen("71-01", Mode.NORMAL, now), "hub")
    await hub.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)

    before = box_of(await situation(hub), "71-01")["mode"]
    await hub.node.record(event_bodies.ModeSeen("71-01", Mode.EMERGENCY, now + timedelta(seconds=1)), "hub")
    after = box_of(await situation(hub), "71-01")["mode"]

    assert (before["decided"], before["seen"], before["agrees"]) == ("emergency", "normal", False)
    assert (after["seen"], after["agrees"]) == ("emergency", True)


async def test_the_newest_values_stay_with_their_age_when_the_database_goes(hub: Staffed) -> None:
    at = datetime.now(UTC) - timedelta(minutes=5)
    known: Values = hub.app.state.values
    known._learn(Value("71-01", "core", "temperature_outside", "Cel", -4.25, at, at))
    known.read_at = at

    found = await situation(hub)

    (value,) = box_of(found, "71-01")["values"]
    assert (value["quantity"], value["value"]) == ("temperature_outside", -4.25)
    assert 299 < value["age_s"] < 400
    assert found["this"]["values_stale"] is True


async def test_values_are_read_again_and_again_and_whole_after_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest_values, "READ_SECONDS", 0.0)
    at = datetime(2026, 1, 3, tzinfo=UTC)
    asked: list[datetime] = []

    def fetch(made: Values) -> Fetch:
        async def answer(_sql: str, since: datetime) -> list[dict[str, object]]:
            asked.append(since)
            if len(asked) == 3:
                raise Unavailable("database")
            if len(asked) == 5:
                raise KeyboardInterrupt
            assert made.read_at is None or len(asked) > 1
            row = {"box": "71-01", "source": "core", "quantity": "noise", "unit": "dB", "value": float(len(asked))}
            return [row | {"measured_at": at, "received_at": at}]

        return answer

    made = Values()
    with pytest.raises(KeyboardInterrupt):
        await made.run(fetch(made))

    assert [since == newest_values._EVER for since in asked] == [True, False, False, True, False]
    assert [value.value for value in made.of("71-01")] == [4.0]


async def test_a_box_without_its_hub_says_that_its_picture_is_old(still_box: Staffed) -> None:
    hear_the_hub(still_box, is_silent=False)
    live = await situation(still_box)
    hear_the_hub(still_box, is_silent=True, ago=timedelta(days=4))
    alone = await situation(still_box)

    assert (live["stale"], live["age_s"]) == (False, 0.0)
    assert alone["stale"] is True
    assert timedelta(days=4).total_seconds() - 5 < alone["age_s"] < timedelta(days=4).total_seconds() + 60
    assert [each["box"] for each in alone["districts"][0]["boxes"]] == ["71-01"]


# -- the existing web app --------------------------------------------------------------------------------------------


def looks_like_an_emergency(answer: dict[str, Any]) -> bool:
    """How the published Kiezbox web app judges `mode`."""
    assert type(answer["mode"]) is int
    return answer["mode"] % 2 == 0


@pytest.mark.parametrize("mode", [Mode.NORMAL, Mode.MAINTENANCE])
async def test_neither_normal_nor_maintenance_looks_like_an_emergency(hub: Staffed, mode: Mode) -> None:
    await hub.node.act(commands.SetMode("all", mode, ""), DANA)

    answer = (await hub.client.get("/api/mode")).json()

    assert not looks_like_an_emergency(answer)
    assert (answer["name"], answer["is_emergency"]) == (mode.value, False)


async def test_an_emergency_looks_like_one_and_says_since_when(still_box: Staffed) -> None:
    hear_the_hub(still_box, is_silent=False)
    await still_box.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Stromausfall"), DANA)

    answer = (await still_box.client.get("/api/mode")).json()

    assert looks_like_an_emergency(answer)
    assert (answer["mode"], answer["is_emergency"], answer["area"]) == (2, True, "district-71")
    assert datetime.fromisoformat(answer["since"]) <= datetime.now(UTC) + timedelta(minutes=1)


async def test_an_exercise_and_a_stale_emergency_look_like_none(still_box: Staffed) -> None:
    hear_the_hub(still_box, is_silent=False)
    await still_box.node.act(commands.SetMode("all", Mode.EMERGENCY, "Übung", exercise=True), DANA)
    exercise = (await still_box.client.get("/api/mode")).json()
    await still_box.node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
    hear_the_hub(still_box, is_silent=True, ago=timedelta(days=1))
    stale = (await still_box.client.get("/api/mode")).json()

    assert not looks_like_an_emergency(exercise)
    assert exercise["exercise"] is True
    assert not looks_like_an_emergency(stale)
    assert (stale["name"], stale["stale"], stale["is_emergency"]) == ("emergency", True, False)
    assert stale["age_s"] > 86_000


async def test_a_box_that_never_heard_its_hub_does_not_know_how_old_its_mode_is(still_box: Staffed) -> None:
    answer = (await still_box.client.get("/api/mode")).json()

    assert (answer["stale"], answer["as_of"], answer["age_s"], answer["mode"]) == (True, None, None, 1)


async def test_a_phone_that_polls_the_mode_gets_a_304_until_it_changes(hub: Staffed) -> None:
    first = await hub.client.get("/api/mode")
    known = {"If-None-Match": first.headers["etag"]}
    same = await hub.client.get("/api/mode", headers=known)
    await hub.node.act(commands.SetMode("all", Mode.EMERGENCY, ""), DANA)
    other = await hub.client.get("/api/mode", headers=known)

    assert (first.status_code, same.status_code, other.status_code) == (200, 304, 200)
    assert same.content == b""


async def test_the_app_learns_where_its_box_stands(hub: Staffed) -> None:
    unknown = (await hub.client.get("/api/info")).json()
    settings = hub.node.settings
    hub.node.settings = settings.model_copy(update={"latitude": 52.4886, "longitude": 13.3425, "place": "Rathaus"})
    known = (await hub.client.get("/api/info")).json()
    mode = (await hub.client.get("/api/mode")).json()

    assert (unknown["lon"], unknown["lat"], unknown["coordinates"]) == (None, None, None)
    assert (known["lon"], known["lat"], known["place"]) == (13.3425, 52.4886, "Rathaus")
    assert known["coordinates"] == mode["coordinates"] == [13.3425, 52.4886]
