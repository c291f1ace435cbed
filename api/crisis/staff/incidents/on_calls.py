"""What the desk says beside a call: the incidents that it belongs to (api/crisis/staff/desk/call_lines.py, EXTRAS)."""

from datetime import datetime

from api.crisis.staff.desk import call_lines
from api.crisis.staff.desk.call_lines import Extra
from crisis.state.picture import Picture
from crisis.state.views import Distress
from translations.marks import N_
from translations.words import Words

_PATH = "/crisis/staff/incidents"


def extras(node: Picture, call: Distress, _now: datetime, words: Words) -> tuple[Extra, ...]:
    """Each open incident of a call, with a link; that the call is merged with others is said as well."""
    found = []
    for incident in node.state.incidents.having(call.id):
        if not incident.is_open:
            continue
        text = incident.label  # a line has no room for its title
        merged = [link for link in incident.links if link.same]
        if len(merged) > 1 and any(link.item == call.id for link in merged):
            text += f" ({words.text(N_('merged'))})"
        found.append(Extra(text, f"{_PATH}/{incident.id}"))
    return tuple(found)


def register() -> None:
    """Let the desk say it. Once is enough."""
    if extras not in call_lines.EXTRAS:
        call_lines.EXTRAS.append(extras)
