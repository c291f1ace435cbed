"""A batch by box: what each box's line of the ledger gains, and how far its sequence numbers have come."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import progress, rows, verdict
from ingest.progress import Progress
from ingest.verdict import NOWHERE, Line, Outcome, Verdict
from kiezbox.errors import Reason
from tests.ingest.conftest import NOW, arrival, telemetry

if TYPE_CHECKING:
    from datetime import datetime

MINUTE = verdict.minute_of(NOW)


def heard(seq: int, *, box: str = "71-01", boot: str = "a", at: datetime = NOW, stored: int = 1) -> Verdict:
    return Verdict(
        telemetry(seq, {"noise": 1}, box=box, boot=boot, measured_at=NOW, received_at=at), box, stored=stored
    )


def test_boxes_come_in_one_order_and_their_messages_as_they_arrived() -> None:
    verdicts = [heard(1, box="b"), heard(2, box="a"), heard(3, box="b"), heard(4, box="00-00")]

    found = verdict.by_box(verdicts)

    assert {box: [entry.arrival.content.seq for entry in own] for box, own in found.items()} == {
        "00-00": [4],
        "a": [2],
        "b": [1, 3],
    }
    assert list(found) == ["00-00", "a", "b"]


def test_each_message_is_counted_as_what_it_ended_as() -> None:
    unread = Verdict(arrival("kb/v1/71-01/telemetry", b"{"), "71-01")
    verdicts = [
        *(heard(1, stored=3), heard(2, stored=0), unread),
        Verdict(heard(3).arrival, "71-01", stored=1, duplicate=2, differing=1),
        Verdict(heard(4).arrival, "71-01", duplicate=4),
        Verdict(heard(5).arrival, "71-01", reasons={Reason.BAD_TIME: 2, Reason.OUT_OF_RANGE: 1}),
        Verdict(heard(6).arrival, "71-01", known=True),
    ]

    (line,) = verdict.ledger(verdict.by_box(verdicts)).values()

    assert line.messages == {Outcome.STORED: 3, Outcome.DUPLICATE: 2, Outcome.REJECTED: 2}
    assert line.columns() == (7, 3, 2, 2, 13, 4, 6, 3, 1, 0)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", NOWHERE]),
            st.integers(-120, 120),
            st.integers(0, 3),
            st.integers(0, 2),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_the_ledger_is_the_sum_of_its_messages_whatever_the_clock_does(
    said: list[tuple[str, int, int, int, bool]],
) -> None:
    verdicts = [
        Verdict(telemetry(1, {}, received_at=NOW + timedelta(seconds=s)), box, stored, duplicate, int(bool(duplicate)))
        for box, s, stored, duplicate, _ in said
    ]
    for entry, (*_, is_rejected) in zip(verdicts, said, strict=True):
        entry.reasons = {Reason.BAD_TIME: 2} if is_rejected else {}
    expected: dict[tuple[datetime, str], Line] = {}
    for entry in verdicts:
        line = expected.setdefault((verdict.minute_of(entry.arrival.delivery.received_at), entry.box), Line())
        line.messages += Counter([entry.outcome])
        line.stored += entry.stored
        line.duplicate += entry.duplicate
        line.differing += entry.differing
        line.rejected += entry.rejected

    found = verdict.ledger(verdict.by_box(verdicts)) if verdicts else {}

    assert {key: line.columns() for key, line in found.items()} == {
        key: line.columns() for key, line in expected.items()
    }


def test_progress_is_of_each_start_of_each_box() -> None:
    unread = Verdict(arrival("kb/v1/71-01/telemetry", b'{"v": 1, "boot": "b", "seq": 9, "samples": 1}'), "71-01")
    nameless = Verdict(arrival("kb/v1/71-01/telemetry", b"{"), "71-01")
    beyond = heard(10**12 + 1, boot="c")
    verdicts = [heard(2, boot="b"), heard(1), heard(3, boot="b"), heard(2), unread, nameless, beyond, heard(7, box="z")]

    found = progress.gather(verdict.by_box([*verdicts, heard(1, box=NOWHERE)]))

    assert {key: entry.seen() for key, entry in found.items()} == {
        ("71-01", "a"): "{[1,3)}",
        ("71-01", "b"): "{[2,4),[9,10)}",
        ("z", "a"): "{[7,8)}",
    }
    assert list(found) == sorted(found)


@settings(deadline=None)
@given(st.sets(st.integers(1, 60), min_size=1))
def test_what_was_seen_is_written_without_a_gap_or_a_repetition(seqs: set[int]) -> None:
    ranges = Progress(NOW, seqs).seen().strip("{}").replace("),[", ") [").split()

    pairs = [tuple(map(int, each.strip("[)").split(","))) for each in ranges]
    assert [seq for low, high in pairs for seq in range(low, high)] == sorted(seqs)
    assert all(high < low for (_, high), (low, _) in pairwise(pairs))


def test_a_box_was_heard_when_its_last_message_came_that_was_not_retained() -> None:
    retained = arrival("kb/v1/71-02/status", b'{"v": 1, "online": true, "latitude": 52.5, "longitude": 13.25}')
    retained.delivery.retained = True
    later = NOW + timedelta(seconds=5)
    unread = Verdict(arrival("kb/v1/71-03/telemetry", b"{"), "71-03")
    verdicts = [heard(1), heard(2, at=later), Verdict(retained, "71-02"), unread, heard(1, box="kiosk")]

    found = rows.box_columns(verdict.by_box(verdicts))

    assert list(zip(*found, strict=True)) == [
        ("71-01", 0x71, 0x01, later, None, None, None),
        ("71-02", 0x71, 0x02, None, 52.5, 13.25, NOW),
        ("kiosk", None, None, NOW, None, None, None),
    ]
