"""The rows of the list: their texts are made once, and again when something that stands in them has changed."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

from crisis.alarm import wording
from crisis.alarm.alarms import Alarm, Picture
from crisis.alarm.copied import listing
from crisis.alarm.copied.listing import Texts
from tests.crisis.alarm.support.listed import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from translations.words import Words

SILENT = Alarm(kind="unreachable", subject="71-03", opened_at=NOW, area="71-03", label="71-03", value=3.5)


def titles(texts: Texts, *alarms: Alarm) -> list[str]:
    return [json.loads(row.titles)["de"] for row in listing.rows(Picture(alarms), (), texts)]


def test_texts_of_what_has_not_changed_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made, write = [], wording.listed

    def counted(alarm: Alarm, words: Words, names: Mapping[str, str]) -> tuple[str, str]:
        made.append(alarm)
        return write(alarm, words, names)

    monkeypatch.setattr(wording, "listed", counted)
    texts = Texts()
    first = titles(texts, SILENT)
    number = len(made)
    again = titles(texts, dataclasses.replace(SILENT, value=4.0))

    assert (number > 0, len(made), again) == (True, number, first)


def test_texts_follow_the_alarm_and_the_names_of_districts() -> None:
    texts = Texts()
    before = titles(texts, SILENT)
    drill = titles(texts, dataclasses.replace(SILENT, exercise=True))
    texts.call({"district-71": "Schöneberg"})

    assert before == ["Box nicht erreichbar: 71-03"]
    assert drill == ["ÜBUNG Box nicht erreichbar: 71-03"]
    assert titles(texts, SILENT) == ["Box nicht erreichbar: 71-03, Schöneberg"]
    assert titles(texts) == []
