"""How a report is frozen: kept on the disk, entered into the operation log with its hash, sealed; and found again."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff.reports import kept
from api.crisis.staff.reports.kept import Frozen
from api.crisis.staff.submissions import Submission
from api.http import times
from crisis.log.errors import NotKept
from crisis.model import commands, events
from crisis.model.commands import Actor
from crisis.model.events import Event
from crisis.model.log_bodies import EntrySort, EntryWritten, SealReason
from crisis.node import Node
from crisis.state.rules import Refusal
from translations.marks import N_

log = logging.getLogger(__name__)

REPORT, HANDOVER = "report", "handover"
_SORTS = {EntrySort.SITUATION, EntrySort.HANDOVER}
_LISTED_MAX, _SEARCHED_MAX = 10, 1_000
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be frozen. `entry` is what the operation log says, without the hash."""

    kind: str
    sheets: Sequence[str]
    made_at: datetime
    is_exercise: bool
    entry: EntryWritten
    taker: Actor | None = None  # who signs a hand-over besides
    taken: str = ""  # and what the operation log says of that


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A frozen report as the log knows it. `number`: that of its entry here."""

    event: UUID
    number: int | None
    at: datetime
    by: str
    node: str
    sort: EntrySort
    is_here: bool


async def freeze(sent: Submission, draft: Draft) -> Event:
    """Keep the report, enter it, seal the log. Returns the entry. Raises PageRefusalError, Full, Unwritable.

    When the seal alone cannot be written, the hourly one covers the report.
    """
    node, principal = sent.deps.node, sent.principal
    frozen = Frozen(
        kind=draft.kind,
        language=sent.words.language.tag,
        node=node.name,
        by=principal.account,
        made_at=times.write(draft.made_at),
        is_exercise=draft.is_exercise,
        sheets=tuple(draft.sheets),
    )
    content = kept.encoded(frozen)
    try:
        path = await asyncio.to_thread(kept.keep, node.settings.folder, content)
    except kept.TooManyError:
        raise PageRefusalError(Reason.REPORTS_FULL, kept.FOLDER) from None
    checksum = sent.words.text(N_("Checksum (SHA-256):"))
    text = f"{draft.entry.text}\n{checksum} {kept.digest(content)}"
    found = await node.act(commands.WriteEntry(_with_text(draft.entry, text)), principal.actor)
    if isinstance(found, Refusal):
        await asyncio.to_thread(path.unlink)
        raise PageRefusalError(found.why, found.detail)
    if draft.taker is not None:
        signed = _with_text(draft.entry, draft.taken, about=(found[0].id,))
        second = await node.act(commands.WriteEntry(signed), draft.taker)
        if isinstance(second, Refusal):
            raise PageRefusalError(second.why, second.detail)
    try:
        await node.seal(SealReason.REPORT if draft.kind == REPORT else SealReason.HANDOVER, principal.account)
    except NotKept as error:  # the report is there, and must not be made twice
        log.warning("the log is not sealed after a report, it will be by the hour", extra={"error": error})
    return found[0]


def _with_text(entry: EntryWritten, text: str, about: tuple[UUID, ...] = ()) -> EntryWritten:
    return EntryWritten(
        text=text,
        sort=entry.sort,
        recipient=entry.recipient,
        function=entry.function,
        about=about,
        area=entry.area,
        exercise=entry.exercise,
    )


async def entry_of(node: Node, name: UUID) -> Event | None:
    """The entry with this id, if it may be that of a report."""
    record = (await node.log.known([name])).get(name)
    if record is None:
        return None
    event = events.decode(record.encoded)
    is_one = isinstance(event.body, EntryWritten) and event.body.sort in _SORTS
    return event if is_one else None


async def newest(node: Node) -> list[ListedReport]:
    """The reports that were frozen last, the newest first, on any node."""
    found: list[ListedReport] = []
    before: int | None = None
    for _ in range(0, _SEARCHED_MAX, _PAGE):
        page = await node.history(before, _PAGE, kind="entry_written")
        for entry in page:
            body = entry.event.body
            if not isinstance(body, EntryWritten) or body.sort not in _SORTS:
                continue
            digest = kept.digest_in(body.text)
            if digest is None:
                continue
            is_here = kept.is_here(node.settings.folder, digest)
            number, at = node.book.number_of(entry.seq), node.state.time_of(entry.event)
            event = entry.event
            found.append(ListedReport(event.id, number, at, event.actor, event.node, body.sort, is_here))
        if len(page) < _PAGE or len(found) >= _LISTED_MAX:
            break
        before = page[-1].seq
    return found[:_LISTED_MAX]
