"""What became of each message, and the results of a batch by box."""

from __future__ import annotations

import pytest

from ingest.results import Outcome, Result, by_box
from kiezbox.errors import Reason
from tests.ingest.support.messages import arrival, result, telemetry

MESSAGE = telemetry(1, {"noise": 1})


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (Result(MESSAGE, "71-01", stored=1, duplicate=2, reasons={Reason.BAD_TIME: 1}), Outcome.STORED),
        (Result(MESSAGE, "71-01", duplicate=1, reasons={Reason.BAD_TIME: 1}), Outcome.DUPLICATE),
        (Result(MESSAGE, "71-01", reasons={Reason.BAD_TIME: 1}), Outcome.REJECTED),
        (Result(arrival("kb/v1/71-01/telemetry", b"{"), "71-01"), Outcome.REJECTED),
        (Result(MESSAGE, "71-01", is_new=True, is_repeated=True), Outcome.STORED),
        (Result(MESSAGE, "71-01", is_repeated=True), Outcome.DUPLICATE),
        (Result(MESSAGE, "71-01"), Outcome.STORED),
    ],
)
def test_a_message_ends_as_the_best_of_its_parts(found: Result, outcome: Outcome) -> None:
    assert found.outcome is outcome


def test_each_result_has_reasons_of_its_own() -> None:
    first, second = Result(MESSAGE, "71-01"), Result(MESSAGE, "71-01")
    first.reasons[Reason.BAD_TIME] = 1

    assert second.reasons == {}


def test_boxes_come_in_one_order_and_their_messages_as_they_arrived() -> None:
    results = [result(1, box="b"), result(2, box="a"), result(3, box="b"), result(4, box="00-00")]

    found = by_box(results)

    assert {box: [each.arrival.content.seq for each in own] for box, own in found.items()} == {
        "00-00": [4],
        "a": [2],
        "b": [1, 3],
    }
    assert list(found) == ["00-00", "a", "b"]
