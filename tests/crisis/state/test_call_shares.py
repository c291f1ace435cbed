"""The shares of senders over MQTT: who counts as one sender, and how much each may send."""

from __future__ import annotations

import pytest

from crisis.state import call_shares
from crisis.state.call_shares import CallShares


@pytest.mark.parametrize(
    ("topic", "sender"),
    [
        ("kb/v1/71-01/distress", "71-01"),
        ("kb/v1/71-01/report/too/deep", "71-01"),
        ("kb/v1/NO BOX/distress", "unknown"),
        ("msh/EU_868/2/e/kiezbox/!12345678", "!12345678"),
        ("msh/EU_868/2/e/kiezbox/!12345678" + "9" * 500, "!12345678"),
        ("other", "unknown"),
    ],
)
def test_the_sender_is_the_box_or_the_gateway_in_the_topic(topic: str, sender: str) -> None:
    assert call_shares.sender_of(topic) == sender


def test_a_known_box_has_a_share_that_comes_back_and_takes_nothing_from_others() -> None:
    shares, topic = CallShares(), "kb/v1/71-01/distress"
    burst = int(call_shares.SHARE.burst)

    assert [shares.exceeds(topic, 0, is_known=True) for _ in range(burst + 1)] == [False] * burst + [True]
    assert not shares.exceeds("kb/v1/71-02/distress", 0, is_known=True)
    assert not shares.exceeds(topic, 10, is_known=True)


def test_invented_boxes_get_few_first_modes_into_the_log() -> None:
    shares = CallShares()

    assert sum(shares.may_note_new_box(0) for _ in range(10_000)) == call_shares.NEW_BOXES.burst


def test_what_waits_of_each_sender_is_due_at_a_pace_of_its_own() -> None:
    shares = CallShares()

    assert [shares.may_take("71-01", now) for now in (0, 1, 10)] == [True, False, True]
    assert shares.may_take("71-02", 1)
