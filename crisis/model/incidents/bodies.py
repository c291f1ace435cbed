"""The content of events about incidents (Einsatzstellen), what is linked to them, and cards: tasks, units, sectors.

Incidents and cards are changed field by field, as notices and places of help are (incidents/contents.py).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import ConfigDict, JsonValue, StringConstraints
from pydantic.dataclasses import dataclass

from crisis.model.areas import EVERYWHERE, Area
from crisis.model.numbers import Number

_GROUPS = UUID("0d9a2b7e-6b1d-5f55-9b6e-6b69657a626f")  # fixed for ever: the same items must be the same group
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class CardSort(StrEnum):
    """What a card is. A newer node may know more sorts: their cards are kept, and not shown."""

    TASK = "task"
    UNIT = "unit"
    SECTOR = "sector"  # streets that are searched or visited door by door: kept and passed on, nothing shows them yet


@dataclass(frozen=True, slots=True, config=_STRICT)
class IncidentPut:
    """These fields of an incident, from now on. The first event of an incident carries all of them, and `begins` it.

    `number`: for people to say, given by the node where it began (crisis/state/numbers.py).
    `withheld`: the words are at the hub and where they were written (crisis/trust/words.py).
    """

    incident: UUID
    fields: dict[str, JsonValue]
    begins: bool = False
    number: Number | None = None
    withheld: bool = False
    v: int = 1

    @property
    def is_beginning(self) -> bool:
        """Whether the incident gets its number with this event."""
        return self.begins


@dataclass(frozen=True, slots=True, config=_STRICT)
class ItemLinked:
    """A call, report, entry or card belongs to an incident, named by its id.

    `same`: it tells of the same thing as the other items with that mark, which are merged by it.
    """

    incident: UUID
    item: UUID
    same: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class ItemUnlinked:
    """An item does not belong to an incident after all: whatever it was before, it is again."""

    incident: UUID
    item: UUID
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class CardPut:
    """These fields of a card, from now on. The first event of a card carries all of them. A card keeps its sort."""

    card: UUID
    sort: Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_-]{0,63}$")]
    fields: dict[str, JsonValue]
    withheld: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True, config=_STRICT)
class ItemsToldApart:
    """Somebody has looked at these calls and reports: they tell of different things, and are not suggested as the same.

    `group` is the same for the same items (`group_of`). `apart` False takes it back.
    """

    group: UUID
    items: tuple[UUID, ...]
    apart: bool = True
    area: Area = EVERYWHERE  # of whoever looked
    v: int = 1


def group_of(items: Iterable[UUID]) -> UUID:
    """The name of a group of items, whatever their order."""
    return uuid5(_GROUPS, " ".join(sorted(str(item) for item in items)))


IncidentBody = IncidentPut | ItemLinked | ItemUnlinked | CardPut

KINDS: dict[str, type[IncidentBody | ItemsToldApart]] = {
    "incident_put": IncidentPut,
    "item_linked": ItemLinked,
    "item_unlinked": ItemUnlinked,
    "card_put": CardPut,
    "items_told_apart": ItemsToldApart,
}
