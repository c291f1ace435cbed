"""`/crisis/lage?as_of=`: the past on the page, for staff and not for the wall, with links and with a slider."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.crisis.staff.lage.times import Times
from api.http.times import write
from crisis.accounts import walls
from crisis.model import commands
from crisis.model.event_bodies import PowerSeen
from crisis.state.picture import Known, PastPicture
from crisis.state.state import State
from tests import axe
from tests.api.crisis.staff.lage.test_page import CUT, LAGE, fill, listening, open_lage
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in, text_of
from tests.api.support.browser import browse
from tests.crisis.support.examples import CEM

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

NOW = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)


async def before_and_after(hub: Application) -> datetime:
    """A call, a moment, and what was done about it afterwards. Returns the moment."""
    call = await events.call(hub, "Hilfe", box="71-09")
    moment = (await hub.node.history(limit=1))[0].received_at
    await events.act(hub, commands.TakeDistress(call, ""), CEM)
    await events.act(hub, commands.CloseDistress(call, "erledigt"), CEM)
    return moment


async def test_the_page_shows_what_was_then_and_says_that_it_is_not_live(hub: Application) -> None:
    moment = await before_and_after(hub)
    browser = await sign_in(hub, "ewa", "de")

    then = await browser.get(f"{LAGE}?as_of={write(moment)}")
    now = text_of(await browser.get(LAGE))

    assert then.status_code == 200
    assert "NICHT LIVE : Stand" in text_of(then) or "NICHT LIVE: Stand" in text_of(then)
    assert "Hilferufe 1 1 warten" in text_of(then)
    assert "Nicht im Protokoll: ob Boxen erreichbar waren" in text_of(then)
    assert "Hilferufe 0" in now
    assert "NICHT LIVE" not in now


async def test_no_form_acts_in_the_past(hub: Application) -> None:
    moment = await before_and_after(hub)

    then = (await (await sign_in(hub, "dana", "de")).get(f"{LAGE}?as_of={write(moment)}")).text

    posts = re.findall(r'<form method="post" action="([^"]*)"', then)
    assert posts == ["/crisis/sign-out"]
    assert "data-past" in then


async def test_parts_of_the_city_are_shown_at_the_same_moment(hub: Application) -> None:
    moment = await before_and_after(hub)

    then = (await (await sign_in(hub, "anna", "de")).get(f"{LAGE}?as_of={write(moment)}&known=no")).text

    links = re.search(r'<nav class="views".*?</nav>', then, re.DOTALL)
    assert links is not None
    assert links[0].count("as_of=") == links[0].count("href=") == links[0].count("known=no")


async def test_before_the_first_event_the_page_says_when_the_log_begins(hub: Application) -> None:
    await before_and_after(hub)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(f"{LAGE}?as_of=2020-01-01T00:00:00Z"))

    assert "Das Protokoll dieses Knotens beginnt am" in page
    assert "Hilferufe 0" in page


@pytest.mark.parametrize("path", [LAGE, "/crisis/tagebuch", "/crisis/situation", "/crisis/outages"])
@pytest.mark.parametrize("as_of", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0002-01-01T00:00"])
async def test_the_beginning_of_the_calendar_is_before_every_log(hub: Application, path: str, as_of: str) -> None:
    await before_and_after(hub)
    await hub.node.record(PowerSeen("71-01", False, hub.node.now()), "hub")
    browser = await sign_in(hub, "anna", "de")
    is_page = path in {LAGE, "/crisis/tagebuch"}

    answer = await (browser.get(f"{path}?as_of={as_of}") if is_page else hub.ask("ewa", "GET", f"{path}?as_of={as_of}"))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2999-01-01T00:00:00Z", "liegt in der Zukunft"),
        ("gestern", "keine Zeitangabe"),
        ("2026-10-25 02:30Z", "keine Zeitangabe"),
        ("9999999999", "keine Zeitangabe"),
        ("2025-02-30T10:00", "keine Zeitangabe"),
        ("2026-03-29T02:30", "auf Sommerzeit gestellt"),
        ("2025-10-26T02:30&known=perhaps", "nach damaligem Wissen"),
    ],
)
async def test_a_moment_that_cannot_be_shown_is_refused_with_a_sentence(
    hub: Application, as_of: str, said: str
) -> None:
    answer = await (await sign_in(hub, "anna", "de")).get(f"{LAGE}?as_of={as_of}")

    assert answer.status_code == 422
    assert said in text_of(answer)


async def test_a_time_that_comes_twice_is_the_earlier_one_and_the_page_says_which(hub: Application) -> None:
    page = text_of(await (await sign_in(hub, "anna", "de")).get(f"{LAGE}?as_of=2025-10-26T02:30"))

    assert "02:30 (Sommerzeit)" in page


async def test_the_later_hour_of_the_same_name_is_a_link_away_and_its_form_shows_it_again(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    earlier = await browser.get(f"{LAGE}?as_of=2025-10-26T02:30")
    link = re.search(r'href="([^"]*)">die spätere zeigen, in Winterzeit', earlier.text)
    assert link is not None
    later = await browser.get(html.unescape(link[1]))
    again = await browser.get(f"{LAGE}?as_of=2025-10-26T02:30&shown=2025-10-26T01:30:00.000Z")
    other = await browser.get(f"{LAGE}?as_of=2025-10-26T02:31&shown=2025-10-26T01:30:00.000Z")

    assert "Die Uhren wurden zurückgestellt: diese Stunde gibt es zweimal." in text_of(earlier)
    assert 'name="shown" value="2025-10-26T01:30:00.000Z"' in later.text
    assert "02:30 (Winterzeit)" in text_of(later)
    assert "die frühere zeigen, in Sommerzeit" in text_of(later)
    assert "02:30 (Winterzeit)" in text_of(again)
    assert "02:31 (Sommerzeit)" in text_of(other)


async def test_whoever_looked_at_what_was_so_goes_back_in_time_the_same_way_again(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    past_page = await browser.get(f"{LAGE}?as_of=2025-12-01T12:00:00Z&known=no")
    to_now = re.search(r'href="([^"]*)"><b>ZURÜCK ZU JETZT', past_page.text)
    assert to_now is not None
    address = html.unescape(to_now[1])

    now = await browser.get(address)
    refreshed = await browser.application.client.get(address, headers={**browser.headers, "X-Refresh": "1"})

    assert address == f"{LAGE}?view=city&known=no"
    assert "NICHT LIVE" not in now.text
    for page in (now, refreshed):
        assert set(re.findall(r"as_of=[^&\"]+&amp;known=(\w+)", page.text)) == {"no"}


async def test_a_wall_display_may_not_see_the_past_and_is_told_so(hub: Application) -> None:
    token = await hub.deps.accounts.run(walls.add, "lobby", hub.node.now())
    headers = {"Cookie": f"kiezbox_wall={token}", "Accept-Language": "de"}

    refused = await hub.client.get(f"{LAGE}?as_of=2026-01-01T00:00:00Z", headers=headers)
    page = await hub.client.get(LAGE, headers=headers)

    assert refused.status_code == 403
    assert "Eine Wandanzeige zeigt nur die Lage von jetzt." in text_of(refused)
    assert 'class="times"' not in page.text


def past(at: datetime, known: Known = Known.YES) -> PastPicture:
    return PastPicture(None, State(), at, known, 3, None)  # type: ignore[arg-type]  # no node is asked for anything


def test_steps_go_back_from_what_is_shown_and_forward_not_beyond_now() -> None:
    now, then = Times("07", NOW, None), Times("07", NOW, past(NOW - timedelta(minutes=30)))

    assert [each.label.replace("\N{MINUS SIGN}", "-") for each in now.back] == ["-24 h", "-6 h", "-1 h", "-15 min"]
    assert now.back[3].href == "/crisis/lage?view=07&as_of=2026-11-30T13%3A15%3A00.000Z&known=yes"
    assert now.forward == ()
    assert [each.label for each in then.forward] == ["+15 min"]
    assert then.back[3].href == "/crisis/lage?view=07&as_of=2026-11-30T12%3A45%3A00.000Z&known=yes"
    assert then.to_now == "/crisis/lage?view=07"


def test_the_slider_goes_over_the_last_day_or_a_day_around_what_is_shown() -> None:
    recent, old = Times("07", NOW, None).range, Times("07", NOW, past(NOW - timedelta(days=9))).range

    assert (recent.last - recent.first, recent.value) == (86_400_000, recent.last)
    assert old.value - old.first == old.last - old.value == 43_200_000


@pytest.mark.slow
async def test_the_slider_leads_into_the_past_where_nothing_is_fetched_again_and_nothing_is_cut(
    chromium: str, tmp_path: Path
) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        await fill(hub, 12)
        secret = (await sign_in(hub, "anna", "de")).secret
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await open_lage(page, url, secret, width=1920, height=1080, view="07")
            assert await page.evaluate("document.documentElement.scrollHeight") == 1080
            await page.evaluate(
                "(() => { const s = document.getElementById('slider'); s.value = Number(s.max) - 3600000;"
                " s.dispatchEvent(new Event('input', {bubbles: true}));"
                " s.dispatchEvent(new Event('change', {bubbles: true})); })()"
            )
            await page.wait_for("'past' in document.body.dataset && document.readyState === 'complete'")
            await page.wait_for("document.images[0].complete && document.images[0].naturalWidth > 0")

            said = await page.evaluate("document.querySelector('.banner.past').textContent")
            moment = await page.evaluate("document.querySelector('#slider + output').textContent")
            calls = await page.evaluate("document.querySelector('#calls .count').textContent")
            assert await page.evaluate("document.documentElement.scrollHeight") == 1080
            assert await page.evaluate(CUT) == []
            assert await axe.violations(page) == []
            await page.evaluate("document.querySelector('nav.times [href$=\"view=07\"]').click()")
            await page.wait_for("!('past' in document.body.dataset) && document.readyState === 'complete'")

    assert "NICHT LIVE" in said
    assert re.fullmatch(r"\d\d\.\d\d\.\d\d, \d\d:\d\d", moment)
    assert moment[-5:] in said, "the slider and the banner say the same minute"
    assert calls == "0"
    assert page.complaints == []
