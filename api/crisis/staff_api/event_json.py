"""Events as programs read them, in the history and in the stream."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from api.http.times import Instant
from crisis.log.follower import Entry
from crisis.model import events
from crisis.model.account_bodies import CONFIDENTIAL
from crisis.model.event_bodies import KINDS, Body
from crisis.model.events import Unread
from crisis.node import Node

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {body: TypeAdapter(body) for body in KINDS.values()}


class EventJson(BaseModel):
    """One event. It is never changed; `at` is when it counts as having happened."""

    id: UUID = Field(examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"])
    seq: int = Field(examples=[412], description="The order of arrival at this node; other nodes have another order.")
    kind: str = Field(examples=["notice_published"])
    at: Instant
    written_at: Instant = Field(description="What was written down; differs from `at` when the hub corrected it.")
    clock_at: Instant | None = Field(description="What the clock there showed, when it was plainly behind.")
    received_at: Instant
    by: str = Field(examples=["anna"], description="An account, `resident`, a box, or a mesh node (`!0a1b2c3d`).")
    node: str = Field(examples=["hub"], description="Where it was written down.")
    via: str = Field(examples=[""], description="The node that brought it; empty when it was written here.")
    unsigned: bool = Field(description="A node without a key sent it: nobody vouches for its author.")
    body: dict[str, Any] | None = Field(
        description="What it says, as it is in the log: times in it are milliseconds since 1970 UTC. Null: a newer node"
        " wrote it, and this one cannot read it.",
        examples=[{"notice": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e", "fields": {"severity": "Severe"}}],
    )


def of(node: Node, entry: Entry) -> EventJson:
    """An entry of the log as programs read it."""
    event = entry.event
    return EventJson(
        id=event.id,
        seq=entry.seq,
        kind=event.kind,
        at=node.state.time_of(event),
        written_at=event.at,
        clock_at=event.clock_at,
        received_at=entry.received_at,
        by=event.actor,
        node=event.node,
        via=entry.via,
        unsigned=event.is_unsigned,
        body=_plain(event.body),
    )


def _plain(body: Body | Unread) -> dict[str, Any] | None:
    if isinstance(body, Unread):
        return None
    made: dict[str, Any] = _ADAPTERS[type(body)].dump_python(body, mode="json", exclude_none=True)
    if events.kind_of(body) in CONFIDENTIAL:
        made.pop(CONFIDENTIAL[events.kind_of(body)], None)
    return made
