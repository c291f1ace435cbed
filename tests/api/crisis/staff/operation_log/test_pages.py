"""The page of the operation log as staff use it without a script: entries, strikes, the keeper, what is chosen."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from api.crisis.staff.operation_log import pages
from api.http.times import write
from crisis.log.file import Item, Job
from crisis.model import commands, event_bodies, events
from crisis.model.event_bodies import DistressReceived
from crisis.model.events import Event
from crisis.model.log_bodies import EntrySort, EntryWritten, LogSealed, SealReason, StaffFunction
from crisis.state.rules import Refusal
from devices.readings import DistressKind, Mode
from tests.api.crisis.support.browser import sign_in, text_of
from tests.crisis.support.examples import ANNA, CEM, DANA, notice, point
from tests.support.waiting import until

if TYPE_CHECKING:
    import pytest

    from crisis.model.commands import Actor, Command
    from tests.api.crisis.support.applications import Application

PAGE, ENTRIES = "/crisis/tagebuch", "/crisis/staff/entries"


async def act(application: Application, command: Command, who: Actor = ANNA) -> Event:
    found = await application.node.act(command, who)
    assert not isinstance(found, Refusal), found
    return found[0]


async def lines(application: Application, address: str = PAGE, who: str = "anna") -> list[str]:
    """The text of each line on the page."""
    page = await (await sign_in(application, who)).get(address)
    assert page.status_code == 200, page.text
    items = re.findall(r'<li id="line-.*?</li>', page.text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", item)).strip() for item in items]


async def test_an_entry_with_everything_on_the_form_stands_on_the_page(hub: Application) -> None:
    anna = await sign_in(hub, "anna", "de")
    await anna.fill(ENTRIES, PAGE, text="Strom weg", priority="routine")

    sent = await anna.fill(
        *(ENTRIES, PAGE),
        text="Heim <b>Rubensstr.</b>\nNotstrom bis 19 Uhr",
        sort="message",
        priority="flash",
        quality="told",
        function="S4",
        way="in",
        channel="Funk",
        sender="FW 4410",
        recipient="EL",
        happened_at="2026-01-03T14:02",
        references="1",
        area="district-71",
        exercise="yes",
    )

    assert (sent.status_code, sent.headers["location"]) == (303, f"{PAGE}?done=entry")
    page = text_of(await anna.get(PAGE))
    for said in ("Nr. 2", "FW 4410", "→ EL", "BLITZ", "S4", "von Dritten gehört", "Eingang", "Nachtrag vom", "03.01."):
        assert said in page
    assert "Heim <b>Rubensstr.</b>" in page
    entry = (await hub.node.history(None, 1))[0].event.body
    assert isinstance(entry, EntryWritten)
    assert (entry.exercise, len(entry.about), entry.area) == (True, 1, "district-71")


WRONG = [
    ("text", "  ", "Text: nothing is written there."),
    ("references", "7", "the operation log of this node has no line with this number"),
    ("references", "sieben", "Refers to numbers: not a number."),
    ("references", "-1", "no line with this number"),
    ("sort", "poem", "What it is: not one of the choices."),
    ("sort", "keeper", "taking it over"),
    ("function", "S9", "Function: not one of the choices."),
    ("area", "Rathaus!", "Area: not one of the choices."),
    ("happened_at", "gestern", "Happened at: not a time."),
    ("happened_at", "2026-03-29T02:30", "Happened at: this time does not exist."),
    ("happened_at", "2199-01-01T00:00", "has not come yet"),
    ("sender", "x" * 201, "Sender: too long."),
]


async def test_a_wrong_field_is_named_and_nothing_that_was_typed_is_lost(hub: Application) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("eins")))
    anna = await sign_in(hub, "anna")

    for field, typed, said in WRONG:
        sent = await anna.fill(ENTRIES, PAGE, **{"text": "Strom weg", "recipient": "Leitstelle", field: typed})

        assert (field, typed, sent.status_code) == (field, typed, 422)
        assert said in text_of(sent)
        assert 'value="Leitstelle"' in sent.text
    assert len(hub.node.book) == 1


async def test_sent_twice_it_is_one_entry(hub: Application) -> None:
    anna = await sign_in(hub, "anna")
    fields = await anna.fields(ENTRIES, PAGE)
    for _ in range(2):
        await anna.send(ENTRIES, {**fields, "text": "Strom weg"})

    assert len(hub.node.book) == 1


async def test_a_struck_line_stays_legible_and_the_strike_is_a_line_itself(hub: Application) -> None:
    event = await act(hub, commands.WriteEntry(EntryWritten("Strom weg in Friedenau")))
    cem = await sign_in(hub, "cem")
    action = f"{ENTRIES}/{event.id}/strike"

    empty = await cem.fill(action, PAGE, reason=" ")
    done = await cem.fill(action, PAGE, reason="Es war Steglitz")
    page = (await cem.get(PAGE)).text
    again = await cem.send(action, {**await cem.fields(ENTRIES, PAGE), "reason": "noch einmal"})

    assert (empty.status_code, done.headers["location"]) == (422, f"{PAGE}?done=strike")
    assert "<s>Strom weg in Friedenau</s>" in page
    newest, oldest = await lines(hub)
    assert "No. 2" in newest and "Es war Steglitz" in newest and "No. 1" in newest  # noqa: PT018 -- one line
    assert "struck through by cem" in oldest and "(No. 2)" in oldest  # noqa: PT018 -- one line
    assert (again.status_code, len(hub.node.book)) == (409, 2)
    assert "cem has struck this line through already." in text_of(again)
    assert action not in (await cem.get(PAGE)).text


async def test_what_happens_becomes_lines_by_itself_that_refer_to_numbers_and_never_to_receipts(
    hub: Application,
) -> None:

    node, notice_id, point_id = hub.node, uuid4(), uuid4()
    call = await node.receive(
        DistressReceived(DistressKind.MEDICAL, "Beatmung, Akku 40 Minuten", people=1, box="71-01", exercise=True)
    )
    await act(hub, commands.TakeDistress(call.id, "fahre hin"), CEM)
    await act(hub, commands.CloseDistress(call.id, "Akku getauscht"), CEM)
    await act(hub, commands.SetMode("district-71", Mode.EMERGENCY, "Blackout"), DANA)
    await act(hub, commands.PutNotice(notice_id, notice("Strom weg", area="district-71")))
    await act(hub, commands.PutNotice(notice_id, notice("Strom wieder da", area="district-71")))
    await act(hub, commands.PutPoint(point_id, point("Rathaus", address="John-F.-Kennedy-Platz")))
    await act(hub, commands.ClosePoint(point_id, "voll"))

    found = (await lines(hub))[::-1]

    for number, (line, *said) in enumerate(
        (
            (found[0], "Medical emergency", "Beatmung, Akku 40 Minuten", "people: 1", "71-01", "EXERCISE"),
            (found[1], "cem", "took a call for help", "fahre hin", "No. 1", "EXERCISE"),
            (found[2], "Akku getauscht", "No. 1"),
            (found[3], "dana", "district-71: EMERGENCY", "alone, as commander", "Blackout"),
            (found[4], "Strom weg", "district-71"),
            (found[5], "Strom wieder da", "No. 5"),
            (found[6], "Rathaus", "John-F.-Kennedy-Platz"),
            (found[7], "voll", "No. 7"),
        ),
        start=1,
    ):
        assert f"No. {number} " in line
        assert [each for each in said if each not in line] == []
    assert not any(call.receipt in line for line in found)


async def test_a_line_says_for_ever_what_it_said(hub: Application) -> None:

    name = uuid4()
    await act(hub, commands.PutNotice(name, notice("Strom weg")))
    before = (await lines(hub))[-1]
    await act(hub, commands.PutNotice(name, notice("Strom wieder da")))

    assert (await lines(hub))[-1] == before


CHOSEN = {
    "function=S2": [1],
    "kind=entry_written": [3, 2, 1],
    "kind=entry:order": [2],
    "kind=mode_set": [4],
    "area=district-72": [3, 1],
    "area=71-01": [4, 2, 1],
    "person=Cem": [3],
    "person=FW+1": [2],
    "to=2026-01-03T12:00": [1],
    "from=2026-01-03T12:00&kind=entry:order": [2],
    "function=S6": [],
}


async def test_lines_are_chosen_by_function_kind_area_person_and_time(hub: Application) -> None:
    early = datetime(2026, 1, 3, 6, tzinfo=UTC)
    await act(hub, commands.WriteEntry(EntryWritten("a", function=StaffFunction.S2, happened_at=early)))
    order = EntryWritten("b", EntrySort.ORDER, sender="FW 1", area="district-71")
    await act(hub, commands.WriteEntry(order))
    await act(hub, commands.WriteEntry(EntryWritten("c", area="72-01")), CEM)
    await act(hub, commands.SetMode("district-71", Mode.EMERGENCY, "x"), DANA)

    found = {query: await lines(hub, f"{PAGE}?{query}") for query in CHOSEN}

    numbers = {query: [int(re.findall(r"No\. (\d+)", line)[0]) for line in each] for query, each in found.items()}
    assert numbers == CHOSEN


async def test_a_time_in_the_address_that_is_none_is_explained(hub: Application) -> None:
    page = await (await sign_in(hub, "anna")).get(f"{PAGE}?from=gestern")

    assert page.status_code == 200
    assert "From: not a time." in text_of(page)


async def test_older_lines_are_on_pages_of_their_own(hub: Application, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(pages, "ON_A_PAGE", 3)
    for number in range(1, 8):
        await act(hub, commands.WriteEntry(EntryWritten(f"Lage {number}")))
    anna = await sign_in(hub, "anna")
    seen, address = [], PAGE
    while address:
        page = (await anna.get(address)).text
        seen += [int(each) for each in re.findall(r'<li id="line-(\d+)"', page)]
        older = re.search(r'<a href="([^"]*before=\d+)#lines-title">Older', page)
        address = older[1] if older else ""

    assert seen == [7, 6, 5, 4, 3, 2, 1]


async def test_the_page_is_short_and_says_which_lines_it_shows_and_where_the_others_are(hub: Application) -> None:
    for number in range(1, 61):
        await act(hub, commands.WriteEntry(EntryWritten(f"Lage {number}")))
    anna = await sign_in(hub, "anna")

    first = await anna.get(PAGE)
    second = await anna.get(f"{PAGE}?before=36")
    last = await anna.get(f"{PAGE}?before=11")
    sheets = await anna.get(f"{PAGE}/blaetter")

    assert "No. 36 to 60 of 60 Older" in text_of(first)
    assert "No. 11 to 35 of 60 Newest Newer Older" in text_of(second)
    assert "No. 1 to 10 of 60 Newest Newer" in text_of(last)
    assert f'<a href="{PAGE}#lines-title">Newer' in second.text
    assert f'<a href="{PAGE}?before=36#lines-title">Newer' in last.text
    assert all(f"Lage {number}" in sheets.text for number in range(1, 61))


async def test_few_lines_have_no_pages(hub: Application) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("Lage")))

    assert 'class="turning' not in (await (await sign_in(hub, "anna")).get(PAGE)).text


async def test_whoever_takes_the_log_over_is_named_and_what_was_before_is_sealed(hub: Application) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("Lage")))
    anna = await sign_in(hub, "anna")

    done = await anna.fill(f"{ENTRIES}/keeper", PAGE, note="Dienstbeginn")

    assert done.headers["location"] == f"{PAGE}?done=keeper"
    page = text_of(await anna.get(PAGE))
    assert "anna keeps the operation log of this node from here on Dienstbeginn" in page
    assert "Kept by anna , from No. 2 on" in page
    (seal,) = hub.node.state.log_marks.seals_of("hub")
    assert isinstance(seal.body, LogSealed)
    assert (seal.actor, seal.body.why) == ("anna", SealReason.HANDOVER)
    assert f"{ENTRIES}/keeper" not in (await anna.get(PAGE)).text


async def test_the_seals_of_all_nodes_are_there_to_compare_with(hub: Application) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("Lage")))
    await hub.node.seal(SealReason.HOURLY, "hub")
    theirs = LogSealed(uuid4(), 7, 7, "3f9ab2c411d09e77" + "0" * 48)
    encoded = events.encode(Event(uuid4(), "71-01", hub.node.now(), "71-01", "log_sealed", theirs))
    await hub.node.log.append(Job((Item(encoded, 0, "71-01/x"),)))

    page = text_of(await (await sign_in(hub, "ewa")).get(PAGE))

    assert "Seals of all nodes (2)" in page
    assert "71-01: 3f9a-b2c4-11d0-9e77" in page
    assert page.index("hub: ") < page.index("71-01: ")


async def test_who_may_what(hub: Application) -> None:
    event = await act(hub, commands.WriteEntry(EntryWritten("Lage")))
    found = {}
    for name in ("anna", "cem", "dana", "ewa", "finn"):
        person = await sign_in(hub, name)
        page = await person.get(PAGE)
        forms = re.findall(r'<form method="post" action="/crisis/staff/entries([^"]*)"', page.text)
        csrf = re.search(r'name="csrf" value="(\w+)"', page.text)
        assert csrf is not None
        sent = [
            (await person.send(f"{ENTRIES}{path}", {"csrf": csrf[1], "text": "x", "reason": " "})).status_code
            for path in ("", "/keeper", f"/{event.id}/strike")
        ]
        got = [
            (await person.get(path)).status_code
            for path in (f"{PAGE}.csv", f"{PAGE}.jsonl", f"{PAGE}/blaetter", f"{PAGE}?slip=1")
        ]
        found[name] = (sorted({form.rsplit("/", 1)[-1] for form in forms}), sent, set(got))

    everything = ["", "keeper", "strike"]
    assert found == {
        "anna": (everything, [303, 303, 422], {200}),
        "cem": (["", "strike"], [303, 403, 422], {403}),
        "dana": (everything, [303, 303, 422], {200}),
        "ewa": ([], [403, 403, 403], {403}),
        "finn": (["", "strike"], [303, 403, 422], {403}),
    }


async def test_nobody_sees_it_without_signing_in(hub: Application) -> None:
    paths = (PAGE, f"{PAGE}/blaetter", f"{PAGE}.csv", f"{PAGE}.jsonl")
    found = [await hub.client.get(path) for path in paths]

    assert [each.status_code for each in found] == [303, 303, 401, 401]


async def test_a_box_keeps_a_log_of_its_own(box: Application) -> None:
    anna = await sign_in(box, "anna", "de")

    sent = await anna.fill(ENTRIES, PAGE, text="Strom weg")

    assert sent.status_code == 303
    assert "des Knotens 71-01" in text_of(await anna.get(PAGE))


async def test_an_entry_of_an_exercise_is_one_unless_somebody_says_not(hub: Application) -> None:
    await act(hub, commands.SetMode("all", Mode.EMERGENCY, "Übung", exercise=True), DANA)

    page = (await (await sign_in(hub, "anna")).get(PAGE)).text

    assert re.search(r'name="exercise" value="yes" checked', page)


async def test_the_desk_and_the_history_lead_to_it(hub: Application) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("Lage")))
    anna = await sign_in(hub, "anna")

    assert f'href="{PAGE}"' in (await anna.get()).text
    history = await anna.get("/crisis/staff/history")
    assert "entered into the operation log" in text_of(history)


async def test_a_page_of_the_past_has_what_was_known_then_and_nothing_acts_on_it(hub: Application) -> None:
    written = await act(hub, commands.WriteEntry(EntryWritten("Sandsäcke bestellt", area="all")))
    moment = (await hub.node.history(limit=1))[0].received_at
    await act(hub, commands.StrikeEntry(written.id, "falsche Straße", "all"))
    await act(hub, commands.WriteEntry(EntryWritten("Notstrom bestellt", area="all")))
    browser = await sign_in(hub, "anna", "de")

    then = await browser.get(f"{PAGE}?as_of={write(moment)}")
    now = await browser.get(PAGE)

    assert "Sandsäcke bestellt" in then.text
    assert "falsche Straße" not in then.text
    assert "Notstrom" not in then.text
    assert "NICHT LIVE" in then.text
    assert re.findall(r'<form method="post" action="([^"]*)"', then.text) == ["/crisis/sign-out"]
    assert "falsche Straße" in now.text


async def test_the_past_has_older_pages_and_a_filter_that_stay_in_the_past(
    hub: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    for number in range(5):
        await act(hub, commands.WriteEntry(EntryWritten(f"Eintrag {number}", area="all")))
    moment = (await hub.node.history(limit=1))[0].received_at
    # What comes after is of another millisecond.
    await until(lambda: event_bodies.milliseconds(hub.node.now()) > event_bodies.milliseconds(moment))
    await act(hub, commands.WriteEntry(EntryWritten("danach", area="all")))
    browser = await sign_in(hub, "anna", "de")

    first = (await browser.get(f"{PAGE}?as_of={write(moment)}")).text
    older = html.unescape(re.findall(r'<a href="([^"#]*)#lines-title">Älter', first)[0])
    second = (await browser.get(older)).text

    assert re.findall(r"Eintrag \d", first) == ["Eintrag 4", "Eintrag 3"]
    assert re.findall(r"Eintrag \d", second) == ["Eintrag 2", "Eintrag 1"]
    assert '<input type="hidden" name="as_of"' in first


async def test_a_moment_of_the_future_is_refused_there_as_well(hub: Application) -> None:
    answer = await (await sign_in(hub, "anna", "de")).get(f"{PAGE}?as_of=2999-01-01T00:00:00Z")

    assert (answer.status_code, "liegt in der Zukunft" in answer.text) == (422, True)
