from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.readings import filters


def test_aggregates_can_be_repeated_or_separated_by_commas() -> None:
    repeated = filters.Series.model_validate({"aggregates": ["avg", "max"]})
    separated = filters.Series.model_validate({"aggregates": ["avg,max"]})

    assert repeated == separated
    assert separated.aggregates == ["avg", "max"]


def test_a_district_is_read_in_upper_and_lower_case() -> None:
    query = filters.Readings.model_validate({"district": ["7A", "7b"]})

    assert query.district == ["7a", "7b"]
    assert query.districts == [0x7A, 0x7B]


@pytest.mark.parametrize("district", ["7", "113", "7g", "7\n", "\N{ARABIC-INDIC DIGIT ONE}1"])
def test_a_district_has_two_hexadecimal_digits(district: str) -> None:
    with pytest.raises(ValidationError, match="two hexadecimal digits"):
        filters.Boxes.model_validate({"district": [district]})


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        filters.Boxes.model_validate({"boks": ["71-01"]})
