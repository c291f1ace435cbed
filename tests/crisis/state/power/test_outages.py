"""Outages: what counts as one, how sure it is, since when, and under which id."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from crisis.places.gazetteer import Gazetteer
from crisis.places.streets import Street
from crisis.state.power import outages
from crisis.state.power.episodes import Episode
from crisis.state.power.outages import CellState, Grade, Outage
from tests.crisis.state.power.test_cells import at
from tests.crisis.support import blackouts
from tests.crisis.support.blackouts import box
from tests.crisis.support.examples import NOW
from tests.support import map_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crisis.state.power.evidence import Evidence

SINCE = NOW - timedelta(minutes=20)
STREETS = [
    Street(f"Straße {east} {north}", *at(east, north), "0701")
    for east in range(-3000, 3001, 250)
    for north in range(-3000, 3001, 250)
]
PLACES = Gazetteer(streets=STREETS)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def row(*states: datetime | None, step_m: float = 600) -> list[Evidence]:
    """Boxes `0`, `1`, ... from west to east, in one Ortsteil: out since then, or on (None)."""
    return [box(str(number), at(number * step_m, 0), since=since) for number, since in enumerate(states)]


def back(evidence: Evidence, at_: datetime) -> Evidence:
    """The same box, whose power came back."""
    (episode,) = evidence.episodes
    return dataclasses.replace(evidence, mains=True, since=at_, episodes=(dataclasses.replace(episode, back_at=at_),))


def found(evidence: Sequence[Evidence], now: datetime = NOW, places: Gazetteer = PLACES) -> list[Outage]:
    return outages.outages(evidence, now, places)


def only(evidence: Sequence[Evidence], now: datetime = NOW) -> Outage:
    (outage,) = found(evidence, now)
    return outage


# -- how sure it is --------------------------------------------------------------------------------------------------


def test_neighbours_that_lose_power_together_are_an_outage() -> None:
    outage = only(row(SINCE, SINCE + timedelta(seconds=30), SINCE + timedelta(seconds=40), None))

    assert (outage.grade, outage.boxes_out, outage.boxes_heard) == (Grade.FIRM, ("0", "1", "2"), 4)
    assert (outage.since, outage.spread, outage.until) == (SINCE, timedelta(seconds=40), None)
    assert len(outage.streets) > 10
    assert [area.name for area in outage.ortsteile] == ["Schöneberg", "Friedenau"]
    assert outage.told_at == NOW - timedelta(seconds=30)


def test_one_box_whose_neighbours_have_power_is_never_an_outage_but_a_fuse() -> None:
    outage = only(row(None, None, SINCE, None, None))

    assert (outage.grade, outage.looks_like_fuse) == (Grade.SINGLE, True)


def test_one_box_alone_in_the_dark_is_no_fuse_for_want_of_neighbours() -> None:
    outage = only(row(SINCE))

    assert (outage.grade, outage.looks_like_fuse) == (Grade.SINGLE, False)


def test_a_neighbour_that_was_not_heard_of_for_an_hour_says_nothing_about_a_fuse() -> None:
    out, silent = row(SINCE, None)

    outage = only([out, dataclasses.replace(silent, told_at=NOW - minutes(60))])

    assert not outage.looks_like_fuse


def test_two_of_nine_boxes_are_not_sure() -> None:
    assert only(row(SINCE, SINCE, *[None] * 7, step_m=200)).grade is Grade.SINGLE


def test_five_boxes_at_once_are_sure_however_many_others_have_power() -> None:
    assert only(row(*[SINCE] * 5, *[None] * 15, step_m=100)).grade is Grade.FIRM


def test_a_dead_link_turns_nothing_dark() -> None:
    silent = [box(str(number), at(number * 600, 0), told_s=24 * 3600) for number in range(9)]
    silent = [dataclasses.replace(each, reachable=False) for each in silent]

    survey = outages.Survey(silent, NOW, PLACES)

    assert survey.outages == ()
    assert {(cell.state, cell.grade) for cell in survey.cells} == {(CellState.ON, Grade.OLD)}


def test_an_outage_that_nobody_speaks_of_any_more_goes_on_as_old() -> None:
    evidence = [dataclasses.replace(each, told_at=SINCE) for each in row(SINCE, SINCE, SINCE)]

    assert only(evidence).grade is Grade.OLD


def test_a_fuse_of_which_nobody_speaks_any_more_is_no_outage_either() -> None:
    out, *others = row(SINCE, None, None)

    outage = only([dataclasses.replace(out, told_at=SINCE), *others])

    assert (outage.grade, outage.is_corroborated) == (Grade.OLD, False)


def test_one_fresh_word_keeps_an_outage_sure_while_batteries_run_out() -> None:
    first, *others = row(SINCE, SINCE, SINCE)

    outage = only([first, *(dataclasses.replace(each, told_at=SINCE) for each in others)])

    assert outage.grade is Grade.FIRM
    assert {cell.box: cell.grade for cell in outage.cells} == {"0": Grade.FIRM, "1": Grade.OLD, "2": Grade.OLD}


def test_a_box_that_never_said_anything_is_unknown_and_cuts_no_cell() -> None:
    known = row(SINCE, SINCE)
    silent = dataclasses.replace(box("9", at(300, 0)), mains=None, since=None, told_at=None)

    survey = outages.Survey([*known, silent], NOW, PLACES)

    assert {cell.box: cell.state for cell in survey.cells}["9"] is CellState.UNKNOWN
    assert list(survey.outages) == found(known)


def test_a_box_that_never_said_where_it_stands_is_in_the_list_without_a_cell() -> None:
    outage = only([dataclasses.replace(row(SINCE)[0], position=None)])

    assert [cell.ring for cell in outage.cells] == [()]
    assert outage.streets == ()


def test_beyond_the_known_city_boxes_in_reach_are_the_ones_that_count() -> None:
    far = [
        dataclasses.replace(each, position=(48.1, 11.5 + number / 100))
        for number, each in enumerate(row(SINCE, SINCE, None))
    ]

    assert (only(far).grade, only(far).ortsteile, only(far).boxes_heard) == (Grade.FIRM, (), 3)


# -- what belongs together -------------------------------------------------------------------------------------------


def test_neighbours_that_lose_power_at_other_times_are_other_outages() -> None:
    assert len(found(row(SINCE, SINCE, SINCE - minutes(11), SINCE - minutes(11)))) == 2


def test_boxes_that_speak_seldom_have_more_time() -> None:
    evidence = [dataclasses.replace(each, cadence_s=900.0) for each in row(SINCE, SINCE, SINCE - minutes(25))]

    assert len(found(evidence)) == 1


def test_what_happens_far_away_at_the_same_time_is_another_outage() -> None:
    assert len(found(row(SINCE, SINCE, *[None] * 8, SINCE, SINCE))) == 2


def test_a_box_with_power_between_two_without_does_not_part_them() -> None:
    evidence = row(SINCE, None, SINCE)

    assert only(evidence).boxes_out == ("0", "2")
    assert not {street.point for street in only(evidence).streets} & {
        street.point for street in STREETS if abs(street.point[0] - at(600, 0)[1]) < 0.003
    }


# -- power comes back ------------------------------------------------------------------------------------------------


def test_power_that_comes_back_in_steps_leaves_one_outage_until_all_have_it() -> None:
    dark = row(SINCE, SINCE, SINCE)
    partly = [back(dark[0], NOW - minutes(5)), back(dark[1], NOW - minutes(4)), dark[2]]
    whole = [*partly[:2], back(dark[2], NOW - minutes(1))]

    steps = [only(dark), only(partly), only(whole)]

    assert len({outage.id for outage in steps}) == 1
    assert [outage.until for outage in steps] == [None, None, NOW - minutes(1)]
    assert (steps[1].boxes_out, steps[1].boxes_back) == (("2",), ("0", "1"))
    assert steps[1].streets
    assert steps[1].streets_back
    assert set(steps[2].streets) == set(steps[0].streets)
    assert steps[2].grade is Grade.FIRM


def test_an_end_is_shown_for_a_day() -> None:
    over = [back(each, NOW) for each in row(SINCE, SINCE)]

    assert only(over, NOW + timedelta(hours=23)).until == NOW
    assert found(over, NOW + timedelta(hours=25)) == []


def test_an_outage_of_days_keeps_its_id_when_its_first_box_has_had_power_for_long() -> None:
    first, *others = row(SINCE - minutes(1), SINCE, SINCE)
    before = only([first, *others])

    after = only([back(first, NOW), *others], NOW + timedelta(days=3))

    assert after.id == before.id
    assert [cell.box for cell in after.cells] == ["1", "2"]


# -- the same outage -------------------------------------------------------------------------------------------------


def test_an_earlier_first_box_makes_no_new_outage() -> None:
    late, *others = row(SINCE - minutes(2), SINCE, SINCE)

    before, after = only(others), only([late, *others])

    assert before.id != after.id
    assert before.names < after.names


def test_outages_that_merge_have_both_their_names() -> None:
    evidence = row(SINCE - minutes(1), SINCE, None, None, None, SINCE + minutes(1), SINCE + minutes(1))
    before = found(evidence)
    evidence[2:5] = row(*[None] * 2, SINCE, SINCE, SINCE)[2:]

    after = only(evidence)

    assert len(before) == 2
    assert after.names > before[0].names | before[1].names
    assert after.id == before[0].id


def test_the_parts_of_an_outage_that_splits_have_its_names() -> None:
    evidence = row(SINCE, SINCE, SINCE, SINCE, step_m=1_000)
    evidence[2:] = [
        dataclasses.replace(each, position=at(2_300 + number * 900, 0)) for number, each in enumerate(evidence[2:])
    ]
    before = only(evidence)
    crowd = [box(f"new {number}", at(1_000 + 10 * number, 100)) for number in range(3)]
    crowd += [box(f"newer {number}", at(2_300 + 10 * number, 100)) for number in range(3)]

    parts = found([*evidence, *crowd])

    assert len(parts) > 1
    assert frozenset().union(*(part.names for part in parts)) == before.names


def test_ids_do_not_depend_on_the_order_in_which_boxes_are_looked_at() -> None:
    evidence = row(SINCE, SINCE, None, SINCE - minutes(30), SINCE - minutes(31), None, SINCE)
    expected = found(evidence)

    for seed in range(20):
        shuffled = list(evidence)
        random.Random(seed).shuffle(shuffled)

        assert found(shuffled) == expected


def test_the_id_is_made_from_the_first_event_alone() -> None:
    event = UUID("018f0000-0000-7000-8000-000000000001")
    evidence = row(SINCE, SINCE)
    evidence[0] = dataclasses.replace(evidence[0], episodes=(Episode("0", (event,), SINCE - minutes(1)),))

    assert only(evidence).id == UUID("0fdfb375-a8d9-512c-8c4f-43a788bc79e1")  # on every node, for ever


# -- over real streets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ragged", "precision", "recall"), [(False, 0.9, 0.8), (True, 0.8, 0.7)])
def test_the_streets_of_a_blackout_are_named_with_1_2_boxes_a_km2(
    ragged: bool, precision: float, recall: float
) -> None:
    score = blackouts.mean_score(map_data.gazetteer(), 1.2, ragged=ragged)

    assert score.precision >= precision
    assert score.recall >= recall


def test_no_fuse_in_the_city_is_taken_for_an_outage() -> None:
    places = map_data.gazetteer()
    chance = random.Random(3)
    evidence = blackouts.boxes(blackouts.streets_of(places), set(), 264, chance)

    for each in chance.sample(evidence, 20):
        alone = [
            box(other.box, other.position, since=SINCE if other is each else None)
            for other in evidence
            if other.position
        ]

        assert [outage.grade for outage in found(alone, places=places)] == [Grade.SINGLE]
