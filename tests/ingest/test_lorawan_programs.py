"""ChirpStack's events as its own published types write them, with a payload of a published CayenneLPP encoder."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from devices.wire import parsing
from tests.devices.support.input_case import RECEIVED_AT, catalogue
from tests.devices.wire.formats.chirpstack import BOX, EUI, topic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

_PROGRAM = """
import base64, json, sys
from cayennelpp import LppFrame
from chirpstack_api import integration
from google.protobuf.json_format import MessageToJson
frame = LppFrame()
frame.add_temperature(1, -3.4)
frame.add_barometer(3, 998.7)
event = integration.UplinkEvent(f_cnt=17, f_port=1, data=bytes(frame), deduplication_id="d-1")
event.device_info.dev_eui = sys.argv[1]
event.device_info.device_profile_name = "LPP"
event.time.FromJsonString("2025-11-22T23:20:01.482913Z")
event.object.update({"temperatureSensor": {"1": -3.4}, "barometer": {"3": 998.7}})
status = integration.StatusEvent(margin=9, battery_level=81.5)
status.device_info.dev_eui = sys.argv[1]
print(json.dumps([MessageToJson(event), MessageToJson(status, always_print_fields_with_no_presence=True)]))
"""


def test_events_in_the_json_of_chirpstack_s_own_types_are_read(programs: Path) -> None:
    done = subprocess.run([programs, "-c", _PROGRAM, EUI], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    up, status = json.loads(done.stdout)

    read = parsing.parse(topic("up"), up.encode(), RECEIVED_AT, catalogue())
    said = parsing.parse(topic("status"), status.encode(), RECEIVED_AT, catalogue()).status

    assert (read.box, read.key) == (BOX, "d-1")
    assert {(each.source, each.quantity, each.value) for each in read.readings} == {
        ("lpp-1", "temperature", -3.4),
        ("lpp-3", "pressure", 998.7),
    }
    assert said is not None
    assert said.battery_percent == 81.5
