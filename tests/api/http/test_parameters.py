from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.http.parameters import PageQuery, StrictQuery


def test_an_unknown_parameter_is_an_error_that_names_it() -> None:
    with pytest.raises(ValidationError) as raised:
        StrictQuery.model_validate({"boks": "71-01"})

    assert [(error["type"], error["loc"]) for error in raised.value.errors()] == [("extra_forbidden", ("boks",))]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_page_has_at_least_one_item(limit: str) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"limit": limit})


def test_a_page_may_leave_everything_to_the_service() -> None:
    assert PageQuery.model_validate({}) == PageQuery(limit=None, cursor=None)
