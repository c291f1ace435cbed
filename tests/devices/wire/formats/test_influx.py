"""InfluxDB's line protocol and requests: what is no point, and what clients ask besides."""

from __future__ import annotations

import json

import pytest

from devices.wire import parsing
from devices.wire.formats.influx import FORMAT, answers, lines, points, requests
from devices.wire.formats.influx.lines import BadLine, Point
from devices.wire.inputs.format import NotUnderstood, Request
from kiezbox.errors import Malformed, Reason
from tests.devices.support.input_case import RECEIVED_AT
from tests.devices.wire.formats.influx import CORE, SENSOR, write


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("m", "no fields"),
        ("m ", "a field's name is missing"),
        ("m a", "has no value"),
        ("m a=", "is missing"),
        ("m a=NaN", "is no number"),
        ("m a=inf", "is no number"),
        ("m a=1,5", "has no value"),
        ('m a="x', "has no end"),
        ("m,b a=1", "has no value"),
        ("m,b=1,b=2 a=1", "comes twice"),
        ("m a=1 x", "a timestamp is missing"),
        ("m a=1 1 2", "something follows"),
        (",b=1 a=1", "a measurement is missing"),
    ],
)
def test_a_line_that_is_no_point_says_why_and_ends_nothing(line: str, complaint: str) -> None:
    bad, good = list(lines.points(f"{line}\nm a=1 1\n"))

    assert isinstance(bad, BadLine)
    assert complaint in bad.complaint
    assert good == Point("m", {}, {"a": 1.0}, 1, "m a=1 1")


def test_escapes_are_those_of_the_grammar() -> None:
    (point,) = lines.points(r'a\ b\,c,t\=1=x\ y,u=\z f\,g="p\\q\"\n" -5')

    assert point == Point(
        "a b,c", {"t=1": "x y", "u": r"\z"}, {"f,g": r'p\q"\n'}, -5, r'a\ b\,c,t\=1=x\ y,u=\z f\,g="p\\q\"\n" -5'
    )


@pytest.mark.parametrize(
    "hostile",
    ["\\" * 200_000, ",a=1" * 100_000, '"' * 200_000, "m " + "a=1," * 100_000, "m a=" + "9" * 200_000, "m\n" * 200_000],
)
def test_a_hostile_body_takes_time_in_proportion_to_its_length(hostile: str) -> None:
    assert all(isinstance(each, BadLine | Point) for each in lines.points(hostile))


def test_a_request_with_more_than_one_commit_takes_is_refused_before_the_rest_is_read() -> None:
    line = "m " + ",".join(f"f{number}=1" for number in range(1_000)) + "\n"
    assert len(requests.take(write(line * 20)).parcels) == 20
    with pytest.raises(NotUnderstood, match="20000 fields"):
        requests.take(write(line * 21))
    assert len(requests.take(write("m a=1\n" * requests.POINTS_MAX)).parcels) == requests.POINTS_MAX
    with pytest.raises(NotUnderstood, match="smaller batches") as caught:
        requests.take(write("m a=1\n" * (requests.POINTS_MAX + 1)))

    assert caught.value.status == 413


@pytest.mark.parametrize(
    "line",
    [
        "m " + ",".join(f"f{n}=1" for n in range(1_001)),
        "m" + "".join(f",t{n}=1" for n in range(1_001)) + " a=1",
        "m a=1" + ",a=1" * 1_000,
    ],
)
def test_a_point_has_a_thousand_fields_and_tags_at_most(line: str) -> None:
    (found,) = lines.points(line)

    assert isinstance(found, BadLine)
    assert "at most 1000" in found.complaint


def test_a_long_measurement_is_not_repeated_in_full_for_each_field() -> None:
    (point,) = lines.points("m" * 100_000 + " a=1,b=2")

    assert isinstance(point, Point)
    assert all(len(value.name) < 300 for value in points.values_of(point, "ns"))


def test_each_point_is_a_message_of_its_box_and_a_bad_line_costs_no_other() -> None:
    taken = requests.take(write(f"{CORE}m a=\n{SENSOR}"))

    assert [(each.box, each.more) for each in taken.parcels] == [("71-01", "ns"), ("", "ns"), ("71-01", "ns")]
    with pytest.raises(Malformed) as caught:
        parsing.parse("in/influx//ns", taken.parcels[1].payload, RECEIVED_AT)
    assert (caught.value.reason, caught.value.box) == (Reason.BAD_SCHEMA, None)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "ping", 204), ("HEAD", "ping", 204), ("GET", "health", 200), ("GET", "ready", 204)],
)
def test_a_ping_is_answered_when_a_point_could_be_stored(method: str, path: str, status: int) -> None:
    taken = requests.take(Request(method, path, {}, {}, b""))

    assert (taken.answer.status, taken.asks_database, taken.parcels) == (status, True, ())


def test_the_client_of_version_1_may_make_its_database() -> None:
    taken = requests.take(Request("POST", "query", {"q": 'CREATE DATABASE "x"'}, {}, b""))

    assert json.loads(taken.answer.body) == {"results": [{"statement_id": 0}]}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Request("GET", "api/v2/write", {}, {}, b""), 405),
        (Request("POST", "query", {"q": "SELECT 1"}, {}, b""), 404),
        (Request("POST", "", {}, {}, b"m a=1"), 404),
        (Request("POST", "write", {"precision": "d"}, {}, b"m a=1"), 400),
    ],
)
def test_what_is_no_write_is_refused(request_: Request, status: int) -> None:
    with pytest.raises(NotUnderstood) as caught:
        requests.take(request_)

    assert caught.value.status == status


def test_a_refusal_is_read_by_clients_of_both_versions() -> None:
    refused = FORMAT.refusal(503, "later")

    assert json.loads(refused.body) == {"code": "unavailable", "message": "later", "error": "later"}
    assert answers.STORED.status == 204
