"""The protocol of the sync by itself: what is sent again, when a peer is asked, and what is not for it."""

from __future__ import annotations

import itertools
from uuid import UUID, uuid4

import pytest

from crisis.log.records import LOGS_OF_A_PEER, LogRecord, PeerPosition
from crisis.sync import protocol
from crisis.sync.protocol import WINDOW_FRAMES, Pace, PeerSync
from tests.crisis.support.log_jobs import encoded

PACE = Pace(resend_seconds=10.0, heartbeat_seconds=30.0)
LOG, OTHER_LOG = UUID(int=1), UUID(int=2)


def box_sync(*known: PeerPosition) -> PeerSync:
    """What a box holds about its hub, which has just been heard."""
    sync = PeerSync("hub", PACE, list(known), is_caller=True)
    sync.heard(LOG, head=0, now=0.0)
    return sync


def hub_sync() -> PeerSync:
    """What a hub holds about a box of which it has heard nothing yet."""
    return PeerSync("71-01", PACE, [], is_caller=False)


def test_events_are_sent_until_the_window_is_full_and_again_once_one_is_confirmed() -> None:
    sync = box_sync()
    for through in range(1, WINDOW_FRAMES + 1):
        assert sync.may_send(head=100, now=1.0)
        sync.sending(through, now=1.0)

    assert not sync.may_send(head=100, now=1.0)

    sync.confirmed(1, now=2.0)
    assert sync.may_send(head=100, now=2.0)
    assert (sync.given, sync.sent) == (1, WINDOW_FRAMES)


def test_nothing_is_sent_when_the_peer_has_everything() -> None:
    sync = box_sync()
    sync.sending(5, now=1.0)

    assert not sync.may_send(head=5, now=1.0)


def test_without_progress_for_long_enough_everything_unconfirmed_is_sent_again() -> None:
    sync = box_sync()
    sync.sending(3, now=0.0)
    sync.sending(6, now=0.0)
    sync.confirmed(3, now=1.0)

    sync.confirmed(3, now=10.9)
    early = sync.sent
    sync.confirmed(3, now=11.0)

    assert (early, sync.sent) == (6, 3)


def test_on_a_slow_link_frames_count_as_lost_after_two_round_trips() -> None:
    sync = box_sync()
    sync.sending(3, now=0.0)
    sync.confirmed(3, now=8.0)
    sync.sending(6, now=8.0)

    sync.confirmed(3, now=23.9)
    early = sync.sent
    sync.confirmed(3, now=24.0)

    assert (early, sync.sent) == (6, 3)


def test_a_peer_that_has_less_than_it_confirmed_before_gets_the_rest_again() -> None:
    sync = box_sync()
    sync.sending(9, now=0.0)
    sync.confirmed(9, now=1.0)

    sync.confirmed(4, now=2.0)

    assert (sync.given, sync.sent) == (4, 4)


def test_what_the_peer_has_from_others_is_not_sent() -> None:
    sync = box_sync()

    sync.confirmed(7, now=1.0)

    assert (sync.given, sync.sent) == (7, 7)


def test_a_peer_with_a_new_log_is_given_everything_again() -> None:
    sync = box_sync()
    sync.sending(9, now=0.0)
    sync.confirmed(9, now=1.0)
    sync.is_verified = True

    sync.heard(OTHER_LOG, head=0, now=2.0)

    assert (sync.given, sync.sent, sync.is_verified) == (0, 0, False)
    assert sync.may_send(head=9, now=2.0)


def test_events_of_the_present_log_of_a_peer_are_not_sent_back_and_those_of_its_former_log_are() -> None:
    sync = box_sync()

    def record(via: str) -> LogRecord:
        return LogRecord(1, encoded(), 1, via)

    assert not sync.is_for_peer(record(protocol.via("hub", LOG)))
    assert sync.is_for_peer(record(protocol.via("hub", OTHER_LOG)))
    assert sync.is_for_peer(record(protocol.via("71-02", LOG)))
    assert sync.is_for_peer(record(""))


def test_how_far_we_have_a_log_never_goes_back() -> None:
    sync = box_sync()
    newest, older = uuid4(), uuid4()
    sync.took(LOG, 12, newest)

    sync.took(LOG, 7, older)

    assert sync.taken(LOG) == (12, newest)
    assert sync.taken(OTHER_LOG) == (0, None)


def test_of_many_logs_of_a_peer_the_last_ones_are_remembered() -> None:
    sync = box_sync()
    invented = [uuid4() for _ in range(50)]

    for log in invented:
        sync.took(log, 1, None)

    assert [log for log in invented if sync.taken(log) != (0, None)] == invented[-LOGS_OF_A_PEER:]


def test_a_start_continues_from_the_position_that_was_heard_last() -> None:
    older = PeerPosition("hub", OTHER_LOG, taken=40, taken_id=None, given=30, heard_ms=1)
    newer = PeerPosition("hub", LOG, taken=4, taken_id=None, given=3, heard_ms=2)

    sync = PeerSync("hub", PACE, [newer, older], is_caller=True)

    assert (sync.peer_log, sync.given, sync.sent) == (LOG, 3, 3)
    assert (sync.taken(OTHER_LOG), sync.taken(LOG)) == ((40, None), (4, None))


def test_while_events_are_unconfirmed_questions_come_at_doubling_intervals_up_to_a_heartbeat() -> None:
    sync = box_sync()
    sync.connected()
    asked_at = []
    for second in range(200):
        if sync.ask_due(head=5, now=second):
            sync.asked(head=5, now=second)
            asked_at.append(second)

    assert [later - earlier for earlier, later in itertools.pairwise(asked_at)][:4] == [10, 20, 30, 30]


def test_a_box_asks_at_every_heartbeat_and_a_hub_asks_a_silent_box_once() -> None:
    box, hub = box_sync(), hub_sync()
    questions = {"box": 0, "hub": 0}
    for name, sync in (("box", box), ("hub", hub)):
        sync.connected()
        for second in range(91):
            if sync.ask_due(head=0, now=second):
                sync.asked(head=0, now=second)
                questions[name] += 1

    assert questions == {"box": 4, "hub": 1}


@pytest.mark.parametrize(("now", "is_silent"), [(90.0, False), (90.1, True)])
def test_a_hub_sends_nothing_to_a_box_that_was_silent_for_three_heartbeats(now: float, *, is_silent: bool) -> None:
    sync = hub_sync()
    sync.heard(LOG, head=0, now=0.0)

    assert sync.is_silent(now) == is_silent
    assert sync.may_send(head=1, now=now) != is_silent


def test_a_new_connection_asks_at_once_and_sends_nothing_again_before_the_answer() -> None:
    sync = box_sync()
    sync.sending(5, now=0.0)
    sync.asked(head=5, now=0.0)

    sync.connected()

    assert sync.ask_due(head=5, now=1.0)
    assert not sync.may_send(head=5, now=1.0)
