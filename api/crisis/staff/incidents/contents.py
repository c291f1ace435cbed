"""What the pages of incidents show, made from a node's state."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.crisis.staff.desk import whereabouts
from api.crisis.staff.lage import staff_work
from crisis.node import Node
from crisis.places.areas import Level
from crisis.state.incidents import duplicates, gaps, items, offers
from crisis.state.incidents.duplicates import Group
from crisis.state.incidents.gaps import Findings, Gap
from crisis.state.incidents.items import Item
from crisis.state.incidents.offers import Match
from crisis.state.incidents.people import PeopleCount
from crisis.state.incidents.views import Incident, Task, ToldApart, Unit
from crisis.state.power.outages import CellState
from crisis.state.views import Distress, DistressStatus, Report

COMPARED_MAX = 300  # the newest open calls and reports: comparing more takes a box longer than anybody waits
Positions = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident with what belongs to it. `others`: items that another open incident has as well, and its label."""

    incident: Incident
    calls: tuple[Distress, ...]
    reports: tuple[Report, ...]
    tasks: tuple[Task, ...]
    units: tuple[Unit, ...]
    people: PeopleCount
    ortsteil: str
    merged: frozenset[UUID]
    others: Mapping[UUID, str]

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        """Tasks that somebody still has to do."""
        return tuple(task for task in self.tasks if task.is_open)

    @property
    def open_calls(self) -> tuple[Distress, ...]:
        """Calls that are not closed."""
        return tuple(call for call in self.calls if call.status is not DistressStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class LooseItem:
    """An open call or report that belongs to no open incident. `place`: as its text names it, for a question."""

    item: Item
    place: str
    ortsteil: str


def line(node: Node, incident: Incident) -> IncidentLine:
    """An incident with what belongs to it."""
    state = node.state
    calls = tuple(call for item in incident.items if (call := state.distress(item)) is not None)
    reports = tuple(report for item in incident.items if (report := state.report(item)) is not None)
    others = {
        item: ", ".join(each.label for each in state.incidents.having(item) if each.id != incident.id and each.is_open)
        for item in incident.items
    }
    content = incident.content
    ortsteil = ""
    if content.latitude is not None and content.longitude is not None:
        ortsteil = node.places.current().where(content.latitude, content.longitude).name or ""
    return IncidentLine(
        incident=incident,
        calls=calls,
        reports=reports,
        tasks=state.incidents.tasks_of(incident.id),
        units=state.incidents.units_of(incident.id),
        people=staff_work.people_of(state, incident),
        ortsteil=ortsteil,
        merged=frozenset(link.item for link in incident.links if link.same),
        others={item: label for item, label in others.items() if label},
    )


def open_lines(node: Node) -> list[IncidentLine]:
    """The open incidents, the most urgent first."""
    return [line(node, incident) for incident in node.state.incidents.open()]


def closed(node: Node) -> list[Incident]:
    """The closed incidents, the newest first."""
    return [incident for incident in node.state.incidents.all() if not incident.is_open]


# -- calls and reports that are open -----------------------------------------------------------------------------------


def open_items(node: Node) -> list[Item]:
    """The open calls and the reports without an answer, as they are compared; the newest COMPARED_MAX of them."""
    found: list[Distress | Report] = [*node.state.open_distresses()]
    found += [report for report in node.state.reports() if not report.answers]
    found.sort(key=lambda view: view.received.at, reverse=True)
    boxes, places = positions(node), node.places.current()
    return [items.of(view, boxes, places) for view in found[:COMPARED_MAX]]


def positions(node: Node) -> Positions:
    """Where boxes stand, as far as anybody knows."""
    return whereabouts.positions(node, node.power_survey().cells)


async def suggestions(node: Node, found: Sequence[Item]) -> list[Group]:
    """Open items that likely tell of the same thing, but for those that people have brought together or told apart.

    They are compared beside the loop: hundreds of them take a box seconds, in which nobody's call may wait.
    """
    register = node.state.incidents
    known = {item.id: {incident.id for incident in register.having(item.id) if incident.is_open} for item in found}

    apart = {item: set[UUID]() for item in known}
    for told in register.told_apart():
        for item in known.keys() & set(told.items):
            apart[item].update(told.items)

    def is_apart(one: UUID, other: UUID) -> bool:
        return other in apart[one]

    def is_known(one: UUID, other: UUID) -> bool:
        return is_apart(one, other) or not known[one].isdisjoint(known[other])

    def compared() -> list[Group]:
        return duplicates.groups(duplicates.pairs(found, is_known), is_apart)

    return await asyncio.to_thread(compared)


def told_apart(node: Node, found: Iterable[Item]) -> list[tuple[ToldApart, list[Item]]]:
    """What was said not to be the same, of items that are still open: it can be taken back."""
    known = {item.id: item for item in found}
    made = [(told, [known[item] for item in told.items if item in known]) for told in node.state.incidents.told_apart()]
    return [(told, items_) for told, items_ in made if len(items_) > 1]


def loose(node: Node, found: Iterable[Item]) -> list[LooseItem]:
    """Open items of no open incident, the oldest calls first, then the oldest reports."""
    register = node.state.incidents
    free = [item for item in found if not any(incident.is_open for incident in register.having(item.id))]
    free.sort(key=lambda item: (not item.is_call, item.at, item.id))
    return [LooseItem(item, place_of(item), ortsteil_of(item, node)) for item in free]


def place_of(item: Item) -> str:
    """The street that its text names, with the house number; "" when it names none."""
    if item.mention is None:
        return ""
    return f"{item.mention.street.name} {item.mention.house_number}".strip()


def ortsteil_of(item: Item, node: Node) -> str:
    """The Ortsteil of the street that is named, or of where it was sent from."""
    places = node.places.current()
    if item.mention is not None:
        return places.ortsteil_name(item.mention.street.ortsteil)
    return "" if item.point is None else places.where(item.point[1], item.point[0]).name or ""


# -- needs, offers, gaps -----------------------------------------------------------------------------------------------


def matches(found: Iterable[Item]) -> list[Match]:
    """Needs with offers that may meet them."""
    return offers.matches(found)


def gaps_of(node: Node, now: datetime) -> list[Gap]:
    """Where something is missing."""
    survey = node.power_survey()
    boxes = positions(node)
    dark = [
        ((cell.evidence.position[1], cell.evidence.position[0]), cell.evidence.since or now)
        for cell in survey.cells
        if cell.state is CellState.OUT and cell.evidence.position is not None
    ]
    helped = [
        (point.content.longitude, point.content.latitude)
        for point in node.state.points()
        if point.closed is None
        and point.content.open_now is not False
        and point.content.latitude is not None
        and point.content.longitude is not None
    ]
    places = node.places.current()
    said: list[Distress | Report] = [*node.state.distresses(), *node.state.reports()]
    lately = [items.of(view, boxes, places) for view in said if now - view.received.at < gaps.SILENT_AFTER]
    words = [(item.point, item.at) for item in lately if item.point is not None]
    stand = [(longitude, latitude) for latitude, longitude in boxes.values()]
    return gaps.of(Findings(stand, helped, dark, words), places, now)


def has_prognoseraeume(node: Node) -> bool:
    """Whether somebody has added the Prognoseräume, for which the rule for places of help is made."""
    return not node.places.current().is_schematic(Level.PROGNOSERAUM)
