"""Who may send: the secret in the path of an address, known here by its SHA-256 alone."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from devices import boxes
from kiezbox import sql

if TYPE_CHECKING:
    from datetime import datetime

    from kiezbox.db import Pool

_sql = partial(sql.load, "receiver")
AT_ONCE_MAX = 4  # requests of one sender that are worked on at once: more of them wait, and nobody else with them


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody with an address of their own."""

    id: int
    format: str
    boxes: re.Pattern[str]
    only_box: str  # if it speaks for one box alone; else empty
    slots: asyncio.Semaphore

    def may_speak_for(self, box: str) -> bool:
        """Whether messages of this box may come from here."""
        return self.boxes.fullmatch(box) is not None


class Senders:
    """All senders, read again now and then: an operator adds and revokes them."""

    def __init__(self) -> None:
        self._known: dict[bytes, Sender] = {}
        self._heard: dict[int, datetime] = {}
        self.read = asyncio.Event()  # before the database has answered once, nobody can be called unknown

    def find(self, of_format: str, secret: str) -> Sender | None:
        """The sender with this secret, if it is one for this format."""
        found = self._known.get(hashlib.sha256(secret.encode("utf-8", "replace")).digest())
        return found if found is not None and found.format == of_format else None

    def note(self, sender: Sender, now: datetime) -> None:
        """It sent something."""
        self._heard[sender.id] = now.replace(second=0, microsecond=0)

    async def refresh(self, pool: Pool) -> None:
        """Read them again, and write down who was heard. Raises Unavailable."""
        before = {sender.id: sender for sender in self._known.values()}
        known = {}
        for row in await pool.fetch(_sql("select_senders")):
            slots = before[row["id"]].slots if row["id"] in before else asyncio.Semaphore(AT_ONCE_MAX)
            only_box = row["boxes"][0] if len(row["boxes"]) == 1 and boxes.is_id(row["boxes"][0]) else ""
            known[row["digest"]] = Sender(row["id"], row["format"], pattern(row["boxes"]), only_box, slots)
        self._known = known
        self.read.set()
        if self._heard:
            heard = sorted(self._heard.items())
            await pool.execute(_sql("note_heard"), [number for number, _ in heard], [at for _, at in heard])
            self._heard = {number: at for number, at in self._heard.items() if (number, at) not in heard}


def pattern(wanted: list[str]) -> re.Pattern[str]:
    """What matches one of these box ids, in which `*` stands for any characters and `?` for one."""
    written = [re.escape(each).replace(r"\*", ".*").replace(r"\?", ".") for each in wanted]
    return re.compile("|".join(f"(?:{each})" for each in written))
