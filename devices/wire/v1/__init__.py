"""Protocol v1: JSON (protocol.md). Strict about what a reading means, forgiving about what merely comes with it."""

from devices.wire.v1.calls import distress, report
from devices.wire.v1.status import read as status
from devices.wire.v1.telemetry import read as telemetry

__all__ = ["distress", "report", "status", "telemetry"]
