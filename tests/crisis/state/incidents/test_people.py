"""How many people an incident is about: the largest number of merged calls, and their sum on request."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from crisis.model import contents
from crisis.model.incidents.bodies import IncidentPut, ItemLinked
from crisis.model.incidents.contents import PeopleRule
from crisis.state.incidents import people
from crisis.state.incidents.people import PeopleCount
from tests.crisis.support.examples import event, incident
from tests.crisis.support.strategies import fold


@pytest.mark.parametrize(
    ("linked", "more", "expected"),
    [
        ([], {}, PeopleCount(None, None)),
        ([(True, None)], {}, PeopleCount(None, None)),
        ([(True, 3), (True, 5), (True, None)], {}, PeopleCount(5, 8)),
        ([(True, 3), (True, 5)], {"people_rule": PeopleRule.SUM}, PeopleCount(8, 8)),
        ([(True, 3), (False, 5)], {}, PeopleCount(8, 8)),
        ([(True, 3), (True, 4), (False, 5)], {}, PeopleCount(9, 12)),
        ([(True, 3), (True, 5)], {"people": 34}, PeopleCount(34, 8, is_set=True)),
        ([(True, 0)], {}, PeopleCount(0, 0)),
    ],
)
def test_merged_calls_speak_of_the_same_people(
    linked: list[tuple[bool, int | None]], more: dict[str, Any], expected: PeopleCount
) -> None:
    name = uuid4()
    numbers = {uuid4(): (same, number) for same, number in linked}
    put = event(IncidentPut(name, contents.fields_of(incident(**more)), begins=True))
    links = [event(ItemLinked(name, item, same), 1) for item, (same, _) in numbers.items()]
    found = fold([put, *links]).incidents.of(name)

    assert found is not None
    assert people.of(found, lambda item: numbers[item][1]) == expected
