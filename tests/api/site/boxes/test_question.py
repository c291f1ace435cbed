from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.site.boxes import question
from api.site.boxes.periods import BadPeriodError, Span

NOW = datetime(2026, 3, 29, 10, 7, 30, tzinfo=UTC)
ROW = {"quantity": "pm10", "source": "core"}


def test_without_parameters_it_is_the_last_day_of_everything() -> None:
    asked = question.read({}, "Europe/Berlin", NOW)

    assert (asked.period.span, asked.period.tz, asked.quantity) == (Span.DAY, "Europe/Berlin", None)


def test_what_links_gather_on_their_way_costs_nobody_the_page() -> None:
    asked = question.read({"fbclid": "x", "span": "decade", "quantity": "<b>"}, "Europe/Berlin", NOW)

    assert (asked.period.span, asked.quantity) == (Span.DAY, None)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"tz": "Europe/Berlinn"}, "time zone"),
        ({"tz": "../../etc/passwd"}, "time zone"),
        ({"tz": "x" * 10_000}, "time zone"),
        ({"from": "2026-01-01"}, "both"),
        ({"to": "2026-01-01"}, "both"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_reason(parameters: dict[str, str], says: str) -> None:
    with pytest.raises(BadPeriodError, match=says):
        question.read(parameters, "Europe/Berlin", NOW)


def test_a_series_is_asked_for_by_quantity_and_where_named_by_source() -> None:
    of_quantity = question.read({"quantity": "pm10"}, "UTC", NOW)
    of_source = question.read({"quantity": "pm10", "source": "sensor-3"}, "UTC", NOW)

    assert of_quantity.matches(ROW)
    assert not of_source.matches(ROW)
    assert question.first([ROW], of_source) is None
