"""The outbox: written before anybody is told, so that a process that dies at any moment leaves no alarm untold.

A message is marked as being sent before its channel is called, and as sent afterwards. When the process ended between
the two, nobody knows whether it arrived: it is sent once more, with the same id, and not a third time. A disk that
takes nothing stops no alarm (file.py).
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.alarm.outbox import rows
from crisis.alarm.outbox.chain_clock import ChainClock, Saved
from crisis.alarm.outbox.file import OutboxFile
from crisis.alarm.outbox.rows import ChannelState, Counted, KeptAlarm, KeptMessage, KeptSeen
from kiezbox import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from typing import TypeVar

    from crisis.alarm.alarms import Alarm

    T = TypeVar("T")

log = logging.getLogger(__name__)

FILE = "alarm-outbox.sqlite"
_sql = partial(sql.load, "crisis.alarm.outbox")
_KEPT_MS = 30 * 24 * 3_600_000  # alarms that ended stay so long, for the page
_CLOCK, _SECRET, _TESTED = "clock", "secret", "tested"


class Outbox:
    """The open file. One coroutine at a time changes it."""

    def __init__(self, folder: Path, wall_ms: Callable[[], int]) -> None:
        self._wall_ms = wall_ms
        self._using = asyncio.Lock()
        self._file = OutboxFile(folder / FILE)
        self.clock = ChainClock(self._saved(), wall_ms)
        self._secret = self._made_secret()

    @property
    def is_in_memory(self) -> bool:
        """Whether the disk takes nothing, so that a restart would forget what happens now."""
        return self._file.is_in_memory

    async def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._using:
            return await asyncio.to_thread(self._file.run, work)

    async def _write(self, statement: str, parameters: Mapping[str, Any]) -> None:
        await self._use(lambda connection: connection.execute(_sql(statement), parameters))

    async def _rows(self, statement: str, parameters: Mapping[str, Any]) -> list[Any]:
        return await self._use(lambda connection: connection.execute(_sql(statement), parameters).fetchall())

    def close(self) -> None:
        """Keep the time, and close the file."""
        clock = {"name": _CLOCK, "value": self.clock.state().written()}
        self._file.close(lambda connection: connection.execute(_sql("upsert_meta"), clock))

    # -- the clock, and what is remembered ---------------------------------------------------------------------------

    def _meta(self, name: str) -> str | None:
        found = self._file.run(lambda connection: connection.execute(_sql("select_meta"), {"name": name}).fetchone())
        return None if found is None else str(found[0])

    def remembered(self, name: str) -> str | None:
        """What `note` was told under this name last."""
        return self._meta(name)

    def _saved(self) -> Saved | None:
        text = self._meta(_CLOCK)
        try:
            return None if text is None else Saved.read(text)
        except (ValueError, TypeError):
            log.warning("the time of the chains cannot be read: it begins anew")
            return None

    def _made_secret(self) -> bytes:
        text = self._meta(_SECRET)
        if text is None:
            text = secrets.token_hex(32)
            made = {"name": _SECRET, "value": text}
            self._file.run(lambda connection: connection.execute(_sql("upsert_meta"), made))
        return bytes.fromhex(text)

    @property
    def secret(self) -> bytes:
        """What the tokens in links are made with: this node's own, for as long as its file lives."""
        return self._secret

    async def save_clock(self) -> None:
        """Remember what the chain's clock says."""
        await self._write("upsert_meta", {"name": _CLOCK, "value": self.clock.state().written()})

    async def tested(self) -> str:
        """The day of the last weekly test that was begun here, "" when there was none."""
        found = await self._rows("select_meta", {"name": _TESTED})
        return str(found[0][0]) if found else ""

    async def note_tested(self, day: str) -> None:
        """The weekly test of this day was begun."""
        await self._write("upsert_meta", {"name": _TESTED, "value": day})

    async def requests(self) -> list[tuple[bytes, str]]:
        """What commands ask for (requests.py)."""
        return [(name, text) for name, text in await self._rows("select_requests", {})]

    async def answer(self, request: bytes, answer: str) -> None:
        """A request is done, or not, with the reason."""
        await self._write("update_request", {"id": request, "answer": answer})

    async def note(self, name: str, value: str) -> None:
        """Remember something, for commands or for the next start."""
        await self._write("upsert_meta", {"name": name, "value": value})

    # -- alarms ------------------------------------------------------------------------------------------------------

    async def open_alarms(self) -> list[KeptAlarm]:
        """The alarms that did not end."""
        return [rows.alarm_of(row) for row in await self._rows("select_open_alarms", {})]

    async def alarm(self, name: str) -> tuple[KeptAlarm, str] | None:
        """An alarm, open or ended, and what ended it."""
        found = await self._rows("select_alarm", {"name": name})
        return (rows.alarm_of(found[0][:6]), found[0][6] or "") if found else None

    async def ended(self, limit: int) -> list[tuple[KeptAlarm, int, str]]:
        """The alarms that ended last: when (ms since 1970), and by what."""
        found = await self._rows("select_ended", {"limit": limit})
        return [(rows.alarm_of(row[:6]), row[6], row[7]) for row in found]

    async def counted(self, message: UUID) -> list[Counted]:
        """What this message counts, without what is over meanwhile."""
        found = await self._rows("select_counted", {"id": message.bytes})
        return [Counted(UUID(bytes=name), alarm, sort) for name, alarm, sort in found]

    async def open(self, kept: KeptAlarm) -> None:
        """An alarm begins."""
        row = {
            "name": kept.name,
            "opening": kept.opening.bytes,
            "opened_chain_ms": kept.opened_chain_ms,
            "facts": rows.written(kept.alarm),
            "told_count": kept.told_count,
        }
        await self._write("insert_alarm", row)

    async def change(self, name: str, alarm: Alarm, told_count: int) -> None:
        """What is known of an open alarm now; its name stays."""
        row = {"name": name, "facts": rows.written(alarm), "told_count": told_count}
        await self._write("update_alarm", row)

    async def note_opened(self, name: str) -> None:
        """Its opening is in the log."""
        await self._write("update_alarm_noted", {"name": name})

    async def end(self, name: str, closed_ms: int, closed_by: str, ends: Iterable[KeptMessage]) -> None:
        """An alarm ended; `ends` are the messages that say so."""
        made = [_row(message) for message in ends]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_sql("close_alarm"), {"name": name, "closed_ms": closed_ms, "closed_by": closed_by})
            connection.execute(_sql("end_messages"), {"name": name})
            connection.execute(_sql("end_counts"))
            connection.executemany(_sql("insert_message"), made)
            connection.execute(_sql("delete_old"), {"before": closed_ms - _KEPT_MS})
            connection.execute(_sql("delete_old_alarms"), {"before": closed_ms - _KEPT_MS})
            connection.execute(_sql("delete_old_seen"))

        await self._use(work)

    async def note_seen(self, seen: Iterable[KeptSeen]) -> None:
        """When people had read alarms; of what is there already nothing changes."""
        made = [
            {"opening": each.opening.bytes, "person": each.person, "chain_ms": each.chain_ms, "by": each.by}
            for each in seen
        ]
        if made:
            await self._use(lambda connection: connection.executemany(_sql("insert_seen"), made))

    async def seen(self) -> list[KeptSeen]:
        """Who had read which open alarm when."""
        found = await self._rows("select_seen", {})
        return [KeptSeen(UUID(bytes=opening), person, chain_ms, by) for opening, person, chain_ms, by in found]

    # -- messages ----------------------------------------------------------------------------------------------------

    async def add(self, messages: Iterable[KeptMessage]) -> None:
        """These are to be sent; those that are there already stay as they are."""
        made = [_row(message) for message in messages]
        await self._use(lambda connection: connection.executemany(_sql("insert_message"), made))

    async def messages(self, kept: KeptAlarm) -> list[KeptMessage]:
        """Every message of this opening of an alarm."""
        parameters = {"alarm": kept.name, "opening": kept.opening.bytes}
        return [rows.message_of(row) for row in await self._rows("select_messages", parameters)]

    async def open_messages(self) -> list[KeptMessage]:
        """Every message of the alarms that did not end."""
        return [rows.message_of(row) for row in await self._rows("select_open_messages", {})]

    async def pending(self) -> list[KeptMessage]:
        """What is to be sent still, in the order in which it was made."""
        return [rows.message_of(row) for row in await self._rows("select_pending", {})]

    async def unnoted(self) -> list[KeptMessage]:
        """What was sent and is not in the log yet."""
        return [rows.message_of(row) for row in await self._rows("select_unnoted", {})]

    async def find(self, message: UUID) -> KeptMessage | None:
        """One message."""
        found = await self._rows("select_message", {"id": message.bytes})
        return rows.message_of(found[0]) if found else None

    async def recent(self, person: str, since_chain_ms: int) -> int:
        """How many messages to a person count towards the limit since then."""
        return int((await self._rows("count_recent", {"person": person, "since": since_chain_ms}))[0][0])

    async def last_count(self, person: str) -> int | None:
        """When the last message that counts others was made for a person (chain_ms)."""
        found = (await self._rows("select_last_count", {"person": person}))[0][0]
        return None if found is None else int(found)

    async def count(self, message: KeptMessage, held: Iterable[KeptMessage]) -> None:
        """One message stands for all of these."""
        counted = [{"id": each.id.bytes, "counted_in": message.id.bytes} for each in held]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_sql("insert_message"), _row(message))
            connection.executemany(_sql("update_counted"), counted)

        await self._use(work)

    async def sending(self, message: UUID, channel: str) -> bool:
        """A channel is about to be called. False where the message waits no longer: then it must not be."""
        row = {"id": message.bytes, "channel": channel}
        return bool(await self._use(lambda connection: connection.execute(_sql("update_sending"), row).rowcount))

    async def sent(self, message: UUID, channel: str) -> None:
        """The channel has taken it."""
        now_ms = self._wall_ms()

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_sql("update_sent"), {"id": message.bytes, "sent_ms": now_ms, "channel": channel})
            state = {"name": channel, "failing_chain_ms": None, "reason": "", "sent_ms": now_ms}
            connection.execute(_sql("upsert_channel"), state)

        await self._use(work)

    async def failed(
        self, message: KeptMessage, channel: str, reason: str, *, is_last: bool, is_channels_fault: bool
    ) -> None:
        """A channel has not taken it. `is_last`: no other one is left, and the next round begins with the first."""
        tried = () if is_last else (*message.tried, channel)
        row = {"id": message.id.bytes, "tried": " ".join(tried), "failing": int(is_last), "reason": reason}
        state = {
            "name": channel,
            "failing_chain_ms": self.clock.now_ms(),
            "reason": reason,
            "sent_ms": None,
        }

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_sql("update_failed"), row)
            if is_last:  # what it counts was told to nobody either
                connection.execute(_sql("update_counted_failed"), {"id": message.id.bytes, "reason": reason})
            if is_channels_fault:
                connection.execute(_sql("upsert_channel"), state)

        await self._use(work)

    async def give_up(self, message: UUID) -> None:
        """It is not to be sent any more, nor what it counts."""
        await self._write("update_ended", {"id": message.bytes})

    async def take_back(self, messages: Iterable[UUID]) -> None:
        """Another node has told these people: nothing goes to them now, and may do so later."""
        made = [{"id": message.bytes} for message in messages]
        await self._use(lambda connection: connection.executemany(_sql("delete_waiting"), made))

    async def note_sent(self, message: UUID) -> None:
        """That it was sent is in the log."""
        await self._write("update_message_noted", {"id": message.bytes})

    async def channels(self) -> list[ChannelState]:
        """How each channel works that was ever used."""
        return [ChannelState(*row) for row in await self._rows("select_channels", {})]


def _row(message: KeptMessage) -> dict[str, Any]:
    return {
        "id": message.id.bytes,
        "alarm": message.alarm,
        "opening": message.opening.bytes,
        "person": message.person,
        "step": message.step,
        "sort": message.sort,
        "only": message.only,
        "state": message.state,
        "made_chain_ms": message.made_chain_ms,
    }


def new_message(
    kept: KeptAlarm,
    person: str,
    sort: str,
    made_chain_ms: int,
    *,
    step: int = 0,
    only: str = "",
    state: str = rows.WAITING,
) -> KeptMessage:
    """A message that was not sent yet."""
    more = only if sort != "changed" else json.dumps([only, kept.told_count])
    return KeptMessage(
        id=rows.message_id(kept.opening, person, sort, more),
        alarm=kept.name,
        opening=kept.opening,
        person=person,
        step=step,
        sort=sort,
        only=only,
        state=state,
        channel="",
        tried=(),
        attempts=0,
        unsure=0,
        is_failing=False,
        made_chain_ms=made_chain_ms,
        sent_ms=None,
        reason="",
        counted_in=None,
        is_noted=False,
    )
