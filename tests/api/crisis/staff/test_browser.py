"""The staff's pages in a real browser: nothing that anybody typed runs, everybody can use them, and they are live."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from api import app as application
from api.crisis.deps import CRISIS_DEPS
from crisis.accounts import accounts, sessions, store
from crisis.model import commands
from crisis.model.contents import NoticeContent, NoticeText, PointContent, PointKind
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.roles import Role
from tests.api.conftest import serving
from tests.api.crisis.support.applications import settings_of
from tests.api.crisis.support.browser import OVERVIEW, PASSWORD
from tests.api.support.browser import ON_SCREEN, browse
from tests.crisis.support.examples import ANNA, DANA

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from crisis.node import Node
    from tests.api.support.browser import Page

pytestmark = pytest.mark.slow

HOSTILE = [
    "<script>window.ran = 1; alert(1)</script>",
    "<img src=x onerror='window.ran=1'>",
    '"><svg onload=window.ran=1>',
    "' autofocus onfocus=window.ran=1 x='",
    "</textarea><script>window.ran=1</script>",
    "</title></style></script><script>window.ran=1</script>",
    "javascript:window.ran=1",
    "data:text/html,<script>window.ran=1</script>",
    "{{ 7*7 }} {% for x in y %} ${7*7} #{7*7} <%= 7*7 %>",
    "<base href='http://evil.example/'><link rel=stylesheet href='http://evil.example/x.css'>",
    "<meta http-equiv='Content-Security-Policy' content=\"script-src 'unsafe-inline'\"><script>window.ran=1</script>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<form action='http://evil.example/'><button autofocus>",
    "\u202egnp.exe\u2066 \u200fمرحبا\u2069",  # noqa: RUF001 -- Arabic
    "null\x00byte \x1b[31mANSI\x1b[0m \x07",
    "=cmd|'/c calc'!A0, @SUM(1+1)*cmd",
    "\ud83d\ude00 👩‍👩‍👧 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞".encode("utf-16", "surrogatepass").decode("utf-16"),
    "x" * 100_000,
    "<b>" * 30_000,
]
# The stream is open. A box that has no hub is not wholly live, and says so.
ALIVE = "document.getElementById('connection')?.textContent === 'not everything is live'"
ESCAPED = "document.body.innerHTML.includes('&lt;script&gt;window.ran = 1; alert(1)')"


class Served:
    """A box on a port, its node, and sessions for its people."""

    def __init__(self, url: str, node: Node, folder: Path) -> None:
        self.url = url
        self.node = node
        self.folder = folder

    async def open(self, page: Page, name: str, path: str = OVERVIEW) -> None:
        """Go to a page, signed in."""
        with store.opened(self.folder) as found:
            secret = sessions.begin(found, name, self.node.now(), _terms(self.node))
        await page.call("Network.enable")
        await page.call(
            "Network.setCookie", name="kiezbox_staff", value=secret, url=f"{self.url}/crisis", path="/crisis"
        )
        await go(page, self.url + path)


def _terms(node: Node) -> sessions.Terms:
    return sessions.Terms(
        timedelta(seconds=node.settings.session_idle_seconds), timedelta(seconds=node.settings.session_seconds)
    )


async def go(page: Page, url: str) -> None:
    """Navigate, and wait until the new page is complete."""
    await page.evaluate("window.old = true")
    await page.call("Page.navigate", url=url)
    await page.wait_for("window.old !== true && document.readyState === 'complete' && location.href !== 'about:blank'")


@pytest.fixture
async def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    settings = settings_of(tmp_path / "box", "box")
    with store.opened(settings.crisis.folder) as found:
        for name, role in (("anna", Role.OPERATOR), ("cem", Role.RESPONDER), ("fee", Role.ADMIN)):
            accounts.add(found, name, role, PASSWORD if name == "cem" else None, datetime.now(UTC))
    made: list[Any] = []
    create = application.create

    def noted(*arguments: Any) -> Any:
        made.append(create(*arguments))
        return made[-1]

    monkeypatch.setattr(application, "create", noted)
    async with contextlib.AsyncExitStack() as stack:
        running = await stack.enter_async_context(serving(settings, is_away=True))
        yield Served(running.url, CRISIS_DEPS.of(made[0]).node, settings.crisis.folder)


async def watch(page: Page) -> None:
    """Note every dialog and every request that leaves for somewhere else, from the first byte of a page on."""
    await page.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="""
        for (const name of ["alert", "confirm", "prompt"]) window[name] = () => { window.ran = name; };
        window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.blockedURI));
        """,
    )


async def assert_nothing_ran(page: Page) -> None:
    found = json.loads(
        await page.evaluate(
            "JSON.stringify({ran: window.ran ?? null, violations: window.violations, host: location.host,"
            " loaded: performance.getEntriesByType('resource').map((each) => new URL(each.name).host),"
            " alien: document.querySelectorAll('main script, iframe, base, img, object, embed, svg, [onload]').length})"
        )
    )
    assert found["ran"] is None
    assert found["violations"] == []
    assert set(found["loaded"]) <= {found["host"]}
    assert found["alien"] == 0


@pytest.mark.slow
async def test_nothing_that_a_resident_or_a_colleague_typed_runs(served: Served, chromium: str, tmp_path: Path) -> None:
    node = served.node
    async with httpx.AsyncClient(verify=False, base_url=served.url, timeout=60) as resident:
        for number, text in enumerate(HOSTILE):
            agent = {"User-Agent": f"phone {number}", "Accept": "text/html"}
            for address, kind in (("distress", "fire"), ("reports", "need")):
                data = {
                    "text": text,
                    "contact": text[:150],
                    "place": text[:150],
                    "kind": kind,
                }
                answer = await resident.post(f"/crisis/{address}", data=data, headers=agent)
                assert answer.status_code < 400, answer.text[:500]
    for text in HOSTILE:
        short = text[:190]
        await node.receive(DistressReceived(text=text[:10_000], contact=short))
        report = await node.receive(ReportReceived(text=text[:10_000], contact=short))
        await node.act(commands.AnswerReport(report.id, text[:4_000]), ANNA)
        await node.act(
            commands.PutNotice(uuid4(), NoticeContent({"de": NoticeText(short, text[:4_000], text[:4_000])})), ANNA
        )
        await node.act(
            commands.PutPoint(uuid4(), PointContent(PointKind.WATER, short, address=short, offers=(short,))), ANNA
        )
        await node.act(commands.ProposeMode(f"box-{uuid4().hex[:8]}", text[:4_000]), DANA)
    calls, notices, points = node.state.distresses(), node.state.notices(), node.state.points()
    assert len(calls) == 2 * len(HOSTILE)
    paths = [
        *(
            OVERVIEW,
            f"{OVERVIEW}/calls",
            f"{OVERVIEW}/reports",
            f"{OVERVIEW}/history",
            f"{OVERVIEW}/calls/{calls[-1].id}",
        ),
        *(f"{OVERVIEW}/notices/{notices[-1].id}", f"{OVERVIEW}/points/{points[-1].id}", "/crisis"),
    ]

    async with browse(chromium, tmp_path / "profile", "about:blank") as page:
        await watch(page)
        for path in paths:
            await served.open(page, "anna", path)
            await assert_nothing_ran(page)
            if path == OVERVIEW:
                await page.wait_for(ALIVE)
                # What comes by the stream is put in by script: that way, too.
                late = await node.receive(DistressReceived(text=HOSTILE[0]))
                await page.wait_for(f"document.getElementById('call-{late.id}') !== null || {ESCAPED}")
                await assert_nothing_ran(page)

    assert not [text for text in page.complaints if "favicon" not in text]


@pytest.mark.slow
async def test_what_staff_type_wrongly_comes_back_as_text(served: Served, chromium: str, tmp_path: Path) -> None:
    async with browse(chromium, tmp_path / "profile", "about:blank") as page:
        await watch(page)
        for text in HOSTILE[:17]:
            await served.open(page, "anna", f"{OVERVIEW}/notices/new")
            await page.evaluate(
                f"""(() => {{ const form = document.getElementById("form-notice");
                const said = {json.dumps(text)};
                for (const field of form.querySelectorAll("input[type=text], textarea")) field.value = said;
                form.area.value = "no such <area>"; window.old = true; form.submit(); }})()"""
            )
            await page.wait_for("window.old !== true && document.querySelector('[data-rejected]') !== null")
            await assert_nothing_ran(page)

    assert served.node.state.notices() == ()


async def test_somebody_signs_in_and_takes_a_call_with_the_keyboard_alone(
    served: Served, chromium: str, tmp_path: Path
) -> None:
    call = await served.node.receive(DistressReceived(text="Rauch im Keller"))

    async with browse(chromium, tmp_path / "profile", f"{served.url}{OVERVIEW}") as page:
        await page.wait_for("document.activeElement?.id === 'account'")  # sent here, and the cursor stands right
        for text in ("cem", "\t", PASSWORD, "\r"):
            if text in {"\t", "\r"}:
                await press(page, text)
            else:
                await page.call("Input.insertText", text=text)
        await page.wait_for(f"document.getElementById('form-quick-{call.id}') !== null")
        await page.wait_for(ALIVE)
        for _ in range(60):
            if await page.evaluate(f"document.activeElement?.closest('li')?.id === 'call-{call.id}'"):
                break
            await press(page, "\t")
        await press(page, "\r")  # the line opens as a card
        await page.wait_for(f"document.activeElement?.id === 'title-{call.id}'")
        for _ in range(9):
            if await page.evaluate(f"document.activeElement?.closest('form')?.id === 'form-take-{call.id}'"):
                break
            await press(page, "\t")
        await page.call("Input.insertText", text="fahre los")
        await press(page, "\r")
        await page.wait_for(
            f"document.querySelector('.done') !== null && document.getElementById('form-close-{call.id}')"
        )
        # What somebody types stays theirs while the call changes under their hands.
        await page.evaluate(
            f"window.typing = document.querySelector('#form-close-{call.id} textarea');"
            " typing.focus(); typing.value = 'Feuer aus'"
        )
        await served.node.act(commands.TakeDistress(call.id, over=True), DANA)
        await page.wait_for(f"document.querySelector('#card-{call.id} .meanwhile') !== null")
        typed = await page.evaluate("document.contains(typing) && typing.value")
        other = await served.node.receive(DistressReceived(text="noch einer"))
        await page.wait_for(f"document.getElementById('call-{other.id}') !== null")

    found = served.node.state.distress(call.id)
    assert found is not None
    assert (found.taken[0].act.actor, found.taken[0].text) == ("cem", "fahre los")
    assert typed == "Feuer aus"
    assert page.complaints == []


async def press(page: Page, key: str) -> None:
    """Press Tab or Enter."""
    name, code = {"\t": ("Tab", 9), "\r": ("Enter", 13)}[key]
    down = {"type": "keyDown", "key": name, "code": name, "windowsVirtualKeyCode": code}
    await page.call("Input.dispatchKeyEvent", **down, **({"text": key} if key == "\r" else {}))
    await page.call("Input.dispatchKeyEvent", **{**down, "type": "keyUp"})


async def test_what_people_write_turns_nothing_around_and_numbers_read_from_left_to_right(
    served: Served, chromium: str, tmp_path: Path
) -> None:
    number = "030 90 12 345"
    call = await served.node.receive(
        DistressReceived(
            text=f"دخان \u202e{number} في Rathausstraße 12, 10178 Berlin \u2067",
            contact=f"\u202a{number}\u202c",
            people=3,
        )
    )
    async with browse(chromium, tmp_path / "profile", "about:blank") as page:
        await served.open(page, "cem", f"{OVERVIEW}/calls/{call.id}")
        said = await page.evaluate(f"{ON_SCREEN}(document.querySelector('.call .said'))")
        facts = await page.evaluate(f"{ON_SCREEN}(document.querySelector('.call .facts'))")
        links = await page.evaluate("[...document.querySelectorAll('.call a[href^=tel]')].map((each) => each.href)")
        history = await page.evaluate(f"{ON_SCREEN}(document.querySelector('q'))")

    assert number in said
    assert "Rathausstraße 12, 10178 Berlin" in said
    assert "U+202E" in said
    assert "U+2067" in said
    assert links == ["tel:0309012345"] * 2  # in the text, and the contact
    assert number in facts
    assert "[U+" not in facts  # what phones put around a number is left out
    assert number in history


async def test_a_page_whose_stream_is_replaced_takes_no_other_s_place_until_somebody_looks_at_it(
    served: Served, chromium: str, tmp_path: Path
) -> None:
    """Who has eleven pages open would otherwise have each of them end another one, for ever."""
    with store.opened(served.folder) as found:
        token = sessions.add_token(found, "cem", "eleven pages", served.node.now(), None)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        browse(chromium, tmp_path / "profile", "about:blank") as page,
        httpx.AsyncClient(verify=False, timeout=None, headers=headers) as client,
        contextlib.AsyncExitStack() as stack,
    ):
        await served.open(page, "cem")
        await page.wait_for(ALIVE)
        await page.evaluate("window.isAway = true; Object.defineProperty(document, 'hidden', {get: () => isAway}), 1")
        streams = [
            await stack.enter_async_context(client.stream("GET", f"{served.url}/crisis/stream")) for _ in range(10)
        ]
        await page.wait_for(f"!({ALIVE})")
        await page.wait_for(f"performance.now() > {await page.evaluate('performance.now()')} + 6500")
        still_away = await page.evaluate(ALIVE)
        await page.evaluate("window.isAway = false")
        await page.wait_for(ALIVE)
        ended = (await streams[0].aread()).decode()

    assert still_away is False
    assert '"reason":"replaced"' in ended
