"""Areas to choose from, by name, with how many boxes a decision about each would reach. Pure but for the node."""

from collections import defaultdict
from dataclasses import dataclass

from api.crisis.staff.desk import whereabouts
from crisis.model import areas
from crisis.model.areas import EVERYWHERE
from crisis.model.events import HUB
from crisis.node import Node
from crisis.state.conclusions import area_names
from crisis.trust import rights
from translations.marks import N_
from translations.words import Words

_NAMED_MAX = 500  # boxes in the list: whoever invents boxes must not fill it


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """An area in a list: what it is called, and how many boxes are in it."""

    id: str
    name: str
    boxes: int

    def text(self, words: Words) -> str:
        """As it stands in the list: `Schöneberg, Friedenau (district-71): applies to 3 boxes`."""
        name = words.text(N_("The whole city")) if self.id == EVERYWHERE else self.name
        if self.boxes == 1:
            return words.text(N_("%(area)s: applies to 1 box"), area=name)
        return words.text(N_("%(area)s: applies to %(boxes)s boxes"), area=name, boxes=self.boxes)


@dataclass(frozen=True, slots=True)
class AreaChoices:
    """The whole city, districts and boxes, as far as this node may decide about them."""

    city: tuple[AreaChoice, ...]
    districts: tuple[AreaChoice, ...]
    boxes: tuple[AreaChoice, ...]

    @property
    def all(self) -> tuple[AreaChoice, ...]:
        """Every choice."""
        return (*self.city, *self.districts, *self.boxes)

    def names(self) -> dict[str, str]:
        """What an area is called, by its id."""
        return {choice.id: choice.name for choice in self.all}


def of(node: Node) -> AreaChoices:
    """The areas that this node knows of: those of its boxes, and those about which something was decided."""
    places, positions = node.places.current(), whereabouts.positions(node, node.power_survey().cells)
    known = _boxes(node)
    ortsteile = {box: area_names.ortsteil(places, positions.get(box)) for box in known[:_NAMED_MAX]}
    given = {area: f"{name} ({area})" for area, name in area_names.given(node).items()}
    by_district: dict[str, list[str]] = defaultdict(list)
    for box in known:
        district = areas.district(box)
        if district is not None:
            by_district[district].append(box)
    for area in _decided(node):
        if areas.district(area) == area:
            by_district.setdefault(area, [])
    found = AreaChoices(
        (AreaChoice(EVERYWHERE, EVERYWHERE, len(known)),),
        tuple(
            AreaChoice(
                name, given.get(name) or _district_name(name, [ortsteile.get(box, "") for box in inside]), len(inside)
            )
            for name, inside in sorted(by_district.items())
        ),
        tuple(AreaChoice(box, given.get(box) or _box_name(box, name), 1) for box, name in ortsteile.items()),
    )
    certificate = node.identity.certificate
    if node.is_hub or certificate is None:
        return found
    own = certificate.areas
    kept = (
        tuple(choice for choice in choices if rights.covers(own, node.name, choice.id))
        for choices in (found.city, found.districts, found.boxes)
    )
    return AreaChoices(*kept)


def _boxes(node: Node) -> list[str]:
    names = {seen.box for seen in node.state.seen_modes()} | set(node.presence.boxes())
    names |= {each.box for each in node.state.power().values()} | {name for name in node.peers if name != HUB}
    if not node.is_hub:
        names.add(node.name)
    return sorted(name for name in names if areas.district(name) != name and name != EVERYWHERE)


def _decided(node: Node) -> set[str]:
    notices = {notice.content.area for notice in node.state.notices()}
    points = {point.content.area for point in node.state.points()}
    return {area.area for area in node.state.area_modes()} | notices | points


def _box_name(box: str, ortsteil: str) -> str:
    return f"{ortsteil} · {box}" if ortsteil else box


def _district_name(district: str, ortsteile: list[str]) -> str:
    shown = area_names.joined(ortsteile)
    return f"{shown} ({district})" if shown else district
