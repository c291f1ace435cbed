"""What a box is told after the commit."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from devices.readings import Message
from ingest.answer import answers
from ingest.progress import Progress
from ingest.verdict import Verdict
from kiezbox.errors import Reason
from tests.ingest.conftest import NOW, arrival, telemetry


def told(*verdicts: Verdict) -> list[tuple[str, dict[str, Any]]]:
    return [(topic, json.loads(payload)) for topic, payload in answers(verdicts)]


def test_stored_and_duplicate_messages_may_be_deleted() -> None:
    stored = Verdict(telemetry(412, {"pm2_5": 1.0}), "71-01", stored=1)
    duplicate = Verdict(telemetry(413, {"pm2_5": 1.0}), "71-01", duplicate=1)

    assert told(stored, duplicate) == [
        ("kb/v1/71-01/ack", {"v": 1, "boot": "5f0c9a1e", "stored": [412, 413], "rejected": []})
    ]


def test_a_rejected_message_is_named_with_its_reason() -> None:
    unreadable = Verdict(arrival("kb/v1/71-01/telemetry", b'{"v": 1, "boot": "5f0c9a1e", "seq": 410, oops'), "71-01")
    useless = Verdict(telemetry(411, {}), "71-01", reasons=Counter({Reason.BAD_TIME: 2}))

    ((_, answer),) = told(unreadable, useless)

    assert answer["stored"] == []
    assert answer["rejected"] == [{"seq": 410, "reason": "bad_json"}, {"seq": 411, "reason": "bad_time"}]


def test_a_partly_rejected_message_is_stored_and_its_box_is_told_what_was_not() -> None:
    partly = Verdict(telemetry(5, {}), "71-01", stored=3, reasons=Counter({Reason.BAD_TIME: 1}))

    ((_, answer),) = told(partly)

    assert answer["stored"] == [5]
    assert answer["partly"] == [{"seq": 5, "rejected": {"bad_time": 1}}]


def test_each_box_and_each_boot_has_its_own_answer() -> None:
    verdicts = [
        Verdict(telemetry(1, {}, box=box, boot=boot), box) for box, boot in [("a", "x"), ("a", "y"), ("b", "x")]
    ]

    assert [(topic, answer["boot"]) for topic, answer in told(*verdicts)] == [
        ("kb/v1/a/ack", "x"), ("kb/v1/a/ack", "y"), ("kb/v1/b/ack", "x"),
    ]  # fmt: skip


def test_a_long_answer_comes_in_parts_that_a_small_box_can_read() -> None:
    found = told(*(Verdict(telemetry(seq, {}), "71-01") for seq in range(1, 1_301)))

    assert [len(answer["stored"]) for _, answer in found] == [500, 500, 300]
    assert sorted(seq for _, answer in found for seq in answer["stored"]) == list(range(1, 1_301))


def test_messages_without_a_name_get_no_answer() -> None:
    assert told(Verdict(arrival("kb/v1/71-01/telemetry", b"\xff"), "71-01")) == []


def test_seen_sequence_numbers_become_ranges() -> None:
    progress = Progress(NOW)
    for seq in (3, 1, 2, 9, 7):
        progress.add(seq, Message("71-01"), NOW)

    assert progress.seen() == "{[1,4),[7,8),[9,10)}"
