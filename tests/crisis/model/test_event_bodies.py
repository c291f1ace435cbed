"""Bodies of events: strict when we write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from crisis.model import event_bodies
from crisis.model.event_bodies import KINDS, ModeSet
from devices.readings import Mode
from tests.crisis.support.examples import NOW


def test_every_kind_of_the_design_has_a_body() -> None:
    table = (
        "mode_proposed mode_set notice_published notice_withdrawn point_put point_closed distress_received"
        " distress_taken distress_closed distress_reopened distress_assigned distress_noted distress_prioritized"
        " report_received report_answered command_sent command_result mode_seen area_named"
        " power_seen account_issued account_changed account_disabled account_enabled account_granted account_revoked"
        " account_credential local_account_changed signed_in signed_out sign_ins_refused"
        " entry_written entry_struck log_sealed incident_put item_linked item_unlinked card_put"
        " items_told_apart"
        " alarm_opened alarm_sent alarm_failed alarm_seen alarm_closed duty_put duty_removed alarms_silenced"
        " silence_ended channel_opened"
    )

    assert set(table.split()) == set(KINDS) - {"time_corrected", "node_certified", "node_revoked"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": "Steglitz!", "mode": Mode.NORMAL},
        {"area": "all", "mode": "normal"},
        {"area": "all", "mode": Mode.NORMAL, "reason": "x" * 4001},
        {"area": "all", "mode": Mode.NORMAL, "exercise": 1},
        {"area": "all", "mode": Mode.NORMAL, "colour": "red"},
    ],
)
def test_we_write_no_body_that_does_not_fit(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ModeSet(**wrong)


def test_times_are_kept_in_whole_milliseconds() -> None:
    at = datetime(2026, 1, 3, 6, 45, 0, 123_456, tzinfo=UTC)

    assert event_bodies.ModeSeen("71-01", Mode.NORMAL, at).since == at.replace(microsecond=123_000)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        event_bodies.ModeSeen("71-01", Mode.NORMAL, NOW.replace(tzinfo=None))
