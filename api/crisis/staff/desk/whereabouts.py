"""Where boxes stand and calls come from, as far as anybody said so."""

from collections.abc import Iterable, Mapping

from crisis.state.picture import Picture
from crisis.state.power.outages import Cell
from crisis.state.views import Distress

Place = tuple[float, float]  # latitude, longitude


def positions(node: Picture, cells: Iterable[Cell]) -> dict[str, Place]:
    """Where boxes stand, as far as they said so; this node itself as its settings say."""
    found = {cell.box: cell.evidence.position for cell in cells if cell.evidence.position is not None}
    own = node.settings
    if own.latitude is not None and own.longitude is not None:
        found.setdefault(node.name, (own.latitude, own.longitude))
    return found


def place_of(call: Distress, boxes: Mapping[str, Place]) -> tuple[Place | None, bool]:
    """Where a call comes from, and whether that is exact: else it is where the box that took it stands."""
    said = call.call
    if said.latitude is not None and said.longitude is not None:
        return (said.latitude, said.longitude), True
    return boxes.get(said.box or call.received.node), False
