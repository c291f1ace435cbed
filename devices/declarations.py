"""What devices announced: which values they say on which topics. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT_MAX = 5_000  # announcements; a broker with more is no neighbourhood's
KEPT_BYTES_MAX = 16 * 1024 * 1024  # of all of them: every process that reads inputs has them in memory while it starts
_VALUES_MAX = 50_000  # values and presences of all of them


@dataclass(frozen=True, slots=True)
class Entity:
    """One value of a device. `template` says where in a message on `topic` it stands; empty: it is the message.

    `quantity` is None where only an operator can say it; `unit` as announced.
    """

    box: str
    topic: str
    name: str
    source: str
    quantity: str | None
    unit: str | None
    template: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a device says that it is there, and what it says then."""

    box: str
    topic: str
    online: str = "online"
    offline: str = "offline"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One announcement."""

    box: str
    entities: tuple[Entity, ...] = ()
    presences: tuple[Presence, ...] = ()


class Declarations:
    """All announcements, by the topic on which each came, and what is said on which topic."""

    def __init__(self) -> None:
        self._known: dict[str, Declaration] = {}
        self._count = 0
        self._entities: dict[str, dict[str, list[Entity]]] = {}  # by topic of values, then by topic of announcement
        self._presences: dict[str, dict[str, list[Presence]]] = {}

    def learn(self, topic: str, declaration: Declaration | None) -> None:
        """Note an announcement; None: it was taken back."""
        before = self._known.pop(topic, None)
        if before is not None:
            self._count -= _size(before)
            for entity in before.entities:
                _forget(self._entities, entity.topic, topic)
            for presence in before.presences:
                _forget(self._presences, presence.topic, topic)
        if declaration is None or len(self._known) >= KEPT_MAX or self._count + _size(declaration) > _VALUES_MAX:
            return
        self._count += _size(declaration)
        self._known[topic] = declaration
        for entity in declaration.entities:
            self._entities.setdefault(entity.topic, {}).setdefault(topic, []).append(entity)
        for presence in declaration.presences:
            self._presences.setdefault(presence.topic, {}).setdefault(topic, []).append(presence)

    def knows(self, topic: str) -> bool:
        """Whether something was announced to be said on this topic."""
        return bool(self._entities.get(topic) or self._presences.get(topic))

    def entities(self, topic: str) -> Iterator[Entity]:
        """What is said on a topic."""
        for found in self._entities.get(topic, {}).values():
            yield from found

    def presences(self, topic: str) -> Iterator[Presence]:
        """Who says on a topic that they are there."""
        for found in self._presences.get(topic, {}).values():
            yield from found


def _size(declaration: Declaration) -> int:
    return len(declaration.entities) + len(declaration.presences)


def _forget(by_topic: dict[str, dict[str, Any]], topic: str, announced_on: str) -> None:
    """Leave nothing behind: a device may announce another topic each time."""
    found = by_topic.get(topic, {})
    found.pop(announced_on, None)
    if not found:
        by_topic.pop(topic, None)
