"""Who may have how many messages stored at once."""

from __future__ import annotations

import pytest

from ingest import quota
from ingest.quota import Quota
from kiezbox.settings import IngestSettings

TOPIC = "kb/v1/71-01/telemetry"


def limits(**changes: float) -> IngestSettings:
    return IngestSettings.model_validate({"box_messages_per_second": 10, "box_burst_messages": 100, **changes})


def beyond(share: Quota, messages: int, now: float, topic: str = TOPIC) -> int:
    """How many of so many messages at one moment are beyond the share."""
    return sum(share.exceeded_by(topic, now) is not None for _ in range(messages))


def test_what_comes_at_once_after_a_silence_is_within_the_share() -> None:
    share = Quota(limits())

    assert [beyond(share, 100, now=0.0), beyond(share, 5, now=0.0)] == [0, 5]


def test_a_share_grows_with_time_and_not_beyond_the_burst() -> None:
    share = Quota(limits())
    beyond(share, 100, now=0.0)

    assert [beyond(share, 25, now=2.0), beyond(share, 150, now=1_000.0)] == [5, 50]


def test_the_box_that_floods_is_named_and_the_others_have_their_own_share() -> None:
    share = Quota(limits())
    beyond(share, 1_000, now=0.0)

    assert share.exceeded_by(TOPIC, 0.0) == "71-01"
    assert share.exceeded_by("kb/v1/71-02/telemetry", 0.0) is None


def test_a_long_topic_is_no_way_around_the_share() -> None:
    assert beyond(Quota(limits()), 105, now=0.0, topic=f"{TOPIC}/{'0' * 1_000}") == 5


@pytest.mark.parametrize("topic", ["msh/EU_868/2/e/kiezbox/!12345678", "kb/v1/not a box/telemetry"])
def test_what_no_box_says_over_its_own_topic_has_no_quota(topic: str) -> None:
    assert beyond(Quota(limits()), 1_000, now=0.0, topic=topic) == 0


def test_when_no_more_can_be_deferred_all_is_stored_at_once() -> None:
    share = Quota(limits(deferred_messages=10))
    share.deferred = 10

    assert beyond(share, 1_000, now=0.0) == 0


def test_zero_means_no_limit() -> None:
    assert beyond(Quota(limits(box_messages_per_second=0)), 100_000, now=0.0) == 0


def test_boxes_that_are_silent_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "_BOXES_MAX", 1_000)
    share = Quota(limits())

    for number in range(10_000):
        share.exceeded_by(f"kb/v1/box-{number}/telemetry", now=float(number))

    assert len(share._buckets) <= 1_000
