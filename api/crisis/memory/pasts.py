"""The node as it was at moments of the past, folded from its log when somebody asks, and kept while somebody looks."""

import asyncio
import contextlib
import gc
from array import array
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from crisis.log.records import LogRecord
from crisis.model import event_bodies, events, subjects
from crisis.model.events import Event
from crisis.node import Node
from crisis.state.past import BEFORE_ALL_MS, Kept, KeptStates, Order, stops
from crisis.state.picture import Known, PastPicture
from crisis.state.state import State
from devices import readings

_PAGE = 500  # events that are read and folded at a time; in between the node does other things
_HUB_HOLDS, _BOX_HOLDS = 300_000, 5_000  # events of the states that are kept, together
_IDLE_SECONDS = 600.0  # when nobody has looked at the past for so long, nothing of it stays in memory
_HISTORY_ONLY = frozenset(events.kind_of_type(each) for each in subjects.HISTORY_ONLY)


class Pasts:
    """The past of one node. What is folded is kept for a while: a viewer who moves on in time costs what is new."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._folding = asyncio.Lock()  # one at a time: viewers of the past must not slow down the present
        self._idle: asyncio.TimerHandle | None = None
        self._forget()

    def _forget(self) -> None:
        self._log: UUID | None = None
        self._seen = 0  # the place in the log up to which the orders go
        self._orders = {known: Order(known) for known in Known}
        self._corrected: Mapping[bytes, int] = {}
        self._kept = self._no_states()
        self._replaced = self._node.replaced
        self._begins_at: datetime | None = None

    def _no_states(self) -> KeptStates:
        return KeptStates(_HUB_HOLDS if self._node.is_hub else _BOX_HOLDS)

    @property
    def size(self) -> int:
        """How many events are held in memory for the past."""
        return self._kept.size

    async def at(self, moment: datetime, known: Known) -> PastPicture:
        """The node at a moment. Raises NotKept when the log cannot be read."""
        async with self._folding:
            if self._idle is not None:
                self._idle.cancel()
            try:
                await self._catch_up()
                order = self._orders[known]
                count = order.count_until(event_bodies.milliseconds(moment))
                state = await self._state(order, count)
            finally:
                self._idle = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._forget)
            head = order.places(count - 1, count)[0] if count else 0
        return PastPicture(self._node, state, moment, known, count, self._begins_at, head)

    # -- the orders --------------------------------------------------------------------------------------------------

    async def _catch_up(self) -> None:
        """Take note of what came into the log since somebody looked last.

        What cannot be read changes nothing: the next look begins there again.
        """
        node = self._node
        if self._log != node.log.id:  # the first look, or the log was recovered
            self._forget()
            self._log = node.log.id
        if self._replaced != node.replaced:  # words are gone that kept states still hold
            self._kept = self._no_states()
            self._replaced = node.replaced
        corrected = _corrected(node.state)
        if corrected != self._corrected:
            seqs, _, happened = await self._arrived(0, self._seen, corrected)
            order = Order(Known.NO)
            order.extend(seqs, happened)
            self._orders[Known.NO], self._corrected = order, corrected
            self._kept.forget(Known.NO)
        seqs, received, happened = await self._arrived(self._seen, node.log.head, corrected)
        if not seqs:
            return
        if self._begins_at is None:
            self._begins_at = readings.moment(received[0])
        for known, order in self._orders.items():
            self._kept.forget(known, above=order.extend(seqs, received if known is Known.YES else happened))
        self._seen = seqs[-1]

    async def _arrived(self, after: int, until: int, corrected: Mapping[bytes, int]) -> "tuple[array[int], ...]":
        """The places of events in the log after one and up to another; when each was received, and happened (ms)."""
        seqs, received, happened = array("q"), array("q"), array("q")
        while after < until and (page := await self._node.log.arrivals(after, _PAGE)):
            for seq, event, at_ms, received_ms in page:
                if seq <= until:
                    seqs.append(seq)
                    received.append(received_ms)
                    happened.append(corrected.get(event, at_ms))
            after = page[-1][0]
        return seqs, received, happened

    # -- folding -----------------------------------------------------------------------------------------------------

    async def _state(self, order: Order, count: int) -> State:
        base = self._kept.nearest(order.known, count)
        if base is not None and base.count == count:
            return base.state
        state = State() if base is None else base.state.fork()
        done = 0 if base is None else base.count
        # Events that are in memory anyway are not read twice, and not held twice.
        live = {event.id: event for event in self._node.state.events()}
        for stop in stops(done, count, len(order)):
            while done < stop:
                places = order.places(done, min(done + _PAGE, stop))
                await asyncio.to_thread(self._apply, state, await self._read(places), live)
                done += len(places)
            size = await asyncio.to_thread(_settled, state)
            self._kept.keep(Kept(order.known, done, state, size))
            if done < count:
                state = state.fork()
        return state

    async def _read(self, places: Sequence[int]) -> list[LogRecord]:
        if places and places[-1] - places[0] == len(places) - 1 and list(places) == sorted(places):
            return await self._node.log.after(places[0] - 1, len(places))
        return await self._node.log.places(places)

    def _apply(self, state: State, records: Sequence[LogRecord], live: Mapping[UUID, Event]) -> None:
        """Fold events into a state that nobody else uses yet. What is held back counts for nothing, as at a start."""
        with _no_garbage():
            for record in records:
                encoded = record.encoded
                if encoded.kind in _HISTORY_ONLY or encoded.id in self._node.held:
                    continue
                state.apply(live.get(encoded.id) or events.decode(encoded))


@contextlib.contextmanager
def _no_garbage() -> Iterator[None]:
    """For a moment nothing is looked through for garbage: all objects that are made here stay, as at a node's start."""
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_collecting:
            gc.enable()


def _settled(state: State) -> int:
    """Make the views of a state now, in the thread that folds it. How many events it holds."""
    with _no_garbage():
        state.distresses()
        state.reports()
        state.notices()
        state.points()
        state.power()
    return sum(1 for _ in state.events())


def _corrected(state: State) -> dict[bytes, int]:
    """The times that count instead of those of corrected events; a correction counts from the beginning."""
    found: dict[bytes, int] = {}
    for correction in state.corrections():
        body = correction.body
        assert isinstance(body, event_bodies.TimeCorrected)
        found[body.event.bytes] = event_bodies.milliseconds(body.at)
        found[correction.id.bytes] = BEFORE_ALL_MS
    return found
