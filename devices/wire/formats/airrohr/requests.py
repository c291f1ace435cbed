"""A board's request: who sent it stands in the header `X-Sensor`. Pure."""

from __future__ import annotations

import re

from devices import boxes
from devices.wire.inputs.format import Answer, NotUnderstood, Parcel, Request, Taken

_SENSOR_HEADERS = ("x-sensor", "sensor", "node")  # the firmware sends the first, Sensor.Community's server takes all
_SENSOR = re.compile(r"esp(?:8266|32)-[a-z0-9-]{1,24}")
_OK = Answer(200, b"ok\n")


def take(request: Request) -> Taken:
    """One message of one board. Raises NotUnderstood where no board is named: a person tries something by hand.

    A body that cannot be read is taken all the same: the board forgets it, and it is kept among the rejects.
    """
    if request.method != "POST":
        raise NotUnderstood(405, "A sensor posts its values here; there is nothing to read.")
    box = next((request.headers[name].strip().lower() for name in _SENSOR_HEADERS if name in request.headers), "")
    if not (_SENSOR.fullmatch(box) and boxes.is_id(box)):
        raise NotUnderstood(400, "The header X-Sensor does not name a board, as in: X-Sensor: esp8266-1234567")
    return Taken(_OK, (Parcel(box, request.body),))
