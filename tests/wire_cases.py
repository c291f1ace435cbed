"""One table of bytes that arrive and what they must be read as, used by all tests. Pure: no I/O, no clock.

`devices/test_wire.py` runs it through `parsing.parse` with RECEIVED_AT. Tests that publish it for real leave out the
cases that are `only_at_received_at`. Apart from the vectors of kiezbox-protobuf.md, each box has one case's readings.
"""

from __future__ import annotations

from tests.devices.support import (
    distress_cases,
    malformed_cases,
    mesh_call_cases,
    protobuf_cases,
    status_cases,
    telemetry_cases,
)
from tests.devices.support.case import RECEIVED_AT, Case

__all__ = ["CASES", "RECEIVED_AT", "STRANGER", "Case"]

CASES: tuple[Case, ...] = (
    *telemetry_cases.CASES,
    *malformed_cases.CASES,
    *status_cases.CASES,
    *distress_cases.CASES,
    *mesh_call_cases.CASES,
    *protobuf_cases.CASES,
)

# Well-formed, from a box that nobody registered: `unknown_box` when ingest is told to take known boxes only.
STRANGER = next(case for case in CASES if case.name == "stranger")
