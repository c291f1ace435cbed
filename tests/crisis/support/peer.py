"""What arrives from a peer, signed as it must be: a box with a key of its own, and a hub."""

from __future__ import annotations

import dataclasses
import uuid
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.model import event_bodies, events
from crisis.model.event_bodies import NodeCertified
from crisis.sync import acceptance
from crisis.sync.frames import Frame
from crisis.trust import certificates, sealed_box, signatures
from crisis.trust.admission import Sender
from crisis.trust.identity import Hub
from crisis.trust.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.model.events import EncodedEvent
    from crisis.node import Node
    from crisis.trust.certificates import Certificate

BOX_KEY, HUB_KEY = SigningKey(b"b" * 32), SigningKey(b"h" * 32)
EVERYWHERE = ("all",)
LOG = UUID("5d1f0000-0000-0000-0000-000000000000")  # of the box


def certificate(name: str, areas: tuple[str, ...], key: SigningKey = BOX_KEY, now_ms: int = 1) -> Certificate:
    """A certificate that nobody has signed yet."""
    return certificates.for_box(name, areas, key.public, sealed_box.public_of(key), now_ms)


def certify(
    hub: Node, name: str = "71-01", areas: tuple[str, ...] = EVERYWHERE, key: SigningKey = BOX_KEY
) -> Certificate:
    """A certificate of this hub for a box, which the hub knows from now on."""
    assert hub.identity.key is not None
    made = certificates.for_box(
        name, areas, key.public, sealed_box.public_of(key), event_bodies.milliseconds(hub.now())
    )
    text = certificates.issue(made, hub.identity.key)
    at = hub.now()
    hub.directory.apply(events.Event(uuid.uuid4(), hub.name, at, hub.name, "node_certified", NodeCertified(name, text)))
    return made


def signed(hub: Node, event: EncodedEvent, name: str = "71-01") -> EncodedEvent:
    """The event with the signature of a box, which is a member of the hub."""
    own = hub.directory.of(name) or certify(hub, name)
    return signatures.signed(dataclasses.replace(event, serial=None), BOX_KEY, own.serial)


def frame(hub: Node, name: str = "71-01", **fields: Any) -> Frame:
    """A frame of a box that is a member of the hub, for its key to sign."""
    if "serial" not in fields:
        fields["serial"] = (hub.directory.of(name) or certify(hub, name)).serial
    now = event_bodies.milliseconds(hub.wall())
    made = {"v": 1, "node": name, "log": LOG, "now": now, "head": 2, "to": hub.name} | fields
    return Frame.model_validate(made)


async def box_sends(hub: Node, sent: Sequence[EncodedEvent], name: str = "71-01") -> None:
    """A box with a certificate sends these; those without a signature get the box's."""
    own = hub.directory.of(name) or certify(hub, name)
    made = [each if each.serial is not None else signed(hub, each, name) for each in sent]
    await acceptance.take(hub, made, f"{name}/x", Sender(name, own))


async def hub_sends(box: Node, sent: Sequence[EncodedEvent]) -> None:
    """The hub of a box sends these, signed by itself."""
    if box.identity.hub is None:
        box.identity._remember_hub(Hub("hub", HUB_KEY.public))
        box.know_hub()
    root = box.identity.root
    assert root is not None
    signed = [signatures.signed(dataclasses.replace(each, serial=None), HUB_KEY, root.serial) for each in sent]
    await acceptance.take(box, signed, "hub/x", Sender(root.node, root, vouches=True), clock_of_hub=box.wall())
