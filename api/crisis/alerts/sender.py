"""Who sends: the same on every node of a hub, because CAP 1.2 refers to messages by their sender too."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translations.marks import N_

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.node import Node
    from translations.words import Words

_NAMESPACE = uuid.UUID("6b69657a-626f-5078-8000-617574686f72")  # fixed for ever: a feed keeps its id


@dataclass(frozen=True, slots=True)
class Sender:
    """`id` identifies the sender to programs. `office`: who is responsible for the notices, if the settings say so."""

    id: str
    office: str | None

    @property
    def feed(self) -> UUID:
        """The id of its feed."""
        return uuid.uuid5(_NAMESPACE, self.id)

    def name(self, words: Words) -> str:
        """The sender for people. Kiezbox is no authority, and says so where no office answers for it."""
        return self.office or words.text(N_("Kiezbox (no official warning)"))


def of(node: Node) -> Sender:
    """As the settings say; else a name that only the nodes of this hub have, made of its public key."""
    hub = node.identity.hub
    own = "kiezbox" if hub is None else f"kiezbox-{hashlib.sha256(hub.key).hexdigest()[:12]}"
    return Sender(node.settings.alert_sender or own, node.settings.alert_sender_name)
