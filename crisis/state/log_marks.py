"""What the state holds of the operation log: which lines are struck through, and how far each log was sealed.

The lines themselves are read from the disk (crisis/state/book.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.model.log_bodies import EntryStruck, LogSealed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from crisis.model.events import Event

_LOGS_OF_A_NODE = 4  # whoever invents logs must not make the state grow


class LogMarks:
    """The first strike of each line, and of each log the newest seal; of a node the logs that it sealed last."""

    def __init__(self) -> None:
        self._strikes: dict[UUID, Event] = {}
        self._seals: dict[str, dict[UUID, Event]] = {}

    def fork(self) -> LogMarks:
        """The same marks, changed apart from these from now on."""
        made = LogMarks()
        made._strikes = dict(self._strikes)
        made._seals = {node: dict(seals) for node, seals in self._seals.items()}
        return made

    def apply(self, event: Event) -> bool:
        """Add a strike or a seal. False when that changes nothing."""
        match event.body:
            case EntryStruck(event=struck):
                known = self._strikes.get(struck)
                if known is not None and _order(known) <= _order(event):
                    return False
                self._strikes[struck] = event
                return True
            case LogSealed(log=log):
                return self._seal(event, log)
        return False

    def _seal(self, event: Event, log: UUID) -> bool:
        seals = self._seals.setdefault(event.node, {})
        known = seals.get(log)
        if known is not None and _order(known) >= _order(event):
            return False
        seals[log] = event
        if len(seals) > _LOGS_OF_A_NODE:
            oldest = min(seals, key=lambda each: _order(seals[each]))
            del seals[oldest]
            return oldest != log
        return True

    def strike_of(self, event: UUID) -> Event | None:
        """The strike of an event's line, the first one (log_bodies.EntryStruck)."""
        return self._strikes.get(event)

    def seals_of(self, node: str) -> tuple[Event, ...]:
        """The newest seal of each log of a node (log_bodies.LogSealed), the newest first."""
        return tuple(sorted(self._seals.get(node, {}).values(), key=_order, reverse=True))

    def sealing_nodes(self) -> tuple[str, ...]:
        """Every node that has sealed a log, by name."""
        return tuple(sorted(self._seals))

    def events(self) -> Iterator[Event]:
        """Every event that is held, in no order."""
        yield from self._strikes.values()
        for seals in self._seals.values():
            yield from seals.values()


def _order(event: Event) -> tuple[datetime, UUID]:
    return event.at, event.id
