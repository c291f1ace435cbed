"""The Things Stack's webhook: the same JSON by POST; the path that it adds says which message it is. Pure."""

from __future__ import annotations

from devices.wire.inputs import lorawan
from devices.wire.inputs.format import Answer, NotUnderstood, Parcel, Request, Taken
from kiezbox.errors import Malformed

_OK = Answer(200)


def take(request: Request) -> Taken:
    """A message of a device. Raises NotUnderstood for what names none: a person sees it in the console."""
    if request.method != "POST":
        raise NotUnderstood(405, "The webhook posts its messages here.")
    try:
        box = lorawan.box(lorawan.inside(lorawan.content(request.body), "end_device_ids", "dev_eui"))
    except Malformed as malformed:
        raise NotUnderstood(400, f"{malformed.detail}. Choose JSON as the webhook's format.") from None
    if box is None:
        raise NotUnderstood(400, "/end_device_ids/dev_eui: no EUI of a device")
    return Taken(_OK, (Parcel(box, request.body, "up"),))
