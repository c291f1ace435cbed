"""Events in the form in which the log takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.log.file import Item, Job
from crisis.model.events import EncodedEvent

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.log.records import PeerPosition


def encoded(text: str = "x", name: UUID | None = None) -> EncodedEvent:
    return EncodedEvent(
        name or uuid4(), "hub", 1_767_422_700_000, "anna", "report_received", json.dumps({"text": text})
    )


def job(*events: EncodedEvent, via: str = "", position: PeerPosition | None = None, is_urgent: bool = True) -> Job:
    return Job(tuple(Item(each, 1, via) for each in events), position, is_urgent)
