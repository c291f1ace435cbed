"""Incidents as staff work with them: from calls to an incident, merged, changed, closed; without a script."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from crisis.model import commands
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.incidents.commands import CloseIncident, LinkItems, PutCard, PutIncident, TellApart
from crisis.model.incidents.contents import IncidentState, UnitStatus
from crisis.state.views import DistressStatus
from devices.readings import DistressKind, ReportKind
from tests.api.crisis.support import events
from tests.api.crisis.support.browser import Browser, sign_in, text_of
from tests.api.maps.support import packs as made
from tests.crisis.support.examples import ANNA, CEM, DANA, incident, task, unit
from tests.support import map_data
from tests.support.map_data import RATHAUS_SCHOENEBERG

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.state.incidents.views import Incident
    from tests.api.crisis.support.applications import Application

PATH = "/crisis/staff/incidents"
LONGITUDE, LATITUDE = RATHAUS_SCHOENEBERG


async def put(hub: Application, title: str = "Aufzug Hauptstr. 23", *items: UUID, **more: object) -> UUID:
    name = uuid4()
    await events.act(hub, PutIncident(name, incident(title, **more), items, same=True), DANA)
    return name


def known(hub: Application, name: UUID) -> Incident:
    found = hub.node.state.incidents.of(name)
    assert found is not None
    return found


async def assign(browser: Browser, **typed: str) -> str:
    """Send the form that assigns; where that leads."""
    answer = await browser.fill(f"{PATH}/assign", PATH, **typed)
    assert answer.status_code == 303, text_of(answer)
    return answer.headers["location"]


async def fill_new(browser: Browser, page: str, **typed: str) -> int:
    """Fill in the form of a thing that is new: it has its id already. The status of the answer."""
    text = (await browser.get(page)).text
    (action,) = re.findall(r'action="(/crisis/staff/(?:incidents|cards)/[0-9a-f-]{36})"', text)
    form = text[text.index(action) :]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    return (await browser.send(action, {**fields, "area": "all", **typed})).status_code


async def test_without_anything_the_page_says_so_and_how_to_begin(hub: Application) -> None:
    page = text_of(await (await sign_in(hub, "anna", "de")).get(PATH))

    assert "Keine offene Einsatzstelle." in page
    assert "Keine Meldung gleicht einer anderen." in page
    assert "Neue Einsatzstelle" in page


async def test_a_new_incident_gets_the_next_number_and_stands_by_its_urgency(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    for title, priority in (("Heim Rubensstr. 125", "3"), ("Aufzug Hauptstr. 23", "1")):
        typed = {"title": title, "priority": priority, "sort": "rescue", "area": "all", "people": "34"}
        assert await fill_new(browser, f"{PATH}/new", **typed) == 303

    page = text_of(await browser.get(PATH))

    assert page.index("E 2 Aufzug Hauptstr. 23") < page.index("E 1 Heim Rubensstr. 125")
    assert "1: Lebensgefahr" in page
    assert "34 Personen" in page


async def test_one_click_on_the_place_in_a_call_s_text_makes_an_incident_there(
    hub: Application, tmp_path: Path
) -> None:
    made.add(tmp_path / "hub" / "map", made.archive(map_data.file(map_data.TILES)))
    call = await events.call(
        hub, "Beatmung, Hauptstr. 23", kind=DistressKind.MEDICAL, latitude=LATITUDE, longitude=LONGITUDE, box="71-01"
    )
    browser = await sign_in(hub, "anna", "de")
    assert "Hauptstraße 23 (Schöneberg)? Einsatzstelle anlegen" in text_of(await browser.get(PATH)).replace(" )", ")")

    location = await assign(browser, place_of=str(call))

    (found,) = hub.node.state.incidents.open()
    content = found.content
    assert location == f"{PATH}/{found.id}?done=linked"
    assert (content.place, content.title) == ("Hauptstraße 23 (Schöneberg)", "Medizinischer Notfall, Hauptstraße 23")
    assert (content.latitude, content.longitude, content.area) == (LATITUDE, LONGITUDE, "71-01")
    assert (content.priority, content.power_dependent, found.items) == (1, True, (call,))
    assert "Beatmung" not in content.title


async def test_what_looks_the_same_is_suggested_with_reasons_and_merged_by_a_person(hub: Application) -> None:
    first = await events.call(hub, "Aufzug steckt, Hauptstr. 23", people=2, box="71-01")
    second = await events.call(hub, "Leute im Aufzug, Hauptstraße 23", people=3, box="71-01")
    other = await events.call(hub, "Aufzug steckt, Hauptstr. 99", box="71-01")
    browser = await sign_in(hub, "anna", "de")
    page = text_of(await browser.get(PATH))
    assert "Wohl dieselbe Meldung: gleiche Adresse" in page
    assert hub.node.state.incidents.all() == ()

    location = await assign(browser, **{f"item-{first}": "yes", f"item-{second}": "yes"})

    (found,) = hub.node.state.incidents.open()
    assert {(link.item, link.same) for link in found.links} == {(first, True), (second, True)}
    page = text_of(await browser.get(location))
    assert "3 Personen (Summe aller Angaben: 5)" in page
    assert page.count("zusammengelegt") >= 2
    assert hub.node.state.incidents.having(other) == ()
    assert "Keine Meldung gleicht einer anderen." in text_of(await browser.get(PATH))
    assert {call.status for call in hub.node.state.distresses()} == {DistressStatus.RECEIVED}


async def alike(hub: Application) -> tuple[UUID, UUID]:
    """Two calls that look the same."""
    first = await events.call(hub, "Aufzug steckt fest, Hauptstr. 23", box="71-01")
    return first, await events.call(hub, "Leute im Aufzug, Hauptstr. 23", box="71-01")


async def test_what_is_told_apart_is_not_suggested_again_and_can_be_taken_back(hub: Application) -> None:
    first, second = await alike(hub)
    browser = await sign_in(hub, "anna", "de")
    ticked = {f"item-{name}": "yes" for name in (first, second)}
    fields = await browser.fields(f"{PATH}/assign", PATH)

    done = await browser.send(f"{PATH}/assign", {**fields, **ticked, "apart": "yes"})
    after = text_of(await browser.get(PATH))
    await events.call(hub, "Aufzug steckt fest, Hauptstr. 23", box="71-01")
    with_a_third = text_of(await browser.get(PATH))
    fields = await browser.fields(f"{PATH}/assign", PATH)
    await browser.send(f"{PATH}/assign", {**fields, **ticked, "apart": "no"})
    taken_back = text_of(await browser.get(PATH))

    assert done.headers["location"] == f"{PATH}?done=told_apart#same-title"
    assert "Keine Meldung gleicht einer anderen." in after
    assert "Als verschieden vermerkt (1)" in after
    assert "nicht dasselbe, sagt anna" in after
    assert "Keine Meldung gleicht" not in with_a_third  # the new call may still be the same as each of them
    assert "Als verschieden vermerkt" not in taken_back
    history = text_of(await browser.get("/crisis/staff/history"))
    assert "H 1, H 2" in history
    assert len(hub.node.book) == 3  # it says nothing about the situation: no line of the operation log


async def test_three_that_were_told_apart_can_be_taken_back_when_one_of_them_is_closed(hub: Application) -> None:
    calls = [*await alike(hub), await events.call(hub, "Aufzug steckt fest, Hauptstr. 23", box="71-01")]
    await events.act(hub, TellApart(tuple(calls), apart=True, area="all"), DANA)
    await events.act(hub, commands.TakeDistress(calls[0]), CEM)
    await events.act(hub, commands.CloseDistress(calls[0], "erledigt"), CEM)
    browser = await sign_in(hub, "anna", "de")
    form = re.search(r'<details id="apart">.*?</details>', (await browser.get(PATH)).text, re.DOTALL)
    assert form is not None
    sent = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', form[0])

    await browser.send(f"{PATH}/assign", {**dict(sent), "apart": "no"})

    assert hub.node.state.incidents.told_apart() == ()
    assert "Wohl dieselbe Meldung:" in text_of(await browser.get(PATH))


async def test_what_was_told_apart_is_counted_and_the_older_ones_are_on_further_pages(hub: Application) -> None:
    calls = [await events.call(hub, f"Aufzug {number}", box="71-01") for number in range(26)]
    for first, second in itertools.pairwise(calls):
        await events.act(hub, TellApart((first, second), apart=True, area="all"), DANA)
    browser = await sign_in(hub, "anna", "de")

    queries = ("", "?apart=2", "?apart=3", "?apart=99", "?apart=x")
    answers = [await browser.get(f"{PATH}{query}") for query in queries]
    pages = [answer.text for answer in answers]
    shown = [re.search(r'<details id="apart".*?</details>', page, re.DOTALL) for page in pages]

    assert all("Als verschieden vermerkt (25)" in text_of(answer) for answer in answers)
    found = [(each[0].count("<article"), "Nr. " in each[0], " open>" in each[0]) for each in shown if each is not None]
    assert found == [(12, True, False), (12, True, True), (1, True, True), (1, True, True), (12, True, False)]
    assert all(f'href="{PATH}?apart=2#apart"' in page for page in (pages[0], pages[2]))
    assert f'href="{PATH}?apart=4#apart"' not in pages[2]


async def test_one_alone_is_not_told_apart(hub: Application) -> None:
    first, _ = await alike(hub)
    browser = await sign_in(hub, "anna", "de")
    fields = await browser.fields(f"{PATH}/assign", PATH)

    answer = await browser.send(f"{PATH}/assign", {**fields, f"item-{first}": "yes", "apart": "yes"})

    assert answer.status_code == 422
    assert hub.node.state.incidents.told_apart() == ()


async def test_unlinking_restores_both(hub: Application) -> None:
    calls = [await events.call(hub, "Aufzug, Hauptstr. 23", box="71-01") for _ in range(2)]
    name = await put(hub, "Aufzug", *calls)
    browser = await sign_in(hub, "anna", "de")

    answer = await browser.fill(f"{PATH}/{name}/unlink/{calls[0]}", f"{PATH}/{name}")

    assert answer.status_code == 303
    assert known(hub, name).items == (calls[1],)
    assert "Wohl dieselbe Meldung:" in text_of(await browser.get(PATH))


async def test_a_chosen_call_is_assigned_to_an_incident_that_is_there(hub: Application) -> None:
    name, call = await put(hub), await events.call(hub, "Noch jemand im Aufzug")
    browser = await sign_in(hub, "cem")

    await assign(browser, **{f"item-{call}": "yes", "into": str(name)})

    assert known(hub, name).items == (call,)


async def test_nothing_chosen_is_said_and_nothing_is_made(hub: Application) -> None:
    await events.call(hub)
    browser = await sign_in(hub, "anna", "de")

    for typed in ({}, {"item-x": "yes"}, {f"item-{uuid4()}": "yes"}, {f"item-{uuid4()}": "yes", "into": "x"}):
        answer = await browser.fill(f"{PATH}/assign", PATH, **typed)
        assert answer.status_code in {404, 422}, typed
        assert (
            "Nicht ausgeführt" in text_of(answer) or "Nicht erledigt" in text_of(answer) or "Nicht" in text_of(answer)
        )
    assert hub.node.state.incidents.all() == ()


async def test_closing_says_which_calls_it_closes_and_closes_them_with_its_outcome(hub: Application) -> None:
    call = await events.call(hub, "Hilfe")
    name = await put(hub, "Aufzug", call)
    browser = await sign_in(hub, "dana", "de")
    assert "Damit werden auch die offenen Hilferufe erledigt: H 1" in text_of(await browser.get(f"{PATH}/{name}"))

    answer = await browser.fill(f"{PATH}/{name}/close", f"{PATH}/{name}", outcome="Person befreit")

    assert answer.headers["location"] == f"{PATH}/{name}?done=incident_close"
    found = hub.node.state.distress(call)
    assert found is not None
    assert (found.status, found.closed[-1].text) == (DistressStatus.CLOSED, "Person befreit")
    page = text_of(await browser.get(f"{PATH}/{name}"))
    assert "abgeschlossen" in page.lower()
    assert "Person befreit" in page


async def test_whoever_does_not_handle_calls_reads_why_there_is_no_button(hub: Application) -> None:
    name = await put(hub, "Aufzug", await events.call(hub, "Hilfe"))
    browser = await sign_in(hub, "anna", "de")

    page = await browser.get(f"{PATH}/{name}")

    assert "Abschließen kann, wer Hilferufe bearbeiten darf" in text_of(page)
    assert f"{PATH}/{name}/close" not in page.text


async def test_viewers_see_everything_and_have_no_forms(hub: Application) -> None:
    name = await put(hub, "Aufzug", await events.call(hub, "Hilfe"))
    browser = await sign_in(hub, "ewa", "de")

    for path in (PATH, f"{PATH}/{name}", "/crisis/staff/cards", "/crisis/staff/needs"):
        page = await browser.get(path)
        assert page.status_code == 200
        assert f'action="{PATH}' not in page.text


async def test_a_form_that_is_older_than_the_incident_comes_back_with_what_was_typed(hub: Application) -> None:
    name = await put(hub)
    browser = await sign_in(hub, "anna", "de")
    fields = await browser.fields(f"{PATH}/{name}", f"{PATH}/{name}")
    await events.act(hub, PutIncident(name, incident(priority=1)), DANA)

    answer = await browser.send(f"{PATH}/{name}", {**fields, "title": "Fahrstuhl", "sort": "rescue", "area": "all"})

    assert answer.status_code == 409
    assert 'value="Fahrstuhl"' in answer.text
    assert known(hub, name).content.title == "Aufzug Hauptstr. 23"


async def test_its_story_names_what_changed_in_words(hub: Application) -> None:
    name = await put(hub)
    change = PutIncident(name, incident("Beatmung ohne Strom", priority=1))
    await events.act(hub, change, DANA)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(f"{PATH}/{name}"))

    assert "Worum es geht: Beatmung ohne Strom" in page
    assert "title:" not in page
    assert "priority:" not in page


async def test_what_is_typed_wrong_is_named(hub: Application) -> None:
    name = await put(hub)
    browser = await sign_in(hub, "anna", "de")
    right = {"title": "Aufzug", "sort": "rescue", "area": "all", "priority": "2"}
    wrong = {
        "Betroffene": {"people": "viele"},
        "Priorität": {"priority": "7"},
        "Breite": {"latitude": "nord"},
        "Art": {"sort": "x"},
        "Gebiet": {"area": "Nord West"},
    }
    for said, typed in wrong.items():
        answer = await browser.fill(f"{PATH}/{name}", f"{PATH}/{name}", **{**right, **typed})
        assert answer.status_code == 422, said
        assert said in text_of(answer)
    assert known(hub, name).content.people is None


async def test_a_form_that_is_sent_twice_is_done_once(hub: Application) -> None:
    call = await events.call(hub, "Hilfe")
    browser = await sign_in(hub, "anna")
    fields = await browser.fields(f"{PATH}/assign", PATH)

    for _ in range(2):
        answer = await browser.send(f"{PATH}/assign", {**fields, f"item-{call}": "yes"})
        assert answer.status_code == 303

    assert len(hub.node.state.incidents.all()) == 1


async def test_two_incidents_that_are_one_become_one(hub: Application) -> None:
    call = await events.call(hub, "Hilfe")
    kept, gone = await put(hub, "Heim"), await put(hub, "Seniorenheim", call)
    browser = await sign_in(hub, "anna", "de")

    answer = await browser.fill(f"{PATH}/{kept}/merge", f"{PATH}/{kept}", other=str(gone))

    assert answer.status_code == 303
    assert set(known(hub, kept).items) == {call, gone}
    assert known(hub, gone).content.state is IncidentState.CLOSED
    assert known(hub, gone).content.outcome == "zusammengelegt mit E 1"


async def test_a_call_of_two_incidents_says_so(hub: Application) -> None:
    call = await events.call(hub, "Hilfe")
    one = await put(hub, "Heim", call)
    await put(hub, "Aufzug", call)

    assert "steht auch bei E 2" in text_of(await (await sign_in(hub, "anna", "de")).get(f"{PATH}/{one}"))


async def test_an_incident_of_a_drill_is_marked_everywhere(hub: Application) -> None:
    name = await put(hub, "Aufzug", exercise=True)
    await events.act(hub, PutCard(uuid4(), task(incident=name, exercise=True)), DANA)
    await events.act(hub, PutCard(uuid4(), unit(exercise=True)), DANA)
    browser = await sign_in(hub, "anna", "de")

    for path in (PATH, f"{PATH}/{name}", "/crisis/staff/cards", "/crisis/tagebuch"):
        assert "ÜBUNG" in text_of(await browser.get(path)), path


async def test_the_story_and_the_operation_log_say_what_was_done(hub: Application) -> None:
    call = await events.call(hub, "Hilfe", people=2)
    name = await put(hub, "Aufzug", call)
    await events.act(hub, LinkItems(name, (call,)), CEM)
    browser = await sign_in(hub, "anna", "de")

    story, log = text_of(await browser.get(f"{PATH}/{name}")), text_of(await browser.get("/crisis/tagebuch"))

    assert "cem ordnete einer Einsatzstelle zu" in re.sub(r"\s+", " ", story).replace(" hub ", " ")
    assert "E 1: Aufzug" in log
    assert "trug eine Einsatzstelle ein oder änderte sie" in log
    assert len(hub.node.book) == 3  # the call, the incident with its link, the link that was changed


async def test_a_box_enters_incidents_with_its_own_mark(box: Application) -> None:
    browser = await sign_in(box, "cem", "de")
    call = await events.call(box, "Hilfe")

    await assign(browser, **{f"item-{call}": "yes"})

    (found,) = box.node.state.incidents.all()
    assert found.label == "E 71-01/1"
    assert "E 71-01/1" in text_of(await browser.get(PATH))


async def test_the_desk_says_beside_a_call_which_incident_it_belongs_to(hub: Application) -> None:
    calls = [await events.call(hub, "Hilfe") for _ in range(2)]
    name = await put(hub, "Aufzug", *calls)

    page = await (await sign_in(hub, "anna", "de")).get("/crisis/staff")

    assert f'href="{PATH}/{name}"' in page.text
    assert "E 1 (zusammengelegt)" in text_of(page)


async def test_there_is_nothing_under_a_name_that_nobody_gave(hub: Application) -> None:
    browser = await sign_in(hub, "anna")

    for path in (f"{PATH}/{uuid4()}", f"/crisis/staff/cards/{uuid4()}"):
        assert (await browser.get(path)).status_code == 404


# -- tasks, units, needs -----------------------------------------------------------------------------------------------


CARDS, NEEDS = "/crisis/staff/cards", "/crisis/staff/needs"


async def test_a_task_says_when_it_is_late(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    typed = {"title": "Sandsäcke zum Rathaus", "function": "S3", "due_at": "2025-01-03T14:30", "priority": "2"}

    assert await fill_new(browser, f"{CARDS}/new", **typed) == 303

    page = text_of(await browser.get(CARDS))
    assert "S3 Sandsäcke zum Rathaus" in page
    assert "ÜBERFÄLLIG" in page
    (found,) = hub.node.state.incidents.tasks()
    assert found.is_late(hub.node.now())


async def test_a_unit_has_its_strength_and_its_status(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    typed = {"name": "FW HLF 4410", "organisation": "fire_brigade", "status": "4", "leaders": "1", "helpers": "8"}

    assert await fill_new(browser, f"{CARDS}/new?sort=unit", **typed) == 303
    assert await fill_new(browser, f"{CARDS}/new?sort=unit", **{**typed, "name": "THW FGr E", "status": "12"}) == 422

    page = text_of(await browser.get(CARDS))
    assert "FW HLF 4410" in page
    assert "1/0/8//9" in page
    assert "4 am Einsatzort" in page
    (found,) = hub.node.state.incidents.units()
    assert found.content.status is UnitStatus.AT_THE_SCENE


async def test_an_offer_that_fits_a_need_becomes_a_task_by_one_click(hub: Application) -> None:
    need = await report(hub, ReportKind.NEED, "Wasser für zwei Personen")
    offer = await report(hub, ReportKind.OFFER, "habe Trinkwasser, Tel. 030 123")
    browser = await sign_in(hub, "anna", "de")
    assert "über dieselbe Box" in text_of(await browser.get(NEEDS))

    answer = await browser.fill(f"{NEEDS}/{need}/{offer}", NEEDS)

    assert answer.status_code == 303
    (found,) = hub.node.state.incidents.tasks()
    assert found.content.title == "Angebot zu einem Bedarf: Wasser für zwei Personen"
    assert "030 123" in found.content.note


async def report(hub: Application, kind: ReportKind, text: str) -> UUID:
    return (await hub.node.receive(ReportReceived(kind=kind, text=text, box="71-01"))).id


async def test_gaps_are_counted_also_without_a_map(hub: Application) -> None:
    page = text_of(await (await sign_in(hub, "anna", "de")).get(NEEDS))

    assert "keine offene Anlaufstelle: 97" in page
    assert "kiezbox map add" in page


async def test_a_call_s_taking_is_not_touched_by_its_incident(hub: Application) -> None:
    call = await events.call(hub, "Hilfe")
    await events.act(hub, commands.TakeDistress(call), CEM)

    await put(hub, "Aufzug", call)

    found = hub.node.state.distress(call)
    assert found is not None
    assert found.status is DistressStatus.TAKEN
    assert ANNA.name not in {step.act.actor for step in found.taken}


async def test_what_was_ticked_stays_ticked_when_the_form_comes_back(hub: Application) -> None:
    call, other = [(await hub.node.receive(DistressReceived(text=f"Ruf {number}"))).id for number in range(2)]
    name = await put(hub)
    await events.act(hub, CloseIncident(name, "war nichts"), DANA)  # while somebody chooses

    answer = await (await sign_in(hub, "dana")).fill(
        f"{PATH}/assign", PATH, **{f"item-{call}": "yes", "into": str(name)}
    )

    assert answer.status_code == 409
    assert re.search(f'name="item-{call}" value="yes" checked', answer.text)
    assert not re.search(f'name="item-{other}" value="yes" checked', answer.text)


async def test_every_id_on_the_page_is_there_once(hub: Application) -> None:
    for number in range(4):
        await hub.node.receive(DistressReceived(text=f"Rauch im Keller, Hauptstraße {number // 2}", box="71-01"))

    text = (await (await sign_in(hub, "dana")).get(PATH)).text
    ids = re.findall(r' id="([^"]+)"', text)

    assert text.count('class="suggestion"') == 2
    assert sorted(set(ids)) == sorted(ids)
