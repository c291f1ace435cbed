"""Checks a log that was exported (exported_log.py), with nothing but the file: `verify`.

It shows that nothing was changed, left out, added or moved since a seal. It does not show that an entry was true, or
who typed it on a shared account.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.model import events
from crisis.model.events import EncodedEvent, InvalidEventError
from crisis.model.log_bodies import LogSealed
from crisis.trust import certificates, signatures, words
from crisis.trust.certificates import Certificate, InvalidCertificateError
from crisis.trust.seals.chain import Link, code_of
from crisis.trust.seals.exported_log import MARK, VERSION
from devices import readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class NotALogError(ValueError):
    """The file is no exported log, or one of a newer program."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """The first line that is wrong. `number` is that of the operation log, `seq` the place in the node's log."""

    line: int
    why: str
    seq: int | None = None
    number: int | None = None


@dataclass(slots=True)
class Findings:
    """What was found in a log. `sealed`: up to which place its own seals fit; `matched`: where the given one does."""

    node: str = ""
    log: str = ""
    link: Link = Link()  # noqa: RUF009 -- frozen
    bad: BadLine | None = None
    by_hash: int = 0  # events whose content is not in the file
    withheld: int = 0  # events without their words: what is left was signed by the hub
    unsigned: int = 0  # events that nobody in the file signed
    rewritten: int = 0
    seals: int = 0
    sealed: int = 0
    matched: Link | None = None
    is_searching: bool = False  # whether a seal was given

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong, and the seal fits if one was given."""
        return self.bad is None and (self.matched is not None or not self.is_searching)


class _BadError(Exception):
    """What is wrong with the line that is being read."""


def verify(lines: Iterable[bytes], seal: str | None = None) -> Findings:
    """Check a log up to the first line that is wrong. `seal`: hexadecimal digits (chain.read_code). NotALogError."""
    numbered = enumerate(lines, start=1)
    _, head = next(numbered, (0, b""))
    found = Findings(is_searching=seal is not None)
    signers = _head(head, found)
    check = _Check(found, signers, seal)
    line = 1
    for line, text in numbered:
        entry: dict[str, Any] = {}
        try:
            entry = _object(text)
            check.take(entry)
        except _BadError as error:
            found.bad = BadLine(line, str(error), _whole(entry.get("seq")), _whole(entry.get("number")))
            return found
    if not check.is_over:
        found.bad = BadLine(line + 1, "the file ends here, before its last line: it was cut off")
    return found


def _head(text: bytes, found: Findings) -> Mapping[int, Certificate]:
    """The signers by serial. Raises NotALogError."""
    try:
        head = _object(text)
    except _BadError as error:
        raise NotALogError("no log that Kiezbox exported") from error
    version = head.get(MARK)
    if type(version) is not int or version < 1:
        raise NotALogError("no log that Kiezbox exported")
    if version > VERSION:
        raise NotALogError(f"exported by a newer Kiezbox (format {version}, this one reads {VERSION})")
    found.node, found.log = str(head.get("node")), str(head.get("log"))
    found.rewritten = _whole(head.get("rewritten")) or 0
    try:
        hub = head["hub"]
        if hub is None:
            return {}
        root = certificates.root(hub["name"], base64.b64decode(hub["key"], validate=True))
        read = [certificates.read(each, root.key) for each in head["certificates"]]
    except (KeyError, TypeError, ValueError, AttributeError, InvalidCertificateError) as error:
        raise NotALogError("its certificates are not what the hub signed") from error
    return {each.serial: each for each in (root, *read)}


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _BadError("it is no JSON") from None
    if not isinstance(found, dict):
        raise _BadError("it is no JSON object")
    return found


def _whole(value: object) -> int | None:
    return value if type(value) is int else None


class _Check:
    """How far a log has been checked."""

    def __init__(self, found: Findings, signers: Mapping[int, Certificate], seal: str | None) -> None:
        self._found = found
        self._signers = signers
        self._seal = seal
        self._heads: dict[int, str] = {}  # by place in the log: what its own seals are compared with
        self.is_over = False

    def take(self, entry: dict[str, Any]) -> None:
        """Check the next line. Raises _BadError."""
        if self.is_over:
            raise _BadError("something follows the last line")
        if entry.get("end") is True:
            self._end(entry)
        else:
            self._event(entry)

    def _end(self, entry: dict[str, Any]) -> None:
        link = self._found.link
        if (entry.get("count"), entry.get("head")) != (link.count, link.head.hex()):
            raise _BadError(f"it promises {entry.get('count')} events with another head; there are {link.count}")
        self.is_over = True

    def _event(self, entry: dict[str, Any]) -> None:
        seq, received_ms, via, kind = (entry.get(name) for name in ("seq", "received_at", "via", "kind"))
        if type(seq) is not int or type(received_ms) is not int or not isinstance(via, str):
            raise _BadError("it is no event: seq, received_at or via is missing")
        if seq <= self._found.link.seq:
            raise _BadError(f"it stands out of order: event {seq} after event {self._found.link.seq}")
        event = None if "body" not in entry else _read(entry, kind)
        stated = _bytes(entry.get("hash"))
        if event is None:
            self._found.by_hash += 1
        elif signatures.digest(event) != stated:
            raise _BadError("its content is not what was hashed: it was changed")
        link = self._found.link.with_hash(stated, seq, received_ms, via)
        if link.head.hex() != entry.get("chain"):
            raise _BadError("the chain breaks here: an event was changed, left out, added or moved")
        self._found.link = link
        self._heads[seq] = link.head.hex()
        if self._seal is not None and link.head.hex().startswith(self._seal):
            self._found.matched = link
        if event is not None:
            self._signed(event)
            self._sealed(event)

    def _signed(self, event: EncodedEvent) -> None:
        self._found.withheld += words.is_withheld(event)
        signer = None if event.serial is None else self._signers.get(event.serial)
        if signer is None:
            self._found.unsigned += 1
        elif not _is_signed(event, signer.key):
            raise _BadError(f"its signature by {signer.node} is wrong: it was changed after it was signed")

    def _sealed(self, event: EncodedEvent) -> None:
        """Compare a seal of this very log with the chain at its place."""
        if event.kind != "log_sealed" or event.node != self._found.node:
            return
        seal = events.decode(event).body
        if not isinstance(seal, LogSealed) or str(seal.log) != self._found.log or seal.seq < self._found.rewritten:
            return
        head = self._heads.get(seal.seq)
        if head != seal.head:
            code = "nothing" if head is None else code_of(head)
            raise _BadError(
                f"this seal says {code_of(seal.head)} after event {seal.seq}, and the log has {code} there: an event"
                f" between {self._found.sealed + 1} and {seal.seq} was changed after it was sealed"
            )
        self._found.seals += 1
        self._found.sealed = seal.seq


def _is_signed(event: EncodedEvent, key: bytes) -> bool:
    """Whether the signature fits the event as it is, or as it is sent: a log of version 1 wrote numbers otherwise."""
    try:
        return signatures.is_valid(event, key) or signatures.is_valid(signatures.normalized(event), key)
    except InvalidEventError:
        return False


def _read(entry: dict[str, Any], kind: object) -> EncodedEvent:
    node, actor, body, at_ms, clock_ms = (entry.get(name) for name in ("node", "actor", "body", "at", "clock_at"))
    texts = (node, actor, body, kind)
    if not all(isinstance(each, str) for each in texts) or type(at_ms) is not int:
        raise _BadError("it is no event: node, at, actor, kind or body is missing")
    if clock_ms is not None and type(clock_ms) is not int:
        raise _BadError("its clock_at is no time")
    try:
        for each in (at_ms, clock_ms or 0):
            readings.moment(each)
    except OverflowError:
        raise _BadError("its time is beyond the years 1 to 9999") from None
    try:
        event_id = UUID(str(entry.get("id")))
        signature = base64.b64decode(entry["signature"], validate=True) if "signature" in entry else None
    except (TypeError, ValueError):
        raise _BadError("its id or its signature cannot be read") from None
    serial = _whole(entry.get("serial"))
    return EncodedEvent(event_id, str(node), at_ms, str(actor), str(kind), str(body), clock_ms, serial, signature)


def _bytes(value: object) -> bytes:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        return b""
