"""What areas are called: as operators named them, and a district without a name never like a Bezirk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from api.crisis.residents import labels
from api.crisis.staff import labels as staff_labels
from crisis.model import commands
from devices.readings import Mode
from kiezbox.settings import CrisisSettings
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in, text_of
from tests.crisis.support.examples import DANA
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"district-71": "Schöneberg", "72-01": "Rathaus Wedding"}


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ("district-71", "Schöneberg"),
        ("district-99", "Boxen 99-…"),
        ("72-01", "Rathaus Wedding"),
        ("72-02", "Box 72-02"),
        ("all", "die ganze Stadt"),
        ("berta", "berta"),
    ],
)
def test_an_area_is_called_as_operators_named_it_or_by_what_it_is(area: str, said: str) -> None:
    assert labels.area(area, catalogues.words(domains.RESIDENTS, languages.GERMAN), NAMES) == said


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=lambda language: language.tag)
def test_no_language_makes_a_bezirk_of_a_number(language: languages.Language) -> None:
    said = labels.area("district-71", catalogues.words(domains.RESIDENTS, language), {})

    assert "71-…" in said
    assert "113" not in said


def test_staff_read_the_id_as_well() -> None:
    words = catalogues.words(domains.STAFF, languages.GERMAN)

    assert staff_labels.area("district-71", words, NAMES) == "Schöneberg (district-71)"
    assert staff_labels.area("district-99", words, NAMES) == "Boxen 99-… (district-99)"
    assert staff_labels.area("all", words, NAMES) == "die ganze Stadt"


async def test_pages_of_residents_and_staff_use_the_name(tmp_path: Path) -> None:
    async with running(settings_of(tmp_path / "box", "box", area_names={"district-72": "Wedding"})) as box:
        await events.act(box, commands.SetMode("district-72", Mode.EMERGENCY, "Ausfall"), DANA)

        overview = text_of(await box.client.get("/crisis?lang=de"))
        lage = text_of(await (await sign_in(box, "anna", "de")).get("/crisis/lage"))

    assert "Notfall in anderen Gebieten: Wedding" in overview
    assert "Wedding (district-72)" in lage


@pytest.mark.parametrize(
    "names", [{"District-71": "x"}, {"district-7": " "}, {"71 01": "x"}, {"district-71": "x" * 61}]
)
def test_a_name_for_nothing_and_an_empty_name_are_refused_at_the_start(names: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="area_names"):
        CrisisSettings(area_names=names)
