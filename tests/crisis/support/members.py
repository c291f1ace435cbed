"""Making a box a member of a hub, as `kiezbox node add`, `kiezbox node join` and the first exchange do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crisis.model import event_bodies
from crisis.sync import taking_over
from crisis.sync.members.certification import Certification
from crisis.trust import registry, sealed_box
from crisis.trust.identity import Hub, Identity

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.node import Node
    from crisis.trust.certificates import Certificate

EVERYWHERE = ("all",)


def invite(hub_folder: Path, hub: str, box_folder: Path, box: str, areas: tuple[str, ...] = EVERYWHERE) -> None:
    """Add the box at the hub, and let it join: its first exchange brings the certificate."""
    own = Identity(hub_folder, hub, is_hub=True)
    assert own.key is not None
    with registry.opened(hub_folder) as opened:
        secret = opened.add(box, areas, event_bodies.milliseconds(datetime.now(UTC)))
    Identity(box_folder, box, is_hub=False).join(Hub(hub, own.key.public), secret)


async def enrol(hub: Node, box: Node, areas: tuple[str, ...] = EVERYWHERE) -> Certificate:
    """Make the box a member at once, without an exchange."""
    invite(hub.settings.folder, hub.name, box.settings.folder, box.name, areas)
    box.identity.refresh()
    assert box.identity.key is not None
    certification = Certification(hub, ())
    try:
        await certification.follow()
        key = box.identity.key
        member = certification.members[box.name]
        issued = await certification.issue(member, key.public, sealed_box.public_of(key), is_joining=True)
    finally:
        certification.close()
    assert issued is not None
    assert box.identity.accept(hub.directory.text_of(issued))
    box.know_hub()
    await taking_over.become_member(box)
    return issued
