"""What a node writes down about its peers, and what people see of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from crisis.log.records import PeerPosition
from crisis.model import event_bodies
from crisis.sync.peers import Peers
from crisis.sync.protocol import Pace, PeerSync
from kiezbox import metrics
from tests.crisis.support.examples import NOW

PACE = Pace(resend_seconds=1.0, heartbeat_seconds=30.0)
LOG = UUID(int=1)
NOW_MS = event_bodies.milliseconds(NOW)


def heard_sync(peers: Peers, *, head: int = 0) -> PeerSync:
    """A sync with the box 71-01, which was just heard with a log that ends at `head`."""
    sync = PeerSync("71-01", PACE, [], is_caller=False)
    sync.heard(LOG, head=head, now=0.0)
    peers.heard("71-01", NOW_MS, NOW_MS)
    return sync


def test_progress_is_written_down_once_in_a_heartbeat() -> None:
    peers = Peers(PACE, [])
    sync = heard_sync(peers)
    sync.took(LOG, 4, UUID(int=9))
    sync.confirmed(3, now=0.0)

    first = peers.due_note(sync)
    unchanged = peers.due_note(sync)
    sync.confirmed(5, now=1.0)
    too_soon = peers.due_note(sync)
    peers.heard("71-01", NOW_MS + 30_000, NOW_MS + 30_000)
    later = peers.due_note(sync)

    assert first == PeerPosition("71-01", LOG, 4, UUID(int=9), given=3, heard_ms=NOW_MS)
    assert (unchanged, too_soon) == (None, None)
    assert later == PeerPosition("71-01", LOG, 4, UUID(int=9), given=5, heard_ms=NOW_MS + 30_000)


def test_nothing_is_written_down_about_a_peer_that_was_never_heard() -> None:
    assert Peers(PACE, []).due_note(PeerSync("71-01", PACE, [], is_caller=False)) is None


def test_a_frame_that_a_later_one_overtook_is_known_by_the_clock_of_its_sender() -> None:
    peers = Peers(PACE, [])

    found = [peers.is_overtaken("71-01", NOW_MS + ms) for ms in (0, 1_000, 999, 1_000)]

    assert found == [False, False, True, False]


def test_after_the_clock_of_a_peer_was_set_back_its_frames_are_not_overtaken() -> None:
    peers = Peers(PACE, [])
    peers.is_overtaken("71-01", NOW_MS)

    found = [peers.is_overtaken("71-01", NOW_MS - ms) for ms in (3_600_000, 3_599_000, 3_599_500)]

    assert found == [False, False, True]


def test_people_see_what_each_side_lacks_and_how_wrong_the_clock_of_a_peer_is() -> None:
    peers = Peers(PACE, [])
    sync = heard_sync(peers, head=12)
    peers.heard("71-01", NOW_MS, NOW_MS - 90_000)
    sync.took(LOG, 10, None)
    sync.confirmed(3, now=0.0)

    peer = peers.describe({"71-01": sync}, head=8, now=1.0)["71-01"]

    assert (peer.waiting, peer.missing, peer.clock_skew_seconds) == (5, 2, -90.0)
    assert (peer.heard_at, peer.is_silent) == (NOW, False)


def test_a_peer_of_before_this_start_was_heard_then_and_its_clock_is_not_known() -> None:
    before = PeerPosition("71-01", LOG, 0, None, heard_ms=NOW_MS - 5_000)
    sync = PeerSync("71-01", PACE, [before], is_caller=False)

    peer = Peers(PACE, [before]).describe({"71-01": sync}, head=0, now=0.0)["71-01"]

    assert (peer.heard_at, peer.clock_skew_seconds) == (NOW - timedelta(seconds=5), None)
    assert peer.is_silent


def test_the_metrics_count_peers_by_state() -> None:
    peers = Peers(PACE, [])
    level, behind = heard_sync(peers), heard_sync(peers, head=7)
    silent = PeerSync("71-03", PACE, [], is_caller=False)

    peers.describe({"71-01": level, "71-02": behind, "71-03": silent}, head=0, now=1.0)

    counted = {state: metrics.CRISIS_PEERS.labels(state)._value.get() for state in ("level", "behind", "silent")}
    assert counted == {"level": 1, "behind": 1, "silent": 1}
