"""What the staff's overview shows: the view model, made from the state. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.crisis.staff import held, shares
from api.crisis.staff.desk import call_lines, named_areas
from api.crisis.staff.desk.call_lines import CallLine
from api.crisis.staff.desk.named_areas import AreaChoices
from api.crisis.staff.desk.selection import Selection
from api.crisis.staff.event_text import HistoryLine
from api.crisis.staff.held import HeldLine
from api.crisis.staff.shares import Overflow
from crisis.model import areas, roles
from crisis.model.roles import Right, Role
from crisis.node import Node
from crisis.presence import Peer
from crisis.state import rules
from crisis.state.conclusions import escalations
from crisis.state.picture import Picture
from crisis.state.power import large, sentence
from crisis.state.power.outages import Outage
from crisis.state.state import State
from crisis.state.views import AreaMode, Distress, DistressStatus, ModeThere, Notice, Point, Proposal, Report
from devices.readings import Mode
from translations import catalogues, domains
from translations.marks import N_
from translations.words import Words

CALLS, REPORTS = 300, 150  # lines on the overview at once; the rest is on pages of its own
CARDS = 8  # open at once
NEWS = 6
_SOUNDING = 500  # waiting calls of which the page's script knows whether they are new, whatever is chosen to be shown
_CLOCK_RIGHT_SECONDS = 2.0
_SENDERS_SHOWN = 20
_OUTAGES_SHOWN = 5
_FORGOTTEN = timedelta(days=7)  # nobody has said so since, and it was one box or few of many


@dataclass(frozen=True, slots=True)
class BoxMode:
    """The mode that a box shows, beside the one that was decided for it."""

    box: str
    mode: Mode
    since: datetime
    decided: Mode

    @property
    def differs(self) -> bool:
        """Whether the box shows something else."""
        return self.mode is not self.decided


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


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the overview."""

    here: ModeThere
    outages: Outages
    calls: tuple[CallLine, ...]
    calls_found: int
    calls_open: int
    calls_to_take: int
    cards: tuple[CallLine | Report, ...]  # in the order in which they were opened
    calls_beyond: tuple[Overflow, ...]
    calls_waiting: tuple[tuple[str, int], ...]  # over MQTT, beyond the share of their sender: not in the log yet
    escalated: tuple[Distress, ...]  # the one that waits longest comes first
    waiting: tuple[Distress, ...]  # that nobody has taken, whatever is chosen; the newest _SOUNDING
    reports: tuple[Report, ...]
    reports_found: int
    reports_open: int
    reports_beyond: tuple[Overflow, ...]
    areas: tuple[AreaMode, ...]
    choices: AreaChoices
    people: tuple[str, ...]  # to whom a call may be assigned
    selection: Selection
    box_modes: tuple[BoxMode, ...]
    notices: tuple[Notice, ...]
    points: tuple[Point, ...]
    points_closed: tuple[Point, ...]
    peers: tuple[Peer, ...]
    history: tuple[HistoryLine, ...]
    unread: int
    held: tuple[HeldLine, ...]  # what nodes sent and this one does not take
    held_count: int
    rejected: str  # on a box: why the hub does not take it for a member; "" if it does, or nobody knows
    is_stranger: bool  # a box that has not joined a hub
    proposal_holds: timedelta = rules.PROPOSAL_HOLDS

    @property
    def emergencies(self) -> tuple[AreaMode, ...]:
        """Every area in which an emergency holds, the whole city first."""
        return tuple(area for area in self.areas if area.mode is Mode.EMERGENCY)

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """What was proposed anywhere, the oldest first."""
        found = (proposal for area in self.areas for proposal in area.proposals)
        return tuple(sorted(found, key=lambda proposal: (proposal.act.at, proposal.id)))

    @property
    def news(self) -> tuple[HistoryLine, ...]:
        """What happened last."""
        return self.history[:NEWS]

    def mode_choices(self, role: Role) -> tuple[str, ...]:
        """What somebody with this role may choose in the form for the mode."""
        alone = ("emergency",) if roles.may(role, Right.SET_EMERGENCY_ALONE) else ()
        end = ("propose_end",) if any(_is_city_emergency(area) for area in self.areas) else ()
        return ("propose", *end, *alone, "normal", "maintenance")

    @staticmethod
    def skew(seconds: float, words: Words) -> str:
        """How wrong a peer's clock is, in the reader's language."""
        if abs(seconds) < _CLOCK_RIGHT_SECONDS:
            return words.text(N_("right"))
        text = N_("{} fast") if seconds > 0 else N_("{} slow")
        return words.text(text).format(words.short_age(abs(seconds)))


def _is_city_emergency(area: AreaMode) -> bool:
    return area.area == areas.EVERYWHERE and area.mode is Mode.EMERGENCY


def of(
    node: Node,
    now: datetime,
    history: tuple[HistoryLine, ...],
    words: Words,
    *,
    selection: Selection,
    account: str,
    cards: Sequence[UUID] = (),
) -> Overview:
    """The overview of a node now, with these lines of its history; what this account chose of calls and reports."""
    state = node.state
    calls, calls_beyond = call_lines.in_order(node, now)
    rule = escalations.of(node)
    to_take = [call for call in calls if call.status is DistressStatus.RECEIVED and call.id not in rule.covered]
    escalated = [call for call in to_take if rule.has(call, now)]
    reports, reports_beyond = shares.divide(state.reports())
    unanswered = [report for report in reports if not report.answers]
    looked_at = [*calls, *closed_calls(state)] if selection.wants_closed else calls
    lines = [line for line in call_lines.of_calls(node, looked_at, now) if selection.has_call(line, account)]
    wanted = reports if selection.search or selection.mine else unanswered
    said = [report for report in wanted if selection.has_report(report, account)]
    points = state.points()
    return Overview(
        here=state.mode_at(areas.EVERYWHERE if node.is_hub else node.name),
        outages=outages_of(node, now),
        calls=tuple(lines[:CALLS]),
        calls_found=len(lines),
        calls_open=len(calls),
        calls_to_take=len(to_take),
        cards=_cards(node, now, cards),
        calls_waiting=tuple(node.waiting_calls.counts.items())[:_SENDERS_SHOWN],
        calls_beyond=calls_beyond,
        escalated=tuple(escalated),
        waiting=tuple(sorted(to_take, key=lambda call: (call.waits_since, call.id), reverse=True)[:_SOUNDING]),
        reports=tuple(said[:REPORTS]),
        reports_found=len(said),
        reports_open=len(unanswered),
        reports_beyond=reports_beyond,
        areas=tuple(sorted(state.area_modes(), key=lambda area: (not area.proposals, area.area != areas.EVERYWHERE))),
        choices=named_areas.of(node),
        people=_people(state),
        selection=selection,
        box_modes=tuple(
            BoxMode(seen.box, seen.mode, seen.since, state.mode_at(seen.box).mode) for seen in state.seen_modes()
        ),
        notices=tuple(notice for notice in state.notices() if notice.is_standing(now)),
        points=tuple(point for point in points if point.closed is None),
        points_closed=tuple(point for point in points if point.closed is not None),
        peers=tuple(node.peers[name] for name in sorted(node.peers)),
        history=history,
        unread=state.unread,
        held=held.lines(node, held.ON_THE_OVERVIEW, words),
        held_count=len(node.held),
        rejected=node.rejected or "",
        is_stranger=not node.is_hub and node.identity.certificate is None,
    )


def _cards(node: Node, now: datetime, names: Sequence[UUID]) -> tuple[CallLine | Report, ...]:
    made: list[CallLine | Report] = []
    for name in dict.fromkeys(names):
        call, report = node.state.distress(name), node.state.report(name)
        if call is not None:
            made += call_lines.of_calls(node, [call], now)
        elif report is not None:
            made.append(report)
    return tuple(made[-CARDS:])


def _people(state: State) -> tuple[str, ...]:
    """The accounts that the hub issued and that may take calls, and whoever has taken one here."""
    issued = {account.name for account in state.accounts() if roles.may(account.role, Right.HANDLE_DISTRESS)}
    return tuple(sorted(issued | {step.act.actor for call in state.distresses() for step in call.taken}))


def outages_of(node: Picture, now: datetime) -> Outages:
    """The outages of now."""
    found = [outage for outage in node.power_survey().outages if not outage.is_over]
    found.sort(key=lambda outage: (-len(outage.streets), -len(outage.boxes_out), outage.since, outage.id))
    sure = [outage for outage in found if outage.is_corroborated]
    # A box that was unplugged and put away would stand here for ever.
    unsure = [outage for outage in found if not outage.is_corroborated and not _is_forgotten(outage, now)]
    return Outages(
        tuple(_outage_line(node, outage, now) for outage in sure[:_OUTAGES_SHOWN]),
        max(len(sure) - _OUTAGES_SHOWN, 0),
        tuple(_outage_line(node, outage, now) for outage in unsure),
    )


def _is_forgotten(outage: Outage, now: datetime) -> bool:
    return outage.told_at is not None and now - outage.told_at > _FORGOTTEN


def _outage_line(node: Picture, outage: Outage, now: datetime) -> OutageLine:
    places = node.places.current()
    by_ortsteil: dict[str, list[str]] = {}
    for street in outage.streets:
        by_ortsteil.setdefault(places.ortsteil_name(street.ortsteil) if street.ortsteil else "", []).append(street.name)
    streets = tuple((name, tuple(sorted(by_ortsteil[name]))) for name in sorted(by_ortsteil))
    return OutageLine(outage, bool(large.reasons(outage, node.large_outage, now)), streets)


def closed_calls(state: State) -> Sequence[Distress]:
    """The closed calls, the newest first."""
    return [call for call in state.distresses() if call.status is DistressStatus.CLOSED]
