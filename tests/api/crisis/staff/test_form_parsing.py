"""Notices and places of help as staff type them into forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from crisis.model import commands
from crisis.model.contents import PointContent, PointKind
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.api.crisis.support.events import act
from tests.crisis.support.examples import ANNA, BERT, notice

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow


NOTICE: dict[str, str] = {
    "headline.de": "Stromausfall",
    "text.de": "Seit heute früh.",
    "headline.en": "Blackout",
    "hazard": "blackout",
    "severity": "Severe",
    "urgency": "Immediate",
    "certainty": "Observed",
    "area": "district-71",
    "until_at": "2099-07-01T12:30",
}


async def test_a_notice_is_published_changed_and_withdrawn(box: Application) -> None:
    anna = await sign_in(box, "anna")
    empty = await anna.get(f"{OVERVIEW}/notices/new")
    (action,) = re.findall(r'action="(/crisis/staff/notices/[0-9a-f-]+)"', empty.text)
    name = UUID(action.rpartition("/")[2])
    first = {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **NOTICE}

    published = await anna.send(action, first)
    changed = await anna.fill(
        action, action, **{**NOTICE, "headline.de": "Stromausfall in Steglitz", "headline.en": ""}
    )
    withdrawn = await anna.fill(f"{action}/withdraw", action, reason="Strom ist da")

    found = box.node.state.notice(name)
    assert [each.status_code for each in (published, changed, withdrawn)] == [303] * 3
    assert found is not None
    assert {language: text.headline for language, text in found.content.texts.items()} == {
        "de": "Stromausfall in Steglitz"
    }
    assert found.content.until_at == datetime(2099, 7, 1, 10, 30, tzinfo=UTC)  # Berlin is two hours ahead in summer
    assert found.withdrawn_reason == "Strom ist da"


async def test_somebody_else_s_change_is_not_overwritten_unseen(box: Application) -> None:
    name = uuid4()
    await act(box, commands.PutNotice(name, notice("alt")), BERT)
    anna = await sign_in(box, "anna")
    action = f"{OVERVIEW}/notices/{name}"
    fields = await anna.fields(action, action)
    await act(box, commands.PutNotice(name, notice("von Bert")), BERT)

    first = await anna.send(action, {**fields, **NOTICE})
    (version,) = re.findall(r'name="version" value="([^"]+)"', first.text)
    second = await anna.send(action, {**fields, **NOTICE, "version": version})

    assert first.status_code == 409
    assert "bert changed it while you typed" in text_of(first)
    assert 'value="Stromausfall"' in first.text
    assert second.status_code == 303


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"headline.de": " "}, "needs at least its German headline"),
        ({"severity": "Horrible"}, "Severity: not one of the choices"),
        ({"area": "<b>"}, "Area: not one of the choices"),
        ({"until_at": "tomorrow"}, "Until: not a time"),
        ({"until_at": "2001-01-01T00:00"}, "It would end in the past"),
        ({"from_at": "2099-08-01T00:00"}, "must begin before it ends"),
        ({"headline.de": "x" * 201}, "Headline: too long"),
        ({"headline.en": "", "text.en": "only a text"}, "en: headline"),
    ],
)
async def test_a_form_with_a_mistake_comes_back_and_says_which(
    box: Application, changed: dict[str, str], says: str
) -> None:
    anna = await sign_in(box, "anna")
    fields = {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **NOTICE, **changed}

    response = await anna.send(f"{OVERVIEW}/notices/{uuid4()}", fields)

    assert response.status_code in {409, 422}
    assert says in text_of(response)
    assert "Seit heute früh." in response.text
    assert box.node.state.notices() == ()


async def test_a_place_of_help_is_entered_confirmed_closed_and_opened_again(box: Application) -> None:
    anna = await sign_in(box, "anna")
    name = uuid4()
    action = f"{OVERVIEW}/points/{name}"
    typed = {
        "kind": "water",
        "name": "Brunnen",
        "area": "all",
        "latitude": "52,48",
        "longitude": "13.34",
        "open_now": "yes",
        "offers": "Wasser\n\n Tee ",
        "confirm_now": "yes",
    }
    csrf = (await anna.fields("/crisis/sign-out"))["csrf"]

    entered = await anna.send(action, {"csrf": csrf, **typed})
    content = getattr(box.node.state.point(name), "content", None)
    closed = await anna.fill(f"{action}/close", action, reason="leer")
    is_closed = getattr(box.node.state.point(name), "closed", None) is not None
    opened = await anna.fill(action, action, **typed)

    assert isinstance(content, PointContent)
    assert (content.latitude, content.offers, content.open_now) == (52.48, ("Wasser", "Tee"), True)
    assert content.confirmed_at is not None
    assert is_closed
    assert [each.status_code for each in (entered, closed, opened)] == [303] * 3
    assert getattr(box.node.state.point(name), "closed", None) is None


async def test_a_form_from_before_a_closing_does_not_open_the_place_unseen(box: Application) -> None:
    name = uuid4()
    await act(box, commands.PutPoint(name, PointContent(PointKind.WATER, "Brunnen")), ANNA)
    anna = await sign_in(box, "anna")
    action = f"{OVERVIEW}/points/{name}"
    fields = await anna.fields(action, action)
    await act(box, commands.ClosePoint(name, "leer"), BERT)

    sent = await anna.send(action, {**fields, "kind": "water", "name": "Brunnen", "area": "all", "note": "mit Becher"})

    assert sent.status_code == 409
    assert "bert changed it while you typed" in text_of(sent)
    assert getattr(box.node.state.point(name), "closed", None) is not None


# In the night to 25 October 2099 the clocks go back from 3:00 to 2:00, on 29 March 2099 from 2:00 to 3:00.
async def test_a_time_that_comes_twice_is_the_earlier_for_the_start_and_the_later_for_the_end(box: Application) -> None:
    anna = await sign_in(box, "anna", "de")
    name = uuid4()
    action = f"{OVERVIEW}/notices/{name}"
    twice = {**NOTICE, "from_at": "2099-10-25T02:30", "until_at": "2099-10-25T02:30"}

    published = await anna.send(action, {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **twice})
    form, overview = await anna.get(action), await anna.get(OVERVIEW)

    found = box.node.state.notice(name)
    assert published.status_code == 303
    assert found is not None
    assert found.content.from_at == datetime(2099, 10, 25, 0, 30, tzinfo=UTC)
    assert found.content.until_at == datetime(2099, 10, 25, 1, 30, tzinfo=UTC)
    assert re.search(r'for="notice-from_at">[^\n]*gemeint ist die frühere, in Sommerzeit', form.text)
    assert re.search(r'for="notice-until_at">[^\n]*gemeint ist die spätere, in Winterzeit', form.text)
    assert "ab 25.10.2099 02:30 (Sommerzeit) bis 25.10.2099 02:30 (Winterzeit)" in text_of(overview)


async def test_a_rejected_form_says_which_of_two_times_was_meant(box: Application) -> None:
    anna = await sign_in(box, "anna")
    fields = {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **NOTICE, "until_at": "2099-10-25T02:30"}

    response = await anna.send(f"{OVERVIEW}/notices/{uuid4()}", {**fields, "headline.de": ""})

    assert response.status_code == 422
    assert "the later one is meant, in winter time" in text_of(response)


async def test_the_end_of_another_program_is_kept_when_nobody_changes_it(box: Application) -> None:
    name, end = uuid4(), datetime(2099, 10, 25, 0, 30, 7, tzinfo=UTC)
    await act(box, commands.PutNotice(name, notice("alt", until_at=end)), BERT)
    anna = await sign_in(box, "anna")
    action = f"{OVERVIEW}/notices/{name}"

    form = await anna.get(action)
    await anna.fill(action, action, **{**NOTICE, "headline.de": "neu", "until_at": "2099-10-25T02:30"})

    assert "the earlier one is meant, in summer time" in text_of(form)
    found = box.node.state.notice(name)
    assert found is not None
    assert (found.content.texts["de"].headline, found.content.until_at) == ("neu", end)


@pytest.mark.parametrize("name", ["from_at", "until_at"])
async def test_a_time_that_the_clocks_skip_is_refused(box: Application, name: str) -> None:
    anna = await sign_in(box, "anna", "de")
    fields = {"csrf": (await anna.fields("/crisis/sign-out"))["csrf"], **NOTICE, name: "2099-03-29T02:30"}

    response = await anna.send(f"{OVERVIEW}/notices/{uuid4()}", fields)

    assert response.status_code == 422
    assert "diese Uhrzeit gibt es nicht" in text_of(response)
    assert box.node.state.notices() == ()
