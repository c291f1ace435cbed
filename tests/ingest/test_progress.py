"""How far the sequence numbers of each start of a box have come."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.boxes import NO_BOX
from devices.readings import Message
from ingest import progress
from ingest.progress import Progress
from ingest.results import Result, by_box
from tests.ingest.support.messages import NOW, arrival, result


def test_progress_is_of_each_start_of_each_box() -> None:
    unread = Result(arrival("kb/v1/71-01/telemetry", b'{"v": 1, "boot": "b", "seq": 9, "samples": 1}'), "71-01")
    nameless = Result(arrival("kb/v1/71-01/telemetry", b"{"), "71-01")
    beyond = result(10**12 + 1, boot="c")
    read = [result(2, boot="b"), result(1), result(3, boot="b"), result(2), result(7, box="z"), result(1, box=NO_BOX)]

    found = progress.gather(by_box([*read, unread, nameless, beyond]))

    assert {key: each.seen() for key, each in found.items()} == {
        ("71-01", "a"): "{[1,3)}",
        ("71-01", "b"): "{[2,4),[9,10)}",
        ("z", "a"): "{[7,8)}",
    }
    assert list(found) == sorted(found)


def test_seen_sequence_numbers_become_ranges() -> None:
    found = Progress(NOW)
    for seq in (3, 1, 2, 9, 7):
        found.add(seq, Message("71-01"), NOW)

    assert found.seen() == "{[1,4),[7,8),[9,10)}"


@settings(deadline=None)
@given(st.sets(st.integers(1, 60), min_size=1))
def test_what_was_seen_is_written_without_a_gap_or_a_repetition(seqs: set[int]) -> None:
    ranges = Progress(NOW, seqs).seen().strip("{}").replace("),[", ") [").split()

    pairs = [tuple(map(int, each.strip("[)").split(","))) for each in ranges]
    assert [seq for low, high in pairs for seq in range(low, high)] == sorted(seqs)
    assert all(high < low for (_, high), (low, _) in pairwise(pairs))
