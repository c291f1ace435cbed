"""Results of messages as the columns of the statements."""

from __future__ import annotations

from datetime import timedelta

from ingest import rows
from ingest.results import Result, by_box
from tests.ingest.support.messages import NOW, arrival, result


def test_a_box_was_heard_when_its_last_message_came_that_was_not_retained() -> None:
    retained = arrival("kb/v1/71-02/status", b'{"v": 1, "online": true, "latitude": 52.5, "longitude": 13.25}')
    retained.delivery.retained = True
    later = NOW + timedelta(seconds=5)
    unread = Result(arrival("kb/v1/71-03/telemetry", b"{"), "71-03")
    results = [result(1), result(2, at=later), Result(retained, "71-02"), unread, result(1, box="kiosk")]

    found = rows.box_columns(by_box(results))

    assert list(zip(*found, strict=True)) == [
        ("71-01", 0x71, 0x01, later, None, None, None),
        ("71-02", 0x71, 0x02, None, 52.5, 13.25, NOW),
        ("kiosk", None, None, NOW, None, None, None),
    ]
