"""The texts of the staff's pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis.staff import rendering, texts
from api.site.texts import Language
from crisis.model.contents import PointKind
from devices.readings import DistressKind, ReportKind

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.slow


def test_every_text_is_used_and_every_used_text_is_there(pytestconfig: pytest.Config) -> None:
    from crisis.model.contents import Certainty, Hazard, Severity, Urgency
    from crisis.model.event_bodies import KINDS, Source
    from crisis.model.roles import Role
    from crisis.state.rules import Why
    from devices.readings import Mode as AnyMode

    folder: Path = pytestconfig.rootpath / "api" / "crisis"
    files = [*folder.glob("staff/*.py"), *folder.glob("staff/templates/*"), folder / "refusals.py"]
    source = "\n".join(file.read_text() for file in files)
    families: dict[str, Any] = {
        "did_": [*KINDS, "unread"],
        "why_": list(Why),
        "role_": list(Role),
        "source_": list(Source),
        "distress_": list(DistressKind),
        "report_": list(ReportKind),
        "kind_": list(PointKind),
        "severity_": list(Severity),
        "urgency_": list(Urgency),
        "certainty_": list(Certainty),
        "hazard_": list(Hazard),
        "mode_": list(AnyMode),
        "open_": ["yes", "no", "unknown"],
        "act_": ["propose", "emergency", "normal", "maintenance"],
    }
    needed = {f"{prefix}{name}" for prefix, names in families.items() for name in names}
    there = set(texts.texts(Language.DE))

    used = {name for name in there if re.search(rf"\bt\.{name}\b|[\"']{name}[\"']", source)}
    done = {name for name in there if name.startswith("done_") and f'"{name.removeprefix("done_")}"' in source}

    assert needed - there == set()
    assert set(re.findall(r"\bt\.([a-z]\w+)", source)) - there == set()
    assert there - needed - used - done == set()


def test_both_languages_have_the_same_places_to_fill_in() -> None:
    english, german = (texts.texts(language) for language in Language)

    assert {name for name in english if english[name].count("{}") != german[name].count("{}")} == set()
    assert all(german[name].strip() and english[name].strip() for name in english)


def test_direction_overrides_are_shown_and_do_nothing() -> None:
    rendered = rendering._templates().from_string("{{ text }}").render(text="a\u202egnp.exe")

    assert rendered == "a\N{REPLACEMENT CHARACTER}gnp.exe"
