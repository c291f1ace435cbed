"""Notices and places of help as fields, of which the last writer wins each one."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from crisis.model import contents
from crisis.model.contents import NoticeContent, NoticeText, PointContent, PointKind, Severity
from tests.crisis.support.examples import NOW, notice, point

if TYPE_CHECKING:
    from pydantic import JsonValue

WHOLE = NoticeContent(
    texts={"de": NoticeText(headline="Hitze", text="Trinken Sie viel."), "en": NoticeText(headline="Heat")},
    severity=Severity.SEVERE,
    area="district-71",
    from_at=NOW,
    until_at=NOW + timedelta(hours=6),
)


def test_each_language_is_a_field_of_its_own() -> None:
    fields = contents.fields_of(WHOLE)

    assert {name for name in fields if "." in name} == {"texts.de", "texts.en"}
    assert "texts" not in fields


@pytest.mark.parametrize("content", [WHOLE, notice()])
def test_a_notice_survives_being_fields(content: NoticeContent) -> None:
    assert contents.read(NoticeContent, contents.fields_of(content)) == content


@pytest.mark.parametrize("more", [{}, {"offers": ("Strom", "Wasser"), "latitude": 52.5, "open_now": False}])
def test_a_place_survives_being_fields(more: dict[str, Any]) -> None:
    content = point(confirmed_at=NOW, **more)

    assert contents.read(PointContent, contents.fields_of(content)) == content


def test_a_change_has_only_the_fields_that_differ() -> None:
    before = WHOLE
    after = dataclasses.replace(before, severity=Severity.EXTREME, texts={"de": before.texts["de"]})

    assert contents.changes(after, before) == {"severity": "Extreme", "texts.en": None}
    assert contents.changes(before, before) == {}


def test_the_first_event_has_all_fields() -> None:
    assert contents.changes(WHOLE, None) == contents.fields_of(WHOLE)


def test_the_changes_of_two_people_in_different_fields_both_hold() -> None:
    text = contents.changes(
        dataclasses.replace(WHOLE, texts=WHOLE.texts | {"en": NoticeText(headline="Heatwave")}), WHOLE
    )
    end = contents.changes(dataclasses.replace(WHOLE, until_at=NOW + timedelta(days=1)), WHOLE)

    merged = contents.read(NoticeContent, contents.fields_of(WHOLE) | text | end)

    assert merged is not None
    assert (merged.texts["en"].headline, merged.until_at) == ("Heatwave", NOW + timedelta(days=1))


def test_a_removed_language_is_gone_and_the_german_text_cannot_be_removed() -> None:
    fields = contents.fields_of(WHOLE)

    without_english = contents.read(NoticeContent, fields | {"texts.en": None})

    assert without_english is not None
    assert set(without_english.texts) == {"de"}
    assert contents.read(NoticeContent, fields | {"texts.de": None}) is None


@pytest.mark.parametrize(
    "invalid",
    [{"severity": "Apocalyptic"}, {"hazard": 7}, {"area": "No Area"}, {"texts.en": {"headline": ""}}, {"new": [1]}],
)
def test_an_invalid_field_counts_as_absent_and_hides_nothing_else(invalid: dict[str, JsonValue]) -> None:
    found = contents.read(NoticeContent, contents.fields_of(WHOLE) | invalid)

    assert found is not None
    assert (found.texts["de"], found.until_at) == (WHOLE.texts["de"], WHOLE.until_at)


def test_of_a_begin_and_an_end_that_contradict_each_other_the_end_is_dropped() -> None:
    fields = contents.fields_of(WHOLE) | {"from_at": contents.fields_of(WHOLE)["until_at"]}

    found = contents.read(NoticeContent, fields)

    assert found is not None
    assert (found.from_at, found.until_at) == (WHOLE.until_at, None)


def test_a_place_without_a_name_or_kind_is_not_known_yet() -> None:
    assert contents.read(PointContent, {"name": "Rathaus"}) is None
    assert contents.read(PointContent, {"kind": "water"}) is None
    assert contents.read(PointContent, {"name": "Rathaus", "kind": "water"}) == PointContent(PointKind.WATER, "Rathaus")


def test_a_notice_without_german_or_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"texts\.de"):
        NoticeContent(texts={"en": NoticeText(headline="Heat")})
    with pytest.raises(ValidationError, match="must begin before it ends"):
        notice(from_at=NOW, until_at=NOW)
