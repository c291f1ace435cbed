"""Owns the serial port of a Meshtastic node, and passes frames between the node and others on this machine.

A node that is unplugged, reboots or talks nonsense is waited for, for ever. Others come over a Unix socket, with the
same frames as the port's. No broker is needed: the box's node passes on what the hub sends (radios.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import time
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from devices.wire.meshtastic import framing, mesh_pb2, packets
from kiezbox import process
from kiezbox.errors import OperatorError
from kiezbox.token_bucket import Rate, TokenBucket
from radio import attached, serial_port
from radio.attached import AttachedNode, Refusal
from radio.clients import Clients

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from kiezbox.settings import RadioSettings

log = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 60.0  # a node ends a connection that says nothing for 15 minutes
_CONFIG_SECONDS = 15.0  # how long a node may take to tell about itself before it is asked again
_SILENCE_SECONDS = 1.0  # after so long a frame that began is not going on
_UNSENT_BYTES_MAX = 8 * 1024  # a port that takes nothing is not waited for
_TAKE_BYTES = 4096
_WARNINGS = Rate(burst=10, per_second=1 / 60)


class GoneError(OSError):
    """The port is not there any more."""


class Owner:
    """One process's ownership of one port. `socket`: where others reach it."""

    def __init__(self, settings: RadioSettings, socket: Path) -> None:
        if settings.device is None:
            raise OperatorError(
                "no serial port is set",
                "set KIEZBOX_RADIO_DEVICE, best to the node's name below /dev/serial/by-id/",
            )
        self._device = settings.device
        rate = Rate(burst=1, per_second=1 / attached.TEXT_SECONDS)
        self._node = AttachedNode(settings.channel, TokenBucket(rate, time.monotonic()))
        self._warnings = TokenBucket(_WARNINGS, time.monotonic())
        self._clients = Clients(socket, self._down, self._node.about)
        self._port: asyncio.WriteTransport | None = None

    async def serve(self, stop: asyncio.Event) -> None:
        """Own the port until `stop`. Raises OperatorError when another process has it, or serves the socket."""
        with contextlib.suppress(OSError):  # not plugged in yet: waited for below
            if serial_port.is_held(self._device):
                raise OperatorError(
                    f"{self._device} is in use by {serial_port.holder(self._device)}",
                    "one process owns a port: end the other",
                )
        pauses = process.Backoff(0.5, 5.0, random.SystemRandom().random)
        async with self._clients.serving():
            work = process.retry_forever(
                self._attempt, on=(OSError, serial_port.PortHeldError), say=self._say, pauses=pauses, stop=stop
            )
            running = asyncio.create_task(work, name="radio port")
            stopping = asyncio.create_task(stop.wait(), name="radio stop")
            try:
                await asyncio.wait([running, stopping], return_when=asyncio.FIRST_COMPLETED)
            finally:
                running.cancel()
                stopping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running

    def _say(self, error: Exception) -> None:
        text = process.describe(error)
        log.warning("no node at the serial port, waiting for it", extra={"device": self._device, "error": text})

    async def _attempt(self, recovered: Callable[[], None]) -> None:
        """From opening the port until it is gone. Raises OSError (GoneError), PortHeldError."""
        async with self._opened() as stream:
            self._ask()
            asking = asyncio.create_task(self._keep_asking(), name="radio heartbeat")
            try:
                await self._read(stream, recovered)
            finally:
                asking.cancel()

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[asyncio.StreamReader]:
        """The port, while the block runs: what it says is in the stream."""
        loop = asyncio.get_running_loop()
        stream = asyncio.StreamReader(limit=_TAKE_BYTES)
        async with contextlib.AsyncExitStack() as opened:
            descriptor = serial_port.opened(self._device)
            incoming = opened.enter_context(os.fdopen(descriptor, "rb", buffering=0))
            outgoing = opened.enter_context(os.fdopen(os.dup(descriptor), "wb", buffering=0))
            reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), incoming)
            opened.callback(reading.close)
            self._port, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, outgoing)
            opened.callback(self._close, self._port)
            yield stream

    def _close(self, port: asyncio.WriteTransport) -> None:
        port.abort()
        self._port = None
        self._node.forget()
        self._clients.tell(self._node.about())

    async def _read(self, stream: asyncio.StreamReader, recovered: Callable[[], None]) -> None:
        """Take what the node says until it is gone. Raises GoneError."""
        frames = framing.FrameReader(packets.is_from_radio)
        while True:
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    data = await stream.read(_TAKE_BYTES)
            except TimeoutError:
                found = frames.pause()
            else:
                if not data:
                    raise GoneError(f"{self._device} was unplugged")
                found = frames.feed(data)
            for payload in found:
                self._up(payload)
            if found and self._node.number is not None:
                recovered()

    async def _keep_asking(self) -> None:
        """Ask the node about itself until it has told; then keep the connection."""
        while True:
            await asyncio.sleep(_CONFIG_SECONDS if self._node.number is None else _HEARTBEAT_SECONDS)
            if self._node.number is None:
                log.warning("the node does not answer, asking it again", extra={"device": self._device})
                self._ask()
            else:
                self._write(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))

    def _ask(self) -> None:
        """Let the node tell about itself, which also makes it send us what it hears."""
        if self._port is not None:
            self._port.write(framing.WAKE)
        self._write(mesh_pb2.ToRadio(want_config_id=random.SystemRandom().randrange(1, 2**31)))

    def _write(self, order: mesh_pb2.ToRadio) -> bool:
        """Whether the port takes it."""
        port = self._port
        if port is None or port.is_closing() or port.get_write_buffer_size() > _UNSENT_BYTES_MAX:
            return False
        port.write(framing.frame(order.SerializeToString()))
        return True

    def _up(self, payload: bytes) -> None:
        """The node said something."""
        said = mesh_pb2.FromRadio.FromString(payload)
        self._node.take(said)
        match said.WhichOneof("payload"):
            case "config_complete_id":
                self._introduce()
            case "queue_status":
                self._node.answered(said.queue_status, time.monotonic())
            case "rebooted":
                log.info("the node has started anew", extra={"device": self._device})
                self._ask()
        if self._node.passes_up(said):
            self._clients.tell([said])

    def _introduce(self) -> None:
        """The node has told all about itself."""
        node, name = self._node, self._node.staff_channel
        number = None if node.number is None else packets.node_id(node.number)
        log.info("the node answers", extra={"device": self._device, "node": number})
        if node.staff_index is None:
            why = f"it has no channel {name!r}" if name else "KIEZBOX_RADIO_CHANNEL names none"
            log.warning("texts cannot be sent: no channel of the staff's", extra={"node": number, "why": why})
        elif node.is_public:
            extra = {"node": number, "channel": name}
            log.warning("everybody can read and write on the staff's channel: give it a key of its own", extra=extra)
        self._clients.tell(node.about())

    def _down(self, payload: bytes) -> mesh_pb2.FromRadio | None:
        """Somebody asks for something to be sent: what they are answered, if not by the node itself."""
        try:
            asked = mesh_pb2.ToRadio.FromString(payload)
        except DecodeError:
            return attached.refused(0, Refusal.NOT_AUTHORIZED)
        now = time.monotonic()
        verdict = self._node.admit(asked, now)
        if isinstance(verdict, mesh_pb2.MeshPacket):
            if self._write(mesh_pb2.ToRadio(packet=verdict)):
                self._node.handed_over(verdict.id, now)
                return None
            verdict = Refusal.NO_INTERFACE
        if not self._warnings.admit(now):  # a program that goes on asking fills no disk
            log.warning("a packet is not sent", extra={"why": verdict.name.lower()})
        return attached.refused(asked.packet.id, verdict)
