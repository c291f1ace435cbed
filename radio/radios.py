"""The radios that a node reaches: the one at its own machine, those of boxes over the broker, and gateways of the mesh.

A radio speaks through `kiezbox radio`, by its socket. On a box the node passes on what comes over the broker for its
radio (`kb/v1/{box}/radio/down`), and publishes what the radio hears (`.../radio/up`); the hub does the other half. It
goes over the session of the sync, so that it needs no user of its own at the broker.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from devices.wire.meshtastic import mesh_pb2
    from radio.socket_link import SocketLink

log = logging.getLogger(__name__)

OWN = ""  # the radio at this machine, where others have the name of their box
_PAUSE_SECONDS = 1.0
_UP, _DOWN = "up", "down"


def topic(box: str, way: str) -> str:
    """Where frames of a box's radio go: `up` to the hub, `down` to the box. `+` for all boxes."""
    return f"kb/v1/{box}/radio/{way}"


class Connection(Protocol):
    """What this needs of a session with the broker (kiezbox.mqtt.Session)."""

    def publish(self, topic: str, payload: bytes, /, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when there is no connection."""


class Radios:
    """Made with the node. `socket`: of `kiezbox radio` on this machine; `box`: our own name, None on a hub.

    `mesh_topics`: topics of gateways that a hub listens to besides, as envelopes; set before a session reads `topics`.
    """

    def __init__(self, socket: Path, box: str | None, mesh_topics: tuple[str, ...] = ()) -> None:
        self.socket = socket
        self._box = box
        self.mesh_topics = mesh_topics
        self._link: SocketLink | None = None
        self._session: Connection | None = None
        self._listeners: set[Callable[[str, mesh_pb2.FromRadio], None]] = set()
        self._mesh_listeners: set[Callable[[bytes], None]] = set()
        self.own: list[mesh_pb2.FromRadio] = []  # what the radio here has told of itself, last

    # -- for channels ------------------------------------------------------------------------------------------------

    def send(self, radio: str, order: mesh_pb2.ToRadio) -> bool:
        """Ask a radio to send; False when it cannot be reached now. What becomes of it is heard."""
        if radio == OWN:
            if self._link is None:
                return False
            self._link.send(order.SerializeToString())
            return True
        session = self._session
        return session is not None and session.publish(topic(radio, _DOWN), order.SerializeToString(), qos=1)

    def publish(self, topic: str, envelope: bytes) -> bool:
        """Publish an envelope for gateways of the mesh; False when there is no broker now."""
        return self._session is not None and self._session.publish(topic, envelope, qos=1)

    @contextlib.contextmanager
    def heard_by(self, listener: Callable[[str, mesh_pb2.FromRadio], None]) -> Iterator[None]:
        """Tell the listener what each radio says, with its name, while the block runs."""
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    @contextlib.contextmanager
    def envelopes_heard_by(self, listener: Callable[[bytes], None]) -> Iterator[None]:
        """Tell the listener what gateways publish on `mesh_topics`, while the block runs."""
        self._mesh_listeners.add(listener)
        try:
            yield
        finally:
            self._mesh_listeners.discard(listener)

    @property
    def is_own_there(self) -> bool:
        """Whether `kiezbox radio` runs on this machine and serves us."""
        return self._link is not None

    # -- for the session with the broker -----------------------------------------------------------------------------

    @property
    def topics(self) -> tuple[str, ...]:
        """What the session reads for the radios. A broker of today may not grant that: they are optional."""
        if self._box is not None:
            return (topic(self._box, _DOWN),)
        return (topic("+", _UP), *self.mesh_topics)

    @contextlib.contextmanager
    def attached(self, session: Connection) -> Iterator[None]:
        """Use this session while the block runs."""
        self._session = session
        try:
            yield
        finally:
            self._session = None

    def take(self, where: str, payload: bytes) -> bool:
        """Take what came over the broker; False when it is not for radios."""
        match where.split("/"):
            case ["kb", "v1", box, "radio", "up"] if self._box is None:
                self._hear(box, payload)
                return True
            case ["kb", "v1", box, "radio", "down"] if box == self._box:
                self._order(payload)
                return True
            case [*_, "2", "e", _, _]:
                for listener in tuple(self._mesh_listeners):
                    listener(payload)
                return True
        return False

    def _hear(self, box: str, payload: bytes) -> None:
        from google.protobuf.message import DecodeError  # noqa: PLC0415 -- see `run`

        from devices.wire.meshtastic import mesh_pb2  # noqa: PLC0415 -- see `run`

        with contextlib.suppress(DecodeError):
            self._tell(box, mesh_pb2.FromRadio.FromString(payload))

    def _order(self, payload: bytes) -> None:
        from devices.wire.meshtastic import framing  # noqa: PLC0415 -- see `run`
        from radio import attached  # noqa: PLC0415 -- see `run`

        if self._link is not None and len(payload) <= framing.PAYLOAD_BYTES_MAX:
            self._link.send(payload)
        elif (packet_id := _packet_id(payload)) is not None:
            self._pass_up(attached.refused(packet_id, attached.Refusal.NO_INTERFACE))

    # -- the radio at this machine -----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep a connection to `kiezbox radio`, for ever. Most machines have none, and load nothing for one."""
        while True:
            if self.socket.exists():
                from radio import socket_link  # noqa: PLC0415 -- see above

                with contextlib.suppress(OSError):
                    async with socket_link.connected(self.socket) as link:
                        log.info("a radio is at this machine", extra={"socket": self.socket})
                        await self._listen(link)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self, link: SocketLink) -> None:
        self._link = link
        try:
            async for said in link.heard():
                self._note(said)
                self._tell(OWN, said)
                self._pass_up(said)
        finally:
            self._link = None
            self.own = []

    def _note(self, said: mesh_pb2.FromRadio) -> None:
        match said.WhichOneof("payload"):
            case "my_info":
                self.own = [said]
            case "channel":
                self.own = [*self.own[:1], said]

    def _pass_up(self, said: mesh_pb2.FromRadio) -> None:
        """To the hub, if there is a broker. What was heard meanwhile is old, and is not sent later."""
        if self._box is not None and self._session is not None:
            self._session.publish(topic(self._box, _UP), said.SerializeToString())

    def _tell(self, radio: str, said: mesh_pb2.FromRadio) -> None:
        for listener in tuple(self._listeners):
            listener(radio, said)


def _packet_id(order: bytes) -> int | None:
    """The id of the packet that an order is about."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 -- see `Radios.run`

    from devices.wire.meshtastic import mesh_pb2  # noqa: PLC0415 -- see `Radios.run`

    try:
        return mesh_pb2.ToRadio.FromString(order).packet.id
    except DecodeError:
        return None
