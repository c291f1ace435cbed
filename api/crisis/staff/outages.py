"""Where the power is out, on the staff's overview: a sentence for each outage, and its streets by Ortsteil. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.state.power import large, sentence
from crisis.state.power.outages import Grade
from translations import catalogues, domains

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crisis.node import Node
    from crisis.state.power.outages import Outage
    from translations.words import Words

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OutageLine:
    """An outage that is not over. `streets`: those without power by the name of their Ortsteil."""

    outage: Outage
    is_large: bool
    streets: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def id(self) -> UUID:
        """Of the outage."""
        return self.outage.id

    def text(self, words: Words, now: datetime) -> str:
        """The outage in one sentence, in the reader's language."""
        return sentence.of(self.outage, catalogues.words(domains.CRISIS, words.language), now)


@dataclass(frozen=True, slots=True)
class Outages:
    """`lines`: outages that are more than a single box's word, those with the most streets first; `more` are left out.

    `unsure`: the words of single boxes, or few of many.
    """

    lines: tuple[OutageLine, ...] = ()
    more: int = 0
    unsure: tuple[OutageLine, ...] = ()


def of(node: Node, now: datetime) -> Outages:
    """The outages of now."""
    found = [outage for outage in node.power_survey().outages if not outage.is_over]
    found.sort(key=lambda outage: (-len(outage.streets), -len(outage.boxes_out), outage.since, outage.id))
    sure = [outage for outage in found if outage.grade is not Grade.SINGLE]
    unsure = [outage for outage in found if outage.grade is Grade.SINGLE]
    return Outages(
        tuple(_line(node, outage, now) for outage in sure[:_SHOWN]),
        max(len(sure) - _SHOWN, 0),
        tuple(_line(node, outage, now) for outage in unsure),
    )


def _line(node: Node, outage: Outage, now: datetime) -> OutageLine:
    places = node.places.current()
    by_ortsteil: dict[str, list[str]] = {}
    for street in outage.streets:
        by_ortsteil.setdefault(places.ortsteil_name(street.ortsteil) if street.ortsteil else "", []).append(street.name)
    streets = tuple((name, tuple(sorted(by_ortsteil[name]))) for name in sorted(by_ortsteil))
    return OutageLine(outage, bool(large.reasons(outage, node.large_outage, now)), streets)
