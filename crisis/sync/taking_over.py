"""What was written before there were keys: taken over once, after an upgrade and after a box became a member.

The hub signs what is in its log: that it was there, not that it was true. A box signs only what it wrote itself, and
keeps no words of other boxes' residents any longer.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from typing import TYPE_CHECKING

from crisis.log.file import Job
from crisis.model.events import UNSIGNED, InvalidEventError
from crisis.trust import signatures, words
from crisis.trust.seals import sealing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crisis.log.records import LogRecord
    from crisis.node import Node

log = logging.getLogger(__name__)

_PAGE = 500
# Marks of a log: the certificate of the hub that signed it, or that a box is a member of; whether others' words are
# gone.
_SIGNER, _MEMBER, _WORDS = "signer", "member", "words_dropped"


async def take_over(node: Node) -> int:
    """On a hub: sign what is in the log and has no signature that a node can check. How many events.

    After an upgrade, and after the hub got another key. Raises Full, Unwritable; the next start goes on.
    """
    own = node.identity.certificate
    if node.identity.key is None or own is None or node.log.marks().get(_SIGNER) == own.serial:
        return 0
    signed = 0
    async for page in _pages(node):
        replaced = [made for record in page if (made := _taken_over(node, record)) is not None]
        if replaced:
            await node.log.append(Job((), replaced=tuple(replaced)))
            signed += len(replaced)
    await node.log.append(Job((), marks=((_SIGNER, own.serial),)))
    if signed:
        log.warning("events from before are signed by this hub: taken over", extra={"events": signed})
    return signed


def _taken_over(node: Node, record: LogRecord) -> LogRecord | None:
    """The record with the hub's signature; None when it needs none, or is set aside."""
    event = record.encoded
    is_good = event.serial == UNSIGNED or node.directory.find(event.serial) is not None
    if is_good or event.id in node.held:
        return None
    return _signed(node, record)


def _signed(node: Node, record: LogRecord) -> LogRecord | None:
    """The record with our signature; None when its body is damaged."""
    event = record.encoded
    try:
        # In the form in which it is sent and checked; the body on the disk stays as it was written.
        made = node.identity.sign(signatures.normalized(event))
    except InvalidEventError:
        log.warning("an event cannot be signed: its body is no JSON", extra={"event": event.id})
        return None
    return dataclasses.replace(record, encoded=dataclasses.replace(event, serial=made.serial, signature=made.signature))


async def become_member(node: Node) -> None:
    """On a box with its first certificate of a hub: sign what it wrote itself, and compare everything again.

    Also what the hub has confirmed: it may have held that back for want of a signature, which it tells nobody. What it
    has taken over it keeps as it is. Raises Full, Unwritable.
    """
    root, certificate, marks = node.identity.root, node.identity.certificate, node.log.marks()
    if root is None or certificate is None or marks.get(_MEMBER) == root.serial:
        return
    async for page in _pages(node):
        replaced = [
            made
            for record in page
            if record.via == "" and record.encoded.node == node.name and _needs_signature(node, record)
            if (made := _signed(node, record)) is not None
        ]
        if replaced:
            await node.log.append(Job((), replaced=tuple(replaced)))
            node.replace(replaced)
    await node.log.append(Job((), marks=((_MEMBER, root.serial),)))
    await node.log.rename()  # what the hub held back without a signature is sent again; and what it has, it knows
    log.info("this box is a member of its hub", extra={"hub": root.node, "areas": certificate.areas})


def _needs_signature(node: Node, record: LogRecord) -> bool:
    return record.encoded.serial is None or node.directory.find(record.encoded.serial) is None


async def drop_words(node: Node) -> int:
    """On a member whose hub has everything: blank what residents of other boxes said, for good. How many events.

    Raises Full, Unwritable.
    """
    if node.log.marks().get(_WORDS):
        return 0
    dropped = 0
    async for page in _pages(node):
        replaced = [
            dataclasses.replace(record, encoded=words.blank(record.encoded))
            for record in page
            if record.via and record.encoded.kind in words.PUBLIC and _is_foreign(node, record)
        ]
        if replaced:
            marks = ((sealing.REWRITTEN, node.log.head),)
            await node.log.append(Job((), replaced=tuple(replaced), marks=marks))
            node.replace(replaced)
            dropped += len(replaced)
    await node.log.scrub()  # also of what the hub's own events without words have replaced
    await node.log.append(Job((), marks=((_WORDS, 1),)))
    if dropped:
        log.warning("words of other boxes' residents are off this disk; the hub has them", extra={"events": dropped})
    return dropped


def _is_foreign(node: Node, record: LogRecord) -> bool:
    """Whether the words were said to another box, or about a call there."""
    event = record.encoded
    if event.node == node.name or words.is_withheld(event):
        return False
    subject = words.subject_of(event)
    call, report = node.state.distress(subject), node.state.report(subject)
    if call is not None:
        return node.name not in {call.received.node, call.call.box}
    if report is not None:
        return node.name not in {report.received.node, report.message.box}
    return True


async def _pages(node: Node) -> AsyncIterator[list[LogRecord]]:
    """The log up to where it ends now, page by page; other work goes on in between."""
    after, until = 0, node.log.head
    while page := await node.log.after(after, _PAGE):
        yield [record for record in page if record.seq <= until]
        after = page[-1].seq
        if after >= until:
            return
        await asyncio.sleep(0)
