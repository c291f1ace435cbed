"""How the staff's pages are rendered: language, times, and a policy that lets nothing else run."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff import rendering
from crisis.model import commands, events
from crisis.model.contents import PointContent, PointKind
from crisis.model.event_bodies import DistressReceived
from crisis.model.events import Event
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.api.crisis.support.events import act, call
from tests.crisis.support.examples import ANNA

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow

NOBODY = "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"  # an id that nothing has


async def test_a_time_long_ago_is_shown_with_its_year(box: Application) -> None:
    body = DistressReceived(text="aus einer Box, deren Uhr nicht stimmt")
    at = datetime(2020, 5, 4, 10, tzinfo=UTC)
    await box.node.keep(Event(uuid4(), box.node.name, at, "71-01", events.kind_of(body), body))
    await call(box, "jetzt")

    cards = "&".join(f"card={call.id}" for call in box.node.state.distresses())
    words = text_of(await (await sign_in(box, "bert")).get(f"{OVERVIEW}?{cards}"))

    assert "(04.05.2020 12:00)" in words
    assert re.search(r"\(\d\d\.\d\d\. \d\d:\d\d\) jetzt", words)


async def test_a_number_in_a_call_dials_and_a_direction_override_beside_it_does_nothing(box: Application) -> None:
    name = await call(box, "ruft 0171 2345678 an \u202egnp.exe", contact="+49 171 2345678")

    page = await (await sign_in(box, "bert")).get(f"{OVERVIEW}?card={name}")

    assert (
        'ruft <a href="tel:01712345678"><bdi class="n" dir="ltr">0171 2345678</bdi></a> an [U+202E]gnp.exe' in page.text
    )
    assert '<a href="tel:+491712345678">' in page.text


async def test_on_a_hub_without_its_broker_every_page_says_so(hub: Application) -> None:
    anna = await sign_in(hub, "anna", "de")

    pages = [await anna.get(), await anna.get(f"{OVERVIEW}/history")]

    for page in pages:
        found = re.search(r'<div id="outages" role="alert">(.*?)</div>', page.text)
        assert found is not None
        assert re.search(r"Keine Verbindung zum Broker seit \d\d:\d\d: Hilferufe von Boxen kommen nicht an", found[1])
        assert 'class="stale"' in page.text


async def test_the_overview_speaks_german_and_remembers_what_was_chosen(box: Application) -> None:
    anna = await sign_in(box, "anna", "en")

    german = await anna.get(f"{OVERVIEW}?lang=de")
    after = await box.client.get(
        OVERVIEW, headers={**anna.headers, "Cookie": f"{anna.headers['Cookie']}; kiezbox_staff_lang=de"}
    )

    assert '<html lang="de">' in german.text
    assert "kiezbox_staff_lang=de" in german.headers["set-cookie"]
    assert "Kein offener Hilferuf." in text_of(after)


async def test_the_policy_names_our_style_and_script_and_allows_nothing_else(box: Application) -> None:
    response = await (await sign_in(box, "anna")).get()

    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["style-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert not re.search("<style|<script(?! src=)", response.text)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert response.headers["cache-control"] == "no-store"
    assert not re.search(r"(src|href|action)=\"(https?:)?//", response.text)
    assert not re.search(r"\s(style|on\w+)=\"", response.text)


def test_direction_overrides_are_shown_and_do_nothing() -> None:
    rendered = rendering._templates().from_string("{{ text }}").render(text="a\u202egnp.exe")

    assert rendered == "a[U+202E]gnp.exe"


async def test_a_place_of_help_whose_name_looks_like_another_is_marked(box: Application) -> None:
    for name in ("Rath\u0430us", "Rathaus"):
        await act(box, commands.PutPoint(uuid4(), PointContent(kind=PointKind.WATER, name=name)), ANNA)

    words = text_of(await (await sign_in(box, "bert")).get())

    assert words.count("letters of several alphabets") == 1
