"""Radio text: an alarm as a text over the mesh, on the staff's own channel, and the answer "17 ok".

By the serial port of this machine's node, by that of a box over the broker, or by a gateway of the mesh over MQTT.
Whose answer it was nobody can know: who has the channel's key can write under any node's number.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crisis.alarm.channel import Answer, ChannelRefused, ChannelUnavailable, Sort
from crisis.alarm.channels import answers
from crisis.alarm.channels.carrying import SendingChannel
from devices.wire.meshtastic import envelopes, mesh_pb2, packets
from devices.wire.meshtastic.keys import ChannelKey
from kiezbox import metrics
from kiezbox.errors import OperatorError
from kiezbox.token_bucket import Rate, TokenBucket
from radio.attached import TEXT_SECONDS, Refusal
from radio.radios import OWN
from translations import catalogues, domains
from translations.marks import N_

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.alarm.channel import Heard, Message
    from crisis.alarm.channels.carrying import Carried
    from crisis.alarm.channels.tables import RadioTable
    from radio.radios import Radios

OUR_NODE = 0x6B7A6278  # "kzbx": our number in the mesh; the broker's rights name it (stack/broker/rights.py)
_RECEIPT_SECONDS = 45.0  # a node tries three times, which takes half a minute on a slow mesh
_QUEUE_SECONDS = 8.0
_SENT_MAX = 200  # texts whose answers are known by what they reply to
_ANSWERS_WAITING_MAX = 100
_WHY = {
    Refusal.NO_INTERFACE: ("no_node", "no node answers at the serial port"),
    Refusal.NO_CHANNEL: ("no_channel", "the node has no channel of the staff's name (KIEZBOX_RADIO_CHANNEL)"),
    Refusal.RATE_LIMIT_EXCEEDED: ("limited", "one text a minute"),
}
_DUTY_CYCLE = 9  # Routing.Error of Meshtastic: the band's limit of airtime is reached


@dataclass(slots=True)
class _Pending:
    """A text on its way. `queued`: the node took it; `receipt`: what became of it on the air, 0 when it was heard."""

    queued: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    receipt: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class RadioChannel(SendingChannel):
    """Texts of at most 180 bytes, one a minute. A person's address is a node (`!a1b2c3d4`); without one: everybody."""

    def __init__(self, name: str, table: RadioTable, radios: Radios | None) -> None:
        super().__init__(name, table)
        self._table: RadioTable = table
        self._radios = radios
        self._radio = table.box or OWN
        self._key: ChannelKey | None = None
        if table.channel is not None and table.key is not None:
            try:
                self._key = ChannelKey.parse(table.channel, table.key.get_secret_value())
            except ValueError as error:
                raise OperatorError(f"[channels.{name}] key: {error}", "copy both from Meshtastic's app") from None
        self._texts = TokenBucket(Rate(1, 1 / TEXT_SECONDS), time.monotonic())
        self._pending: dict[int, _Pending] = {}
        self._sent: OrderedDict[int, UUID] = OrderedDict()  # messages by the ids of their texts
        self._is_test = False  # the newest text: then "ok" alone answers it
        self._answers: asyncio.Queue[Answer] = asyncio.Queue(_ANSWERS_WAITING_MAX)

    # -- out ---------------------------------------------------------------------------------------------------------

    async def _deliver(self, words: Carried, message: Message) -> None:
        if self._radios is None:
            raise ChannelRefused("not_installed", "this process reaches no radio")
        to = self._receiver(words.to)
        if seconds := self._texts.peek(time.monotonic()):
            raise ChannelUnavailable("limited", "one text a minute", seconds)
        packet_id = random.SystemRandom().randrange(1, 2**32)
        packet = packets.text(self._text(words, message), packet_id, channel=0, to=to)
        self._remember(packet_id, message)
        if self._key is not None:
            self._publish(self._radios, packet, self._key)
        else:
            await self._transmit(self._radios, packet)

    def _receiver(self, address: str) -> int:
        if not address:
            return packets.EVERYBODY
        try:
            return packets.node_number(address)
        except ValueError:
            raise ChannelRefused("bad_address", "the person's address here is no node, as !a1b2c3d4") from None

    def _text(self, words: Carried, message: Message) -> str:
        """The alarm, and how to answer it; what does not fit is cut, never the title's beginning."""
        answer = ""
        if message.sort is Sort.TEST:
            answer = "ok"
        elif message.sort in {Sort.ALARM, Sort.CHANGED} and answers.number_in(f"{message.number} ok") is not None:
            answer = f"{message.number} ok"  # of others, called by places or headlines, a reply says "ok"
        known = catalogues.words(domains.CRISIS, domains.CRISIS.find(message.language) or domains.CRISIS.fallback)
        hint = " " + known.text(N_("Answer: %(answer)s"), answer=answer) if answer else ""
        behind = f" {words.mark}{hint}"
        return packets.cut(words.head, packets.TEXT_BYTES_MAX - len(behind.encode())) + behind

    def _remember(self, packet_id: int, message: Message) -> None:
        self._is_test = message.sort is Sort.TEST
        self._sent[packet_id] = message.id
        if len(self._sent) > _SENT_MAX:
            self._sent.popitem(last=False)

    def _publish(self, radios: Radios, packet: mesh_pb2.MeshPacket, key: ChannelKey) -> None:
        """By a gateway. Nothing says whether one took it: there is no receipt for a broadcast that came over MQTT."""
        packet.sender = OUR_NODE
        where = envelopes.topic(self._table.root, key.name, OUR_NODE)
        if not radios.publish(where, envelopes.sealed(packet, key, OUR_NODE)):
            raise ChannelUnavailable("no_broker", "there is no connection to the broker")
        self._texts.admit(time.monotonic())

    async def _transmit(self, radios: Radios, packet: mesh_pb2.MeshPacket) -> None:
        """By a serial port. Told once a node on the air has heard it, or nobody says that none did."""
        pending = self._pending[packet.id] = _Pending()
        try:
            with radios.heard_by(self._note):
                if not radios.send(self._radio, mesh_pb2.ToRadio(packet=packet)):
                    raise ChannelUnavailable("no_radio", self._unreachable())
                await self._taken(pending)
                self._texts.admit(time.monotonic())  # a text that did not go out costs no minute
                async with asyncio.timeout(_RECEIPT_SECONDS):
                    if error := await pending.receipt:
                        raise ChannelUnavailable("not_heard", f"no node on the air heard it ({error})")
        except TimeoutError:
            return  # it was sent, and nothing says that it was not heard
        finally:
            del self._pending[packet.id]

    async def _taken(self, pending: _Pending) -> None:
        """Wait until the node has taken the text. Raises ChannelUnavailable."""
        try:
            async with asyncio.timeout(_QUEUE_SECONDS):
                error = await pending.queued
        except TimeoutError:
            raise ChannelUnavailable("no_radio", "the radio does not answer") from None
        if error == _DUTY_CYCLE:
            raise ChannelUnavailable("limited", "the band's limit of airtime is reached", TEXT_SECONDS)
        if error:
            slug, text = _WHY.get(Refusal(error), ("failed", "")) if error in set(Refusal) else ("failed", "")
            seconds = TEXT_SECONDS if error == Refusal.RATE_LIMIT_EXCEEDED else None
            raise ChannelUnavailable(slug, text or f"the node did not take it ({error})", seconds)

    def _unreachable(self) -> str:
        if self._radio == OWN:
            return "kiezbox radio does not run on this machine"
        return f"there is no connection to the broker, and so none to the radio of {self._radio}"

    # -- in ----------------------------------------------------------------------------------------------------------

    def _note(self, radio: str, said: mesh_pb2.FromRadio) -> None:
        """What a radio says of a text of ours."""
        if radio != self._radio:
            return
        if said.WhichOneof("payload") == "queue_status":
            if pending := self._pending.get(said.queue_status.mesh_packet_id):
                _settle(pending.queued, said.queue_status.res)
            return
        found = packets.read(said.packet) if said.WhichOneof("payload") == "packet" else None
        if isinstance(found, packets.Receipt) and (pending := self._pending.get(found.request_id)):
            _settle(pending.receipt, found.error)

    def _hear(self, radio: str, said: mesh_pb2.FromRadio) -> None:
        if radio == self._radio and said.WhichOneof("payload") == "packet":
            self._take(said.packet)

    def _hear_envelope(self, payload: bytes) -> None:
        found = envelopes.opened(payload, [self._key] if self._key is not None else [])
        if found is not None and self._key is not None and found[0] == self._key.name:
            self._take(found[1])

    def _take(self, packet: mesh_pb2.MeshPacket) -> None:
        """A text on the staff's channel: an answer, or something else, which is nobody's business here."""
        text = packets.read(packet)
        if not isinstance(text, packets.Text) or text.sender == OUR_NODE:
            return
        number, message = answers.number_in(text.text), None
        if number is None and answers.is_ok(text.text):
            message = self._sent.get(text.reply_to or 0)
            number = "" if message is not None or self._is_test else None
        if number is not None and self._answers.full():
            metrics.ALARM_ANSWERS.labels(self.name, "dropped").inc()
        elif number is not None:
            sender = packets.node_id(text.sender)
            self._answers.put_nowait(Answer(self.name, number, sender, sender in self._table.known, message))

    async def run(self, heard: Heard) -> None:
        """Pass answers on until cancelled."""
        if self._radios is None:
            return
        hearing = (
            self._radios.heard_by(self._hear)
            if self._key is None
            else self._radios.envelopes_heard_by(self._hear_envelope)
        )
        with hearing:
            while True:
                await heard(await self._answers.get())

    async def check(self) -> str:
        """Whether there is a radio, and who can read its channel."""
        if self._radios is None:
            return "this process reaches no radio"
        if self._key is not None:
            public = self._key.is_known_to_everybody
            return "everybody can read this channel: give it a key of its own" if public else ""
        if self._radio != OWN:
            return ""
        if not self._radios.is_own_there:
            return self._unreachable()
        return _state(self._radios.own)


def _settle(waiting: asyncio.Future[int], value: int) -> None:
    if not waiting.done():
        waiting.set_result(value)


def _state(told: list[mesh_pb2.FromRadio]) -> str:
    if not told or not told[0].my_info.my_node_num:
        return _WHY[Refusal.NO_INTERFACE][1]
    if len(told) == 1:
        return _WHY[Refusal.NO_CHANNEL][1]
    is_public = told[1].channel.settings.psk == b"\x01"
    return "everybody can read this channel: give it a key of its own" if is_public else ""
