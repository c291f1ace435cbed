"""What an incident or a task begins with when it is made of calls and reports: nobody types what is there already."""

from collections.abc import Sequence
from uuid import UUID

from api.crisis.staff import labels
from api.crisis.staff.incidents import contents
from crisis.model import texts
from crisis.model.incidents.contents import IncidentContent, IncidentSort, TaskContent
from crisis.node import Node
from crisis.state.incidents import items
from crisis.state.incidents.items import Item
from devices.readings import DistressKind, ReportKind
from translations.marks import N_
from translations.words import Words

_TITLE_MAX = 80
_SORTS = {
    DistressKind.MEDICAL: IncidentSort.MEDICAL,
    DistressKind.SICK: IncidentSort.MEDICAL,
    DistressKind.FIRE: IncidentSort.FIRE,
    DistressKind.HELP: IncidentSort.OTHER,
    DistressKind.CRIME: IncidentSort.OTHER,
    ReportKind.NEED: IncidentSort.SUPPLY,
}
_URGENT = {DistressKind.MEDICAL, DistressKind.FIRE}
_LIFE = {"breathing"}  # themes of whoever depends on power to live (crisis/state/incidents/wording.py)


def incident(node: Node, names: Sequence[UUID], words: Words) -> IncidentContent:
    """An incident made of these calls and reports: its kind, place and position are those of the first that has any."""
    found = _items(node, names)
    placed = next((item for item in found if item.mention is not None), None)
    exact = next((item for item in found if item.is_exact and item.point is not None), None)
    place = "" if placed is None else _place(placed, node)
    point = None
    if exact is not None:
        point = exact.point
    elif placed is not None and placed.mention is not None:
        point = placed.mention.street.point
    first = found[0] if found else None
    lives = any(item.themes & _LIFE for item in found)
    return IncidentContent(
        title=_title(found, words),
        sort=IncidentSort.OTHER if first is None else _SORTS.get(first.kind, IncidentSort.OTHER),  # type: ignore[call-overload]  # kinds are equal to their texts
        priority=1 if lives or any(item.kind in _URGENT for item in found) else 2 if _has_call(found) else 3,
        place=place,
        latitude=None if point is None else point[1],
        longitude=None if point is None else point[0],
        area=area(node, found),
        power_dependent=lives,
        exercise=any(item.is_exercise for item in found),
    )


def task_for_offer(node: Node, need: UUID, offer: UUID, words: Words) -> TaskContent:
    """The task to bring an offer to a need."""
    found = _items(node, (need, offer))
    said = [texts.clean(item.said.text.replace("\n", " "), _TITLE_MAX) for item in found]
    title = words.text(N_("Offer for a need: {}")).format(said[0] if said else "")
    return TaskContent(
        title=texts.clean(title, 200),
        note="\n".join(filter(None, (_contact(item, words) for item in found))),
        area=area(node, found),
        exercise=any(item.is_exercise for item in found),
    )


def area(node: Node, found: Sequence[Item]) -> str:
    """The area of the box that they came through, if this node may decide about it and it is the same for all."""
    boxes = {item.box for item in found if item.said.box}
    return boxes.pop() if len(boxes) == 1 else node.default_area


def _items(node: Node, names: Sequence[UUID]) -> list[Item]:
    boxes, places = contents.positions(node), node.places.current()
    known = [view for name in names if (view := node.state.distress(name) or node.state.report(name)) is not None]
    return [items.of(view, boxes, places) for view in sorted(known, key=lambda view: (view.received.at, view.id))]


def _place(item: Item, node: Node) -> str:
    ortsteil = contents.ortsteil_of(item, node)
    place = contents.place_of(item)
    return f"{place} ({ortsteil})" if ortsteil else place


def _title(found: Sequence[Item], words: Words) -> str:
    """The kind, and where: what the sender wrote stays in the call."""
    if not found:
        return ""
    kinds = {str(kind): text for known in (labels.DISTRESS_KINDS, labels.REPORT_KINDS) for kind, text in known.items()}
    kind = words.text(kinds[found[0].kind])
    place = next((place for item in found if (place := contents.place_of(item))), "")
    return f"{kind}, {place}" if place else kind


def _contact(item: Item, words: Words) -> str:
    kind = words.text(labels.REPORT_KINDS[ReportKind(item.kind)])
    return f"{kind}: {item.said.text} {item.said.contact}".strip()


def _has_call(found: Sequence[Item]) -> bool:
    return any(item.is_call for item in found)
