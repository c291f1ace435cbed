"""The feed and the alerts as programs of the public ask for them, at a hub and at a box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import feedparser

from tests.api.crisis.alerts.support import readers
from tests.api.crisis.staff_api.support.requests import NOTICE
from tests.api.crisis.support.applications import running, settings_of

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.api.crisis.support.applications import Application

FEED = "/crisis/alerts.atom"
ROOT = "http://api"


async def publish(application: Application, **more: Any) -> str:
    name = str(uuid4())
    response = await application.ask("anna", "PUT", f"/crisis/notices/{name}", {**NOTICE, "hazard": "blackout", **more})
    assert response.status_code == 201
    return name


async def feed(application: Application, path: str = FEED) -> Any:
    response = await application.client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/atom+xml")
    found = feedparser.parse(response.content)
    assert not found.bozo, found.bozo_exception
    return found


async def alert_of(application: Application, entry: Any) -> httpx.Response:
    (link,) = [each for each in entry.links if each.rel == "alternate"]
    assert link.type == "application/cap+xml"
    return await application.client.get(link.href.removeprefix(ROOT))


async def test_a_feed_reader_finds_what_holds_and_each_alert_behind_its_link(hub: Application) -> None:
    await publish(hub)
    await publish(hub, texts={"de": {"headline": "Hitze"}}, hazard="heat", exercise=True)

    found = await feed(hub)

    assert [entry.title for entry in found.entries] == ["ÜBUNG: Hitze", "Stromausfall"]
    assert {link.href for link in found.feed.links} == {f"{ROOT}{FEED}", f"{ROOT}/crisis"}
    for entry in found.entries:
        response = await alert_of(hub, entry)
        assert response.headers["content-type"] == "application/cap+xml"
        assert readers.is_valid(response.content)
        assert readers.bound(response.content).identifier == entry.id


async def test_a_reader_that_follows_references_ends_with_what_holds(hub: Application) -> None:
    held: dict[tuple[str, str, str], Any] = {}

    async def listen() -> None:
        for entry in reversed((await feed(hub)).entries):
            alert = readers.bound((await alert_of(hub, entry)).content)
            for reference in alert.references_to_list() if alert.references else ():
                held.pop((reference.sender, reference.identifier, str(reference.sent)), None)
            if alert.msg_type.value != "Cancel":
                held[alert.sender, alert.identifier, str(alert.sent)] = alert

    name = await publish(hub)
    await listen()
    await hub.ask("anna", "PUT", f"/crisis/notices/{name}", {**NOTICE, "severity": "Extreme"})
    await listen()
    other = await publish(hub, texts={"de": {"headline": "Strom weg, auch in Steglitz"}}, replaces=name)
    await listen()

    assert [alert.infos[0].headline for alert in held.values()] == ["Strom weg, auch in Steglitz"]
    await hub.ask("anna", "DELETE", f"/crisis/notices/{other}?reason=geheim")
    await listen()
    assert held == {}


async def test_why_a_notice_was_withdrawn_stays_with_staff(hub: Application) -> None:
    name = await publish(hub)
    await hub.ask("anna", "DELETE", f"/crisis/notices/{name}?reason=Tippfehler")

    (entry,) = (await feed(hub)).entries
    document = (await alert_of(hub, entry)).text

    assert entry.title == "Gilt nicht mehr: Stromausfall"
    assert "Tippfehler" not in document
    assert "anna" not in document


async def test_an_earlier_message_stays_readable(hub: Application) -> None:
    name = await publish(hub)
    (entry,) = (await feed(hub)).entries
    before = await alert_of(hub, entry)

    await hub.ask("anna", "PUT", f"/crisis/notices/{name}", {**NOTICE, "severity": "Extreme"})

    assert (await alert_of(hub, entry)).content == before.content


async def test_what_is_unchanged_is_not_sent_again(hub: Application) -> None:
    await publish(hub)
    (entry,) = (await feed(hub)).entries
    for path in (FEED, f"/crisis/alerts/{entry.id.removeprefix('urn:uuid:')}.xml"):
        first = await hub.client.get(path)

        again = await hub.client.get(path, headers={"If-None-Match": first.headers["etag"]})

        assert (again.status_code, again.content) == (304, b"")
    before = (await hub.client.get(FEED)).headers["etag"]
    await publish(hub)
    assert (await hub.client.get(FEED)).headers["etag"] != before


async def test_an_empty_feed_is_a_feed(hub: Application) -> None:
    found = await feed(hub)

    assert (found.entries, found.feed.title) == ([], "Kiezbox (keine amtliche Warnung)")


async def test_an_unknown_alert_is_a_problem_that_says_so(hub: Application) -> None:
    unknown = await hub.client.get(f"/crisis/alerts/{uuid4()}.xml")
    misspelt = await hub.client.get("/crisis/alerts/heute.xml")

    assert (unknown.status_code, unknown.json()["status"]) == (404, 404)
    assert (misspelt.status_code, misspelt.json()["errors"][0]["parameter"]) == (422, "alert")


async def test_titles_come_in_the_language_that_is_asked_for(hub: Application) -> None:
    await publish(hub, texts={"de": {"headline": "Stromausfall"}, "tr": {"headline": "Elektrik kesintisi"}})
    await publish(hub)

    turkish = await feed(hub, f"{FEED}?lang=tr")

    assert sorted(entry.title for entry in turkish.entries) == ["Elektrik kesintisi", "Stromausfall"]
    assert turkish.feed.title == "Kiezbox (resmî uyarı değildir)"  # noqa: RUF001 -- Turkish


async def test_a_box_that_has_not_heard_its_hub_says_so_and_knows_its_own_circle(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "box", "box", latitude=52.4847, longitude=13.3435, alert_sender="kiez71.example")
    async with running(settings) as box:
        await publish(box, area="71-01")

        found = await feed(box)
        alert = readers.bound((await alert_of(box, found.entries[0])).content)

    assert found.feed.subtitle.startswith("Noch kein Kontakt zur")
    assert alert.sender == "kiez71.example"
    assert alert.infos[0].areas[0].circles == ["52.485,13.344 0.5"]


async def test_the_residents_page_leads_to_the_feed(hub: Application) -> None:
    page = (await hub.client.get("/crisis?lang=tr", headers={"Accept": "text/html"})).text

    assert '<link rel="alternate" type="application/atom+xml" href="/crisis/alerts.atom?lang=tr">' in page
