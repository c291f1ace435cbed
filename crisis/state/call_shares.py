"""How many calls and reports of one sender over MQTT are taken at once. Pure: `now` is seconds of any steady clock.

Who sends 2,000 calls in the name of one box fills the share of that box. What is beyond it waits (waiting_calls.py) and
is taken one by one, so that neither the log of every node nor the list of the staff fills up with it.
"""

from __future__ import annotations

from devices import boxes
from kiezbox.token_bucket import Rate, TokenBuckets

SHARE = Rate(60, 1 / 10)  # of a box: dozens of neighbours at one box in the first minutes, then six a minute
MESH = Rate(240, 1)  # of a gateway of the mesh, which speaks for many
STRANGERS = Rate(120, 1 / 2)  # of all boxes together that nobody has heard of: a name costs nothing to invent
WAITING = Rate(1, 1 / 10)  # how fast of each sender what waits is taken
NEW_BOXES = Rate(2_000, 1 / 10)  # whose first mode is written into the log; a box says it again and again
UNKNOWN = "unknown"
_SENDERS = 20_000  # remembered at once
_BOX, _GATEWAY = "kb", "msh"


class CallShares:
    """The shares of every sender."""

    def __init__(self) -> None:
        self._boxes = TokenBuckets(SHARE, _SENDERS)
        self._mesh = TokenBuckets(MESH, _SENDERS)
        self._strangers = TokenBuckets(STRANGERS, 1)
        self._waiting = TokenBuckets(WAITING, _SENDERS)
        self._new_boxes = TokenBuckets(NEW_BOXES, 1)

    def exceeds(self, topic: str, now: float, *, is_known: bool) -> bool:
        """Whether a call on this topic is beyond the share of its sender; if not, it takes its part of it."""
        name = sender_of(topic)
        if topic.startswith(f"{_GATEWAY}/"):
            return self._mesh.admit(name, now) > 0
        buckets = self._boxes if is_known else self._strangers
        return buckets.admit(name if is_known else UNKNOWN, now) > 0

    def may_note_new_box(self, now: float) -> bool:
        """Whether the first mode of a box may go into the log: invented names must not fill it."""
        return self._new_boxes.admit(UNKNOWN, now) == 0

    def may_take(self, sender: str, now: float) -> bool:
        """Whether the next call of this sender that waits is due; if so, the one after it is due a while later."""
        return self._waiting.admit(sender, now) == 0


def sender_of(topic: str) -> str:
    """Whose share a topic counts for: the box in it, or the gateway that heard it on the mesh."""
    match topic.split("/"):
        case [first, "v1", box, *_] if first == _BOX and boxes.is_id(box):
            return box
        case [first, *_, gateway] if first == _GATEWAY and gateway.startswith("!"):
            return gateway[:9]  # an id of eight digits
    return UNKNOWN
