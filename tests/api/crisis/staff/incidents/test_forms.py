"""What is read from the forms of incidents."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.incidents import forms


def test_what_is_ticked_is_read() -> None:
    one, other = uuid4(), uuid4()

    assert forms.ticked({f"item-{one}": "on", "title": "Aufzug", f"item-{other}": "on"}) == (one, other)


@pytest.mark.parametrize("name", ["item-", "item-x"])
def test_a_forged_name_of_a_tick_is_refused(name: str) -> None:
    with pytest.raises(FieldError):
        forms.ticked({name: "on"})
