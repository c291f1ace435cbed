"""ChirpStack's HTTP integration: `POST {address}?event=up`. It tries once, and only logs what fails. Pure."""

from __future__ import annotations

from devices.wire.inputs import lorawan
from devices.wire.inputs.format import Answer, NotUnderstood, Parcel, Request, Taken
from kiezbox.errors import Malformed

_OK = Answer(200)
_EVENTS = frozenset({"up", "join", "ack", "txack", "log", "status", "location", "integration"})


def take(request: Request) -> Taken:
    """An event of a device. Raises NotUnderstood for what is none: a person sees it in ChirpStack's log."""
    if request.method != "POST":
        raise NotUnderstood(405, "ChirpStack posts its events here.")
    event = request.query.get("event", "")
    if event not in _EVENTS:
        raise NotUnderstood(400, "The address has to end with ?event=..., as ChirpStack adds it.")
    try:
        box = lorawan.box(lorawan.inside(lorawan.content(request.body), "deviceInfo", "devEui"))
    except Malformed as malformed:
        raise NotUnderstood(400, f"{malformed.detail}. Choose JSON as the encoding.") from None
    if box is None:
        raise NotUnderstood(400, "/deviceInfo/devEui: no EUI of a device")
    return Taken(_OK, (Parcel(box, request.body, event),))
