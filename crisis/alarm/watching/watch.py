"""Nodes watch each other, and one speaks: who was heard, who tells of an alarm, what nodes tell each other of theirs.

Every node says at every beat that it is there, which alarms it sees and whom it has told. The hub speaks. When it was
not heard for a while, of the nodes that hear each other and may speak for an area the first by name does; the others
tell of an alarm only when nobody has been told of it for much longer. Pure but for the clock that is handed in.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crisis.alarm.watching import beat
from crisis.alarm.watching.beat import InvalidBeatError
from crisis.alarm.watching.hub_hearing import HubHearing
from crisis.model.areas import EVERYWHERE
from crisis.sync import beats, frames
from crisis.trust import certificates, rights
from crisis.trust.certificates import InvalidCertificateError
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crisis.alarm.alarms import Alarm
    from crisis.alarm.watching.beat import Beat
    from crisis.trust.certificates import Certificate
    from crisis.trust.directory import Directory
    from crisis.trust.identity import Identity

_MARK = b"kiezbox-watch-1\0"
_NODES_MAX = 2_000
_UNCONFIRMED_MAX = 100  # in a beat
_SET_BACK_MS = 60_000  # a node whose clock was ahead by more than this and was set right is believed again
_UNSAVED_MS = 120_000  # of our own beats, which we may have said before a start and remember nothing of


@dataclass(slots=True)
class _Heard:
    beat: Beat
    seconds: float  # of the clock that was handed in, when it was heard


@dataclass(slots=True)
class Watch:
    """Who is there, as one node hears it. `silent_seconds`: after so long without a word a node counts as silent.

    `wall_ms`: our wall clock. `newest`: when each node said its newest beat by its own clock, also before this start:
    a beat that somebody recorded makes no dead node alive. Our own is there, too: a box whose clock is behind after a
    start says beats that are newer than those before all the same, or nobody would hear it for as long.
    """

    identity: Identity
    directory: Callable[[], Directory]
    seconds: Callable[[], float]
    silent_seconds: float
    own_areas: Callable[[], tuple[str, ...]]
    wall_ms: Callable[[], int]
    newest: dict[str, int] = field(default_factory=dict)
    start: str = field(default_factory=lambda: secrets.token_hex(8))
    _heard: dict[str, _Heard] = field(default_factory=dict)
    unconfirmed: frozenset[str] = frozenset()  # calls that we received and the hub does not have, for too long
    is_answer_due: bool = False  # our next beat is for a node that has not heard of our start, or of its own from us
    hub: HubHearing = field(init=False)

    def __post_init__(self) -> None:
        """Go on where our beats ended before this start."""
        self.hub = HubHearing(self.seconds(), self.silent_seconds)
        own = self.newest.get(self.identity.name)
        if own is not None and self.wall_ms() < own:
            self.newest[self.identity.name] = own + _UNSAVED_MS

    # -- what nodes say ----------------------------------------------------------------------------------------------

    def encode(self, at_ms: int, open_: Iterable[Alarm], told: Iterable[tuple[str, str]]) -> bytes | None:
        """Our own beat; None while we have no certificate, and nobody would believe it. `at_ms`: of our clock."""
        key, certificate = self.identity.key, self.identity.certificate
        if key is None or certificate is None:
            return None
        before = self.newest.get(self.identity.name)
        at_ms = at_ms if before is None else max(at_ms, before + 1)
        self.newest[self.identity.name] = at_ms
        self.is_answer_due = False
        head = {
            "v": 1,
            "node": self.identity.name,
            "at": at_ms,
            "serial": certificate.serial,
            "certificate": self.identity.certificate_text,
            "start": self.start,
            "answers": self.hub.start,
            "unconfirmed": sorted(self.unconfirmed)[:_UNCONFIRMED_MAX],
        }
        made = beat.payload(head, open_, told, self.hub.others(self.seconds()))
        return frames.signed(made[:-1], key, _MARK)

    def hear(self, payload: bytes, topic: str | None = None) -> Beat | None:
        """Take a beat; None when it is our own or an old one. Raises InvalidBeatError.

        At the topic of the hub brokers let the hub alone publish: so no box can play to others what it has recorded.
        """
        said = self._decoded(payload)
        if topic is not None and topic != beats.topic(EVERYWHERE if said.is_hub else beats.own_area(said.node)):
            metrics.CRISIS_REJECTED.labels(beat.LEVEL).inc()
            raise InvalidBeatError(f"said by {said.node} at {topic}")
        if said.node == self.identity.name:
            return None
        newest = self.newest.get(said.node)
        if newest is None and len(self.newest) >= _NODES_MAX:
            return None
        now_ms, is_answer = self.wall_ms(), self.identity.is_hub and said.answers == self.start
        if newest is not None and not _is_newer(said.at_ms, newest, now_ms):
            return None
        self.newest[said.node] = said.at_ms
        if newest is None and now_ms - said.at_ms > self.silent_seconds * 1000 and not is_answer:
            return None  # recorded long ago, or its clock is behind: then the next one counts
        self._heard[said.node] = _Heard(said.after(self.last(said.node)), self.seconds())
        if said.is_hub:
            boxes = {name: heard.seconds for name, heard in self._heard.items() if not heard.beat.is_hub}
            self.is_answer_due |= self.hub.hear_start(said.start, self.seconds(), boxes)
            self.hear_hub()
        elif self.identity.is_hub:
            self.is_answer_due |= bool(said.start) and not is_answer
        return said

    def _decoded(self, payload: bytes) -> Beat:
        try:
            if len(payload) > beat.BYTES_TAKEN_MAX:
                raise InvalidBeatError("too large")
            found: dict[str, Any] = json.loads(payload)
            author = self._author(found)
            if not frames.is_valid(payload, author.key, _MARK):
                raise InvalidBeatError("not signed by the node that it names")
            return beat.read(found, author)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            metrics.CRISIS_REJECTED.labels(beat.LEVEL).inc()
            raise InvalidBeatError(str(error)) from None

    def _author(self, found: dict[str, Any]) -> Certificate:
        """The certificate of the node: one that we know, or the one that it shows and our hub has signed."""
        directory = self.directory()
        author = directory.find(int(found["serial"]))
        if author is None and directory.root is not None:
            try:
                author = certificates.read(str(found.get("certificate", "")), directory.root.key)
            except InvalidCertificateError as error:
                raise InvalidBeatError(str(error)) from None
        if author is None or author.node != found["node"] or directory.is_revoked(author.serial):
            raise InvalidBeatError("no member of ours")
        return author

    def hear_hub(self) -> None:
        """The hub was heard, by whatever it said."""
        self.hub.hear(self.seconds())

    # -- a hub that starts -------------------------------------------------------------------------------------------

    def may_have_told(self, box: str, area: str) -> bool:
        """On a hub: whether boxes may have told people of what this one received, and not said so since our start.

        Not once it has answered our start, and so has every box that it heard while we were away and that may speak
        there.
        """
        said = self._heard.get(box)
        if said is None or said.beat.hears is None or not self._has_answered(box):
            return True
        return any(not self._has_answered(name) and self._may_speak(name, area) for name in said.beat.hears)

    def _has_answered(self, node: str) -> bool:
        heard = self._heard.get(node)
        return heard is not None and heard.beat.answers == self.start

    def _may_speak(self, node: str, area: str) -> bool:
        directory = self.directory()
        return any(
            self._covers(certificate.areas, node, area) and not directory.is_revoked(certificate.serial)
            for certificate in directory.all_of(node)
        )

    # -- who is there ------------------------------------------------------------------------------------------------

    @property
    def is_hub_silent(self) -> bool:
        """Whether the hub has not been heard for too long; never on the hub itself."""
        return not self.identity.is_hub and self.hub.is_silent(self.seconds())

    @property
    def hub_silent_seconds(self) -> float:
        """How long ago the hub was heard last; since when this node listens, if it never was."""
        return self.seconds() - self.hub.heard_at

    def is_gone(self, node: str) -> bool:
        """Whether a node has been excluded: what it said last counts no more."""
        directory = self.directory()
        found = directory.all_of(node)
        return bool(found) and all(directory.is_revoked(certificate.serial) for certificate in found)

    def present(self) -> Mapping[str, Beat]:
        """The nodes that were heard lately, by name."""
        now = self.seconds()
        return {name: heard.beat for name, heard in self._heard.items() if now - heard.seconds <= self.silent_seconds}

    def last(self, node: str) -> Beat | None:
        """What a node said last, however long ago."""
        heard = self._heard.get(node)
        return None if heard is None else heard.beat

    def remote(self) -> tuple[Alarm, ...]:
        """The alarms that other nodes see, as they said last: a node that fell silent has not ended its alarms."""
        found: dict[str, Alarm] = {}
        for name, heard in self._heard.items():
            for alarm in () if self.is_gone(name) else heard.beat.open:
                found.setdefault(alarm.name, alarm)
        return tuple(found.values())

    def may_see(self, node: str, alarm: str) -> bool:
        """Whether a node may see an alarm that it has not described: what it had no room for has not ended."""
        said = self.last(node)
        return said is not None and said.may_have_open(alarm)

    def told(self, area: str) -> frozenset[tuple[str, str]]:
        """Whom other nodes that may speak for an area have told of which alarm, as they said last."""
        return frozenset().union(
            *(
                heard.beat.told
                for name, heard in self._heard.items()
                if (heard.beat.is_hub or self._covers(heard.beat.areas, name, area)) and not self.is_gone(name)
            )
        )

    # -- who speaks --------------------------------------------------------------------------------------------------

    def rank(self, area: str) -> int | None:
        """Our place among the nodes that may speak for an area now, from 0; None when we may not.

        The hub is the only one while it is heard.
        """
        if self.identity.is_hub:
            return 0
        return self.rank_of_boxes(area) if self.is_hub_silent else None

    def rank_of_boxes(self, area: str) -> int | None:
        """Our place among the boxes that may speak for an area, whether the hub is there or not."""
        if not self._covers(self.own_areas(), self.identity.name, area):
            return None
        others = [
            name for name, beat in self.present().items() if not beat.is_hub and self._covers(beat.areas, name, area)
        ]
        return sum(name < self.identity.name for name in others)

    def is_left_alone(self, alarm: str) -> bool:
        """Whether the hub is heard and does not have a call, as the box that received it says."""
        if self.identity.is_hub or self.is_hub_silent:
            return False
        if alarm in self.unconfirmed:
            return True
        return any(alarm in said.unconfirmed for name, said in self.present().items() if not self.is_gone(name))

    @staticmethod
    def _covers(own: tuple[str, ...], node: str, area: str) -> bool:
        return rights.covers(own, node, area) or area == EVERYWHERE


def _is_newer(at_ms: int, newest_ms: int, now_ms: int) -> bool:
    """Whether a beat is newer than the newest: by the node's clock, or because that was ahead and is right now."""
    was_ahead, is_right = newest_ms - now_ms > _SET_BACK_MS, abs(at_ms - now_ms) <= _SET_BACK_MS
    return at_ms > newest_ms or (was_ahead and is_right)
