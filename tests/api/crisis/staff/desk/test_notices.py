"""Writing a notice: templates, a look at it before it is published, and what somebody else wrote meanwhile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff.desk import notice_templates
from crisis.model import commands
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.api.crisis.support.events import act
from tests.crisis.support.examples import BERT, notice

if TYPE_CHECKING:
    from crisis.model.contents import Hazard
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow

FORM = {"hazard": "blackout", "severity": "Severe", "urgency": "Immediate", "certainty": "Observed", "area": "all"}


@pytest.mark.parametrize("hazard", notice_templates.HAZARDS)
def test_a_template_is_whole_in_german_and_english(hazard: Hazard) -> None:
    made = notice_templates.of(hazard.value)

    assert made is not None
    assert made.hazard is hazard
    assert made.texts["de"] != made.texts["en"]
    assert all(text.headline and text.text and text.instruction for text in made.texts.values())


def test_a_template_that_there_is_not_is_an_empty_form() -> None:
    assert notice_templates.of("nonsense") is None


async def test_a_template_fills_the_form_with_the_german_text_beside_each_language(hub: Application) -> None:
    page = (await (await sign_in(hub, "anna", "de")).get(f"{OVERVIEW}/notices/new?template=blackout")).text

    assert 'value="Stromausfall"' in page
    assert 'value="Power cut"' in page
    assert page.count('<div class="source" lang="de"><p><b>Stromausfall</b></p>') == 9


async def test_a_preview_publishes_nothing_and_shows_every_language(hub: Application) -> None:
    anna, name = await sign_in(hub, "anna"), uuid4()
    page = await anna.get(f"{OVERVIEW}/notices/new")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    typed = {**FORM, "headline.de": "Strom weg", "headline.en": "No power", "csrf": csrf[1], "once": "1"}

    preview = await anna.send(f"{OVERVIEW}/notices/{name}", {**typed, "act": "preview"})
    wrong = await anna.send(f"{OVERVIEW}/notices/{name}", {**typed, "headline.de": "", "act": "preview"})
    before = hub.node.state.notices()
    published = await anna.send(f"{OVERVIEW}/notices/{name}", typed)

    assert preview.status_code == 200
    assert "As residents will read it. Not published yet. blackout, severe" in text_of(preview)
    assert "Strom weg de" in text_of(preview)
    assert "No power en" in text_of(preview)
    assert "Not done" not in text_of(preview)
    assert "A notice needs at least its German headline." in text_of(wrong)
    assert before == ()
    assert published.status_code == 303


async def test_a_conflict_shows_what_the_other_one_wrote_beside_what_was_typed(hub: Application) -> None:
    name = uuid4()
    await act(hub, commands.PutNotice(name, notice("Stromausfall")), BERT)
    anna, action = await sign_in(hub, "anna"), f"{OVERVIEW}/notices/{name}"
    fields = await anna.fields(action, action)
    await act(hub, commands.PutNotice(name, notice("Stromausfall bis 18 Uhr")), BERT)

    answer = await anna.send(action, {**fields, **FORM, "headline.de": "Stromausfall in Steglitz"})

    assert answer.status_code == 409
    assert "bert wrote there meanwhile: Stromausfall bis 18 Uhr" in text_of(answer)
    assert 'value="Stromausfall in Steglitz"' in answer.text
