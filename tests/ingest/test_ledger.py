"""What the ledger's entry of each minute and box gains by a batch."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.boxes import NO_BOX
from ingest import ledger
from ingest.ledger import LedgerEntry
from ingest.results import Outcome, Result, by_box
from kiezbox.errors import Reason
from tests.ingest.support.messages import NOW, arrival, result, telemetry

if TYPE_CHECKING:
    from datetime import datetime


def test_each_message_is_counted_as_what_it_ended_as() -> None:
    unread = Result(arrival("kb/v1/71-01/telemetry", b"{"), "71-01")
    results = [
        *(result(1, stored=3), result(2, stored=0), unread),
        Result(result(3).arrival, "71-01", stored=1, duplicate=2, differing=1),
        Result(result(4).arrival, "71-01", duplicate=4),
        Result(result(5).arrival, "71-01", reasons={Reason.BAD_TIME: 2, Reason.OUT_OF_RANGE: 1}),
        Result(result(6).arrival, "71-01", is_repeated=True),
    ]

    (entry,) = ledger.entries(by_box(results)).values()

    assert entry.messages == {Outcome.STORED: 3, Outcome.DUPLICATE: 2, Outcome.REJECTED: 2}
    assert entry.columns() == (7, 3, 2, 2, 13, 4, 6, 3, 1, 0)


def test_entries_of_the_same_minute_and_box_are_added() -> None:
    entry = LedgerEntry(Counter({Outcome.STORED: 1}), stored=2, differing=1)

    entry.merge(
        LedgerEntry(Counter({Outcome.STORED: -1, Outcome.REJECTED: 1}), stored=1, duplicate=3, rejected=4, lost=5)
    )

    assert entry.columns() == (1, 0, 0, 1, 10, 3, 3, 4, 1, 5)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", NO_BOX]),
            st.integers(-120, 120),
            st.integers(0, 3),
            st.integers(0, 2),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_the_ledger_is_the_sum_of_its_messages_whatever_the_clock_does(
    messages: list[tuple[str, int, int, int, bool]],
) -> None:
    results = [
        Result(telemetry(1, {}, received_at=NOW + timedelta(seconds=s)), box, stored, duplicate, int(bool(duplicate)))
        for box, s, stored, duplicate, _ in messages
    ]
    for each, (*_, is_rejected) in zip(results, messages, strict=True):
        each.reasons = {Reason.BAD_TIME: 2} if is_rejected else {}
    expected: dict[tuple[datetime, str], LedgerEntry] = {}
    for each in results:
        minute = ledger.minute_of(each.arrival.delivery.received_at)
        entry = expected.setdefault((minute, each.box), LedgerEntry())
        entry.messages += Counter([each.outcome])
        entry.stored += each.stored
        entry.duplicate += each.duplicate
        entry.differing += each.differing
        entry.rejected += each.rejected

    found = ledger.entries(by_box(results)) if results else {}

    assert {key: entry.columns() for key, entry in found.items()} == {
        key: entry.columns() for key, entry in expected.items()
    }
