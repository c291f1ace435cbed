"""Bulletins: what holds, for whom, and never larger than a message may be."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from crisis.model import contents, event_bodies
from crisis.model.contents import NoticeContent, NoticeText, Severity
from crisis.state.state import State
from crisis.sync import bulletin
from devices.readings import Mode
from tests.crisis.support.examples import NOW, after, event, notice, point


def composed(*made: event_bodies.Body, boxes: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    state = State()
    for number, body in enumerate(made):
        state.apply(event(body, number - len(made)))
    return bulletin.compose(state, boxes, NOW)


def put(content: NoticeContent) -> event_bodies.NoticePublished:
    return event_bodies.NoticePublished(uuid4(), contents.fields_of(content))


def test_there_is_always_one_for_the_city_and_one_for_each_district_with_a_box() -> None:
    found = composed(boxes=("71-01", "71-02", "0a-01", "berta"))

    assert set(found) == {"all", "district-71", "district-0a"}


@pytest.mark.parametrize(
    ("area", "bulletin_area"),
    [("all", "all"), ("district-71", "district-71"), ("71-01", "district-71"), ("berta", "all")],
)
def test_what_is_decided_stands_where_the_boxes_of_its_area_look(area: str, bulletin_area: str) -> None:
    found = composed(event_bodies.ModeSet(area, Mode.EMERGENCY), put(notice(area=area)))

    assert [mode["area"] for mode in found[bulletin_area]["modes"]] == [area]
    assert [each["area"] for each in found[bulletin_area]["notices"]] == [area]
    assert sum(len(each["modes"]) for each in found.values()) == 1


def test_what_holds_no_more_is_gone_and_what_will_hold_is_there() -> None:
    over, withdrawn, coming = (
        put(notice("over", until_at=NOW)),
        put(notice("back")),
        put(notice("soon", from_at=after(9))),
    )
    place = uuid4()

    found = composed(
        over,
        withdrawn,
        event_bodies.NoticeWithdrawn(withdrawn.notice),
        coming,
        event_bodies.PointPut(place, contents.fields_of(point())),
        event_bodies.PointClosed(place),
    )["all"]

    assert [each["id"] for each in found["notices"]] == [str(coming.notice)]
    assert found["points"] == []


def test_it_says_when_it_was_made_and_what_is_an_exercise() -> None:
    found = composed(event_bodies.ModeSet("all", Mode.EMERGENCY, "Probe", exercise=True), put(notice(exercise=True)))[
        "all"
    ]

    published = json.loads(bulletin.encode(found, NOW))

    assert (published["v"], published["as_of"], published["is_cut"]) == (1, event_bodies.milliseconds(NOW), False)
    assert published["modes"][0]["exercise"] is published["notices"][0]["exercise"] is True


def test_it_is_cut_before_it_is_too_large_and_keeps_the_worst() -> None:
    long = {"de": NoticeText(headline="lang", text="ä" * 4_000, instruction="ö" * 4_000)}
    mild = [put(NoticeContent(texts=long, severity=Severity.MINOR)) for _ in range(10)]
    worst = put(notice("Sofort raus", severity=Severity.EXTREME))
    places = [event_bodies.PointPut(uuid4(), contents.fields_of(point(note="x" * 1_000))) for _ in range(100)]

    found = composed(*mild, worst, *places)["all"]

    assert len(bulletin.encode(found, NOW)) <= 64 * 1024
    assert found["is_cut"] is True
    assert found["notices"][0]["texts"]["de"]["headline"] == "Sofort raus"
