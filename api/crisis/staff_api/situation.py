"""The situation for staff: per district and box, what is known, since when, and how old it is."""

from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.crisis.auth.access import Viewer
from api.crisis.deps import Deps
from api.crisis.memory import moments
from api.crisis.memory.moments import Asked
from api.crisis.memory.newest_values import NewestValues
from api.crisis.staff_api import districts, examples, schemas
from api.crisis.staff_api.districts import District
from api.crisis.staff_api.incidents import incident_json
from api.crisis.staff_api.incidents.incident_json import IncidentJson, TaskJson, UnitJson
from api.crisis.staff_api.outage_json import OutageJson
from api.http import times
from api.http.times import Instant
from crisis.node import Node
from crisis.presence import Peer
from crisis.state.conclusions import escalations
from crisis.state.picture import Known, PastPicture, Picture

router = APIRouter(tags=["crisis"])

REPORTS_SHOWN = 200
_HUB = "hub"


class PeerNode(BaseModel):
    """How far another node and this one have copied each other's logs."""

    node: str = Field(examples=["71-01"])
    state: str = Field(examples=["level"], description="`level`, `behind` or `silent`.")
    heard_at: Instant | None
    age_s: float | None = Field(examples=[12.3])
    waiting: int = Field(description="Events of ours that it has not confirmed.")
    missing: int = Field(description="Events of its log that we do not have, as far as we know.")
    clock_skew_s: float | None = Field(description="Its clock less ours when it was last heard.")


class ThisNode(BaseModel):
    """The node that answers."""

    node: str = Field(examples=["hub"])
    role: str = Field(examples=["hub"])
    events: int = Field(description="Events in its log.", examples=[412])
    unread: int = Field(description="Events that this version cannot read: a newer node wrote them.")
    held: int | None = Field(
        description="Events of other nodes that are held back: /crisis/staff/held shows them. Null in the past."
    )
    rejected: str | None = Field(description="On a box: why the hub does not take it for a member; null if it does.")
    boxes_current: bool = Field(
        description="Whether the broker would tell us now when a box goes away; false in the past."
    )
    values_as_of: Instant | None = Field(
        description="When the database last answered with the newest values; null: never."
    )
    values_stale: bool


class PastInfo(BaseModel):
    """What an answer about the past is made from: this node's log, and nothing else."""

    known: Known = Field(
        description="`yes`: what this node knew then. `no`: what had happened then, whenever it was learnt."
    )
    events: int = Field(description="How many events of the log count.", examples=[388])
    log_begins_at: Instant | None = Field(description="Of the first event in the log; null: it is empty.")
    not_in_log: list[str] = Field(
        description="What nobody can know of the past, and is null or empty here.", examples=[list(moments.NOT_IN_LOG)]
    )

    @classmethod
    def of(cls, past: PastPicture) -> Self:
        """Of this picture."""
        not_in_log = list(moments.NOT_IN_LOG)
        return cls(known=past.known, events=past.count, log_begins_at=past.begins_at, not_in_log=not_in_log)


class Counts(BaseModel):
    """How much is open."""

    distress: int
    escalated: int
    reports: int


class Situation(schemas.Aged):
    """The situation, from the memory and the disk of this node alone. What is old says so."""

    stale: bool = Field(description="A box that has not heard its hub lately: others may have acted meanwhile.")
    past: PastInfo | None = Field(description="How a moment of the past is known; null: this is the situation of now.")
    this: ThisNode
    open: Counts
    modes: list[schemas.DecidedMode]
    districts: list[District]
    outages: list[OutageJson] = Field(description="Where boxes lost their mains power together, the first first.")
    distress: list[schemas.StaffDistress] = Field(description="Calls that nobody has closed, the newest first.")
    reports: list[schemas.StaffReport] = Field(description="Reports without an answer, the newest 200.")
    incidents: list[IncidentJson] = Field(description="Open incidents, the most urgent first.")
    tasks: list[TaskJson] = Field(description="Open tasks, the one that is due first.")
    units: list[UnitJson] = Field(description="Units that are not released.")
    nodes: list[PeerNode]


@router.get("/crisis/situation", responses=examples.of(examples.SITUATION, 401, 403))
async def show_situation(deps: Deps, _principal: Viewer, asked: Asked) -> Situation:
    """The situation: modes, every box by district, open calls and reports, and how far each node has synced.

    `as_of` shows a moment of the past, as far as the log of this node holds it.
    """
    past = await moments.past_of(asked, deps.pasts, deps.node.now())
    if past is None:
        return now_of(deps.node, deps.newest_values)
    this = ThisNode(
        node=past.name,
        role=_role(past),
        events=past.count,
        unread=past.state.unread,
        held=None,
        rejected=None,
        boxes_current=False,
        values_as_of=None,
        values_stale=True,
    )
    found = of(past, None, this)
    nobody_knows = {"reachable": None, "unreachable": None}
    changes = {
        "as_of": past.at,
        "age_s": times.age_s(past.at, deps.node.now()),
        "past": PastInfo.of(past),
        "districts": [each.model_copy(update=nobody_knows) for each in found.districts],
    }
    return found.model_copy(update=changes)


def now_of(node: Node, known: NewestValues | None) -> Situation:
    """The situation as a node knows it. `known` is None on a node that has no database to learn values from."""
    nodes = [_peer(node, peer) for _, peer in sorted(node.peers.items())]
    return of(node, known, _this(node, known)).model_copy(update={"nodes": nodes})


def of(node: Picture, known: NewestValues | None, this: ThisNode) -> Situation:
    """What the events of a node add up to, and what `this` says of the node itself."""
    now, found = node.now(), escalations.of(node)
    calls = node.state.open_distresses()
    reports = [report for report in node.state.reports() if not report.answers]
    escalated = sum(found.has(call, now) for call in calls)
    return Situation(
        **_age(node),
        past=None,
        this=this,
        open=Counts(distress=len(calls), escalated=escalated, reports=len(reports)),
        modes=[schemas.DecidedMode.of(found) for found in node.state.area_modes()],
        districts=districts.of(node, known, calls, reports),
        outages=[OutageJson.of(outage, now) for outage in node.power_survey().outages],
        distress=[schemas.StaffDistress.of(call, now, found) for call in calls],
        reports=[schemas.StaffReport.of(report, now) for report in reports[:REPORTS_SHOWN]],
        incidents=incident_json.incidents_of(node.state),
        tasks=incident_json.tasks_of(node.state),
        units=incident_json.units_of(node.state),
        nodes=[],
    )


def _age(node: Picture) -> dict[str, object]:
    """As of when the situation holds: on a hub now; on a box that does not hear its hub, when it last did."""
    now = node.now()
    if node.is_hub or any(not peer.is_silent for peer in node.peers.values()):
        return {"as_of": now, "age_s": 0.0, "stale": False}
    heard = max((peer.heard_at for peer in node.peers.values() if peer.heard_at is not None), default=None)
    as_of = now if heard is None else min(heard, now)
    return {"as_of": as_of, "age_s": times.age_s(as_of, now), "stale": True}


def _role(node: Picture) -> str:
    return _HUB if node.is_hub else "box"


def _this(node: Node, known: NewestValues | None) -> ThisNode:
    return ThisNode(
        node=node.name,
        role=_role(node),
        events=node.log.head,
        unread=node.state.unread,
        held=len(node.held),
        rejected=node.rejected,
        boxes_current=node.presence.is_current(),
        values_as_of=None if known is None else known.read_at,
        values_stale=known is None or known.is_stale(node.now()),
    )


def _peer(node: Node, peer: Peer) -> PeerNode:
    is_behind = peer.waiting or peer.missing
    return PeerNode(
        node=peer.node,
        state="silent" if peer.is_silent else "behind" if is_behind else "level",
        heard_at=peer.heard_at,
        age_s=None if peer.heard_at is None else times.age_s(peer.heard_at, node.wall()),
        waiting=peer.waiting,
        missing=peer.missing,
        clock_skew_s=peer.clock_skew_seconds,
    )
