"""What the script of the desk fetches: only parts, 304 while nothing changed, files that are kept for a year."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff.desk import named_areas, parts
from crisis.model import commands
from crisis.model.event_bodies import ModeSeen, whole
from devices.readings import Mode
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.api.crisis.support.events import act, call
from tests.crisis.support.examples import CEM, DANA

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


async def test_parts_that_did_not_change_are_304_and_a_call_changes_them(hub: Application) -> None:
    anna = await sign_in(hub, "anna")
    first = await anna.get(f"{OVERVIEW}?part=all")

    async def again(etag: str) -> int:
        headers = {**anna.headers, "If-None-Match": etag}
        return (await hub.client.get(f"{OVERVIEW}?part=all", headers=headers)).status_code

    assert "<header>" not in first.text
    assert 'id="calls-items"' in first.text
    statuses = [await again(first.headers["ETag"]) for _ in range(2)]  # a minute may end in between, and once only
    assert 304 in statuses
    await call(hub, "Rauch")
    assert await again(first.headers["ETag"]) == 200


async def test_another_reader_and_another_choice_have_another_etag(hub: Application) -> None:
    anna, dana = await sign_in(hub, "anna"), await sign_in(hub, "dana")

    tags = {
        (await anna.get(f"{OVERVIEW}?part=all")).headers["ETag"],
        (await dana.get(f"{OVERVIEW}?part=all")).headers["ETag"],
        (await anna.get(f"{OVERVIEW}?part=all&q=rauch")).headers["ETag"],
    }

    assert len(tags) == 3


async def test_style_and_script_are_fetched_once_and_hold_no_inline_code(hub: Application) -> None:
    page = await (await sign_in(hub, "anna")).get()
    addresses = re.findall(r'"(/crisis/static/[^"]+)"', page.text)

    assert len(addresses) == 2
    for address in addresses:
        answer = await hub.client.get(address)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await hub.client.get("/crisis/static/staff.js?v=old")).headers["Cache-Control"] == "no-cache"
    assert (await hub.client.get("/crisis/static/../labels.py")).status_code == 404
    assert "<style>" not in page.text
    assert "<script>" not in page.text


async def test_a_card_says_what_was_done_and_offers_what_can_be_done(hub: Application) -> None:
    name = await call(hub, "Rauch")
    cem = await sign_in(hub, "cem")
    for action, typed in (
        ("take", {}),
        ("note", {"text": "sind da"}),
        ("assign", {"to": "dana"}),
        ("close", {"outcome": "aus"}),
    ):
        answer = await cem.fill(f"/crisis/staff/calls/{name}/{action}", f"{OVERVIEW}?card={name}", **typed)
        assert answer.status_code == 303, answer.text
    await cem.fill(f"/crisis/staff/calls/{name}/reopen", f"{OVERVIEW}?card={name}", reason="brennt wieder")
    await cem.fill(f"/crisis/staff/calls/{name}/priority", f"{OVERVIEW}?card={name}", priority="1")

    words = text_of(await cem.get(f"{OVERVIEW}?card={name}"))

    assert "opened again by cem" in words
    assert "brennt wieder" in words
    assert "sind da" in words
    assert "Priority 1 (set by hand)" in words
    assert "I take it" in words


async def test_what_who_called_says_later_stands_on_the_line_and_in_the_card(hub: Application) -> None:
    name = await call(hub, "Rauch")
    found = hub.node.state.distress(name)
    assert found is not None
    seen = []
    for what, text in (("add", "3. Stock links"), ("withdraw", "Nachbar hilft")):
        await hub.client.post(f"/crisis/reports/{found.call.receipt}/{what}", json={"text": text})
        seen.append(text_of(await (await sign_in(hub, "cem")).get(f"{OVERVIEW}?card={name}")))

    assert seen[0].count("Whoever called has added something") == 2
    assert "3. Stock links" in seen[0]
    assert seen[1].count("Withdrawn by whoever called: please check, and close it") == 2
    assert "withdrawn with its receipt by a resident" in seen[1]
    assert "Nachbar hilft" in seen[1]


async def test_a_priority_that_there_is_not_is_refused(hub: Application) -> None:
    name = await call(hub)

    answer = await (await sign_in(hub, "cem")).fill(
        f"/crisis/staff/calls/{name}/priority", f"{OVERVIEW}?card={name}", priority="9"
    )

    assert answer.status_code == 422
    assert "Priority: not one of the choices." in text_of(answer)


async def test_the_script_is_told_in_json(hub: Application) -> None:
    name = await call(hub)
    cem = await sign_in(hub, "cem")
    action = f"/crisis/staff/calls/{name}/take"
    fields = await cem.fields(action)

    answers = [await cem.send(action, fields, Accept="application/json") for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"done": "The call for help is yours."}] * 2  # and counts once
    found = hub.node.state.distress(name)
    assert found is not None
    assert len(found.taken) == 1
    dana = await sign_in(hub, "dana")
    fields = await dana.fields(f"/crisis/staff/calls/{name}/note", f"{OVERVIEW}?card={name}")
    refused = await dana.send(f"/crisis/staff/calls/{name}/note", {**fields, "text": " "}, Accept="application/json")
    assert refused.status_code == 422
    assert "is empty" in refused.json()["refused"]


async def test_a_proposal_anywhere_stands_on_top_with_its_button_and_an_emergency_with_its_own(
    hub: Application,
) -> None:
    await act(hub, commands.ProposeMode("district-71", "dunkel"), DANA)
    await act(hub, commands.SetMode("district-72", Mode.EMERGENCY, "Großlage"), DANA)

    page = (await (await sign_in(hub, "anna")).get()).text
    banner = page[page.index('id="banner"') : page.index("</section>", page.index('id="banner"'))]

    assert "Confirm emergency" in banner
    assert "End this emergency" in banner
    assert "district-72" in banner


async def test_areas_are_chosen_from_lists_that_say_how_many_boxes_are_meant(hub: Application) -> None:
    for box in ("71-01", "71-02", "71-03", "72-01"):
        await hub.node.record(ModeSeen(box, Mode.NORMAL, whole(hub.node.now())), "hub")

    page = (await (await sign_in(hub, "anna", "de")).get()).text
    notice = (await (await sign_in(hub, "anna", "de")).get(f"{OVERVIEW}/notices/new")).text

    for text in (page, notice):
        assert "district-71: gilt für 3 Boxen" in text
        assert "Ganze Stadt: gilt für 4 Boxen" in text
    assert 'name="area" type="text"' not in page + notice


async def test_a_box_offers_only_areas_that_it_may_decide_about(box: Application) -> None:
    ids = {choice.id for choice in named_areas.of(box.node).all}

    assert "71-01" in ids


def test_nonsense_in_the_address_opens_no_card() -> None:
    assert parts.card_of("mode") == ()
    assert parts.card_of("take-nonsense") == ()
    assert len(parts.card_of(f"take-{uuid4()}")) == 1


async def test_the_hundredth_call_and_report_are_on_the_page(hub: Application) -> None:
    for number in range(101):
        await call(hub, f"Ruf {number}")
    await act(hub, commands.TakeDistress(hub.node.state.distresses()[0].id), CEM)

    page = (await (await sign_in(hub, "cem")).get()).text

    assert page.count('<li class="line call ') == 101


async def test_a_line_is_one_link_whatever_number_stands_in_its_words(hub: Application) -> None:
    name = await call(hub, "Bitte 0171 2345678 anrufen")

    page = (await (await sign_in(hub, "ewa")).get()).text
    line = page[page.index(f'id="call-{name}"') :].split("</li>")[0]

    assert line.count("<a ") == 1
    assert "0171 2345678" in line


@pytest.mark.parametrize(
    "page",
    [
        "/crisis/staff/incidents/new",
        "/crisis/staff/cards/new?sort=task",
        "/crisis/staff/cards/new?sort=unit",
        "/crisis/staff/notices/new",
        "/crisis/staff/points/new",
        "/crisis/tagebuch",
        "/crisis/alarms",
        OVERVIEW,
    ],
)
async def test_no_form_has_an_area_to_type(hub: Application, page: str) -> None:
    await hub.node.record(ModeSeen("71-01", Mode.NORMAL, whole(hub.node.now())), "hub")

    text = html.unescape((await (await sign_in(hub, "dana")).get(page)).text)
    forms = re.findall(r'<form method="post".*?</form>', text, re.DOTALL)
    areas = [form for form in forms if re.search(r'name="area"', form) and 'type="hidden" name="area"' not in form]

    assert areas
    assert not [form for form in areas if re.search(r'<input[^>]* name="area"', form)]
    assert all("applies to 1 box" in form for form in areas)


async def test_of_many_boxes_those_that_differ_are_shown_and_the_others_folded(hub: Application) -> None:
    since = hub.node.now()
    for number in range(1, 11):
        mode = Mode.MAINTENANCE if number == 3 else Mode.NORMAL
        await hub.node.record(ModeSeen(f"71-{number:02x}", mode, since), hub.node.name)

    page = (await (await sign_in(hub, "anna", "de")).get(OVERVIEW)).text

    shown, _, folded = page.partition('<details id="boxes-right">')
    assert re.findall(r'<th scope="row">([^<]*)</th>', shown) == ["71-03"]
    assert len(re.findall(r'<th scope="row">([^<]*)</th>', folded)) == 9
    assert "Wie beschlossen: 9 von 10 Boxen" in folded
