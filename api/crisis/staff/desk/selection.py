"""What somebody wants to see of calls and reports: mine, open, kind, area, and words to search for. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from api.crisis.staff import shares
from api.crisis.staff.desk.call_lines import CallLine
from crisis.model import areas, receipts
from crisis.state.views import DistressStatus, Report
from devices.readings import DistressKind

OPEN, WAITING, TAKEN, CLOSED, ALL = "open", "waiting", "taken", "closed", "all"
KINDS = tuple(kind.value for kind in DistressKind)
STATES = (OPEN, WAITING, TAKEN, CLOSED, ALL)
_SEARCH_MAX = 100  # characters
_NUMBER = re.compile(r"h ?(?:[0-9a-f]+-[0-9a-f]+ ?/ ?)?[0-9]+", re.IGNORECASE)  # `H 17`, `H 71-01/3`
_STATUS = {
    WAITING: (DistressStatus.RECEIVED,),
    TAKEN: (DistressStatus.TAKEN,),
    CLOSED: (DistressStatus.CLOSED,),
    OPEN: (DistressStatus.RECEIVED, DistressStatus.TAKEN),
    ALL: tuple(DistressStatus),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen. A choice that nobody knows counts as none. `state` "": open, and whatever a search finds."""

    mine: bool = False
    state: str = ""
    kind: str = ""
    area: str = ""
    search: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Selection":
        """The selection in an address."""
        state, kind = query.get("state", ""), query.get("kind", "")
        return cls(
            mine=bool(query.get("mine")),
            state=state if state in STATES else "",
            kind=kind if kind in KINDS else "",
            area=query.get("area", "").strip()[:_SEARCH_MAX],
            search=" ".join(query.get("q", "").split())[:_SEARCH_MAX],
        )

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out of what is open."""
        return self == Selection()

    @property
    def query(self) -> str:
        """The selection as it stands in an address."""
        chosen = {"mine": "yes" if self.mine else "", "state": self.state, "kind": self.kind}
        chosen |= {"area": self.area, "q": self.search}
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def wants_closed(self) -> bool:
        """Whether closed calls may be among them."""
        is_of_any_state = not self.state or _NUMBER.fullmatch(self.search) is not None
        return self.state in {CLOSED, ALL} or bool(self.search and is_of_any_state)

    def has_call(self, line: CallLine, account: str) -> bool:
        """Whether a call is wanted."""
        call = line.call
        if _NUMBER.fullmatch(self.search):  # said on the radio: that call alone, whoever has it and wherever it is
            return _spoken(call.label) == _spoken(self.search)
        wanted = _STATUS.get(self.state, _STATUS[ALL if self.search else OPEN])
        if call.status not in wanted or (self.kind and call.call.kind != self.kind):
            return False
        if self.mine and not _is_mine(line, account):
            return False
        said = call.call
        texts = (call.label, said.text, said.topic or "", said.contact, line.street, line.ortsteil, line.box)
        steps = (step.text for _, step in call.story)
        return self._is_there(line.box) and self._finds((*texts, line.takers, *steps), said.receipt)

    def has_report(self, report: Report, account: str) -> bool:
        """Whether a report is wanted. It has none of the kinds of calls, and is nobody's before it is answered."""
        if _NUMBER.fullmatch(self.search):  # reports have no numbers
            return False
        if self.kind or (self.mine and account not in {step.act.actor for step in report.answers}):
            return False
        said = report.message
        texts = (said.text, said.topic or "", said.contact, *(step.text for step in report.answers))
        return self._is_there(shares.box_of(report)) and self._finds(texts, said.receipt)

    def _is_there(self, box: str) -> bool:
        return not self.area or self.area in areas.around(box)

    def _finds(self, texts: tuple[str, ...], receipt: str | None) -> bool:
        if not self.search:
            return True
        if receipt is not None and receipts.read(self.search) == receipt:
            return True
        said = "\n".join(texts).casefold()
        return all(word in said for word in self.search.casefold().split())


def _spoken(label: str) -> str:
    return label.replace(" ", "").casefold()


def _is_mine(line: CallLine, account: str) -> bool:
    """Whether somebody has it, or is to take it."""
    call = line.call
    assigned = call.assignment.to if call.assignment is not None else ""
    return account in {step.act.actor for step in (*call.taken[-1:], *call.closed)} or assigned == account
