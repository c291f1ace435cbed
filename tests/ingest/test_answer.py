"""The answers that boxes get after the commit."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from ingest.answer import answers
from ingest.results import Result
from kiezbox.errors import Reason
from tests.ingest.support.messages import arrival, telemetry


def answered(*results: Result) -> list[tuple[str, dict[str, Any]]]:
    return [(topic, json.loads(payload)) for topic, payload in answers(results)]


def test_stored_and_duplicate_messages_may_be_deleted() -> None:
    stored = Result(telemetry(412, {"pm2_5": 1.0}), "71-01", stored=1)
    duplicate = Result(telemetry(413, {"pm2_5": 1.0}), "71-01", duplicate=1)

    assert answered(stored, duplicate) == [
        ("kb/v1/71-01/ack", {"v": 1, "boot": "5f0c9a1e", "stored": [412, 413], "rejected": []})
    ]


def test_a_rejected_message_is_named_with_its_reason() -> None:
    unreadable = Result(arrival("kb/v1/71-01/telemetry", b'{"v": 1, "boot": "5f0c9a1e", "seq": 410, oops'), "71-01")
    useless = Result(telemetry(411, {}), "71-01", reasons=Counter({Reason.BAD_TIME: 2}))

    ((_, answer),) = answered(unreadable, useless)

    assert answer["stored"] == []
    assert answer["rejected"] == [{"seq": 410, "reason": "bad_json"}, {"seq": 411, "reason": "bad_time"}]


def test_a_partly_rejected_message_is_stored_and_its_box_is_told_what_was_not() -> None:
    partly = Result(telemetry(5, {}), "71-01", stored=3, reasons=Counter({Reason.BAD_TIME: 1}))

    ((_, answer),) = answered(partly)

    assert answer["stored"] == [5]
    assert answer["partly"] == [{"seq": 5, "rejected": {"bad_time": 1}}]


def test_each_box_and_each_boot_has_its_own_answer() -> None:
    results = [Result(telemetry(1, {}, box=box, boot=boot), box) for box, boot in [("a", "x"), ("a", "y"), ("b", "x")]]

    assert [(topic, answer["boot"]) for topic, answer in answered(*results)] == [
        ("kb/v1/a/ack", "x"), ("kb/v1/a/ack", "y"), ("kb/v1/b/ack", "x"),
    ]  # fmt: skip


def test_a_long_answer_comes_in_parts_that_a_small_box_can_read() -> None:
    found = answered(*(Result(telemetry(seq, {}), "71-01") for seq in range(1, 1_301)))

    assert [len(answer["stored"]) for _, answer in found] == [500, 500, 300]
    assert sorted(seq for _, answer in found for seq in answer["stored"]) == list(range(1, 1_301))


def test_messages_without_a_name_get_no_answer() -> None:
    assert answered(Result(arrival("kb/v1/71-01/telemetry", b"\xff"), "71-01")) == []
