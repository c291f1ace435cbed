"""Channels that apprise carries: an address line of its own, DIVERA 24/7 and GroupAlarm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from crisis.alarm.apprise.lines import Request
from crisis.alarm.apprise.process import EndedError, is_installed
from crisis.alarm.channel import ChannelRefused, ChannelUnavailable, Sort
from crisis.alarm.channels.carrying import SendingChannel
from crisis.alarm.channels.tables import AppriseTable, DiveraTable, GroupAlarmTable
from kiezbox.token_bucket import Rate, TokenBucket

if TYPE_CHECKING:
    from crisis.alarm.apprise.process import AppriseProcess
    from crisis.alarm.channel import Heard, Message
    from crisis.alarm.channels.carrying import Carried

MISSING = "apprise is not installed: pip install 'kiezbox[alarm]'"
_ADDRESS = "{to}"
# Each service takes addresses of its own kind: one of these is right when the line is.
_EXAMPLES = ("a@b.example", "+4930123456", "ABCD1234", "@anna:b.example")
_FREE_SECONDS = 300.0  # DIVERA's free edition takes one request in this time


class AppriseChannel(SendingChannel):
    """An address line of apprise, with the person's address in it where it says `{to}`."""

    def __init__(self, name: str, table: AppriseTable | DiveraTable | GroupAlarmTable, process: AppriseProcess) -> None:
        super().__init__(name, table)
        self._line = line(table)
        self._process = process
        is_free = isinstance(table, DiveraTable) and table.free
        self._limit = TokenBucket(Rate(1, 1 / _FREE_SECONDS), time.monotonic()) if is_free else None

    async def _deliver(self, words: Carried, message: Message) -> None:
        if not is_installed():
            raise ChannelRefused("not_installed", MISSING)
        if _ADDRESS in self._line and not words.to:
            raise ChannelRefused("bad_address", "the person has no address here")
        if self._limit is not None and (seconds := self._limit.peek(time.monotonic())):
            raise ChannelUnavailable("limited", "the free edition takes one alarm in five minutes", seconds)
        request = Request(
            number=0,
            url=self._line.replace(_ADDRESS, quote(words.to, safe="")),
            title=words.title,
            body=words.text,
            severity=message.severity,
            is_end=message.sort is Sort.END,
            key=str(message.id),
        )
        try:
            found = await self._process.ask(request)
        except EndedError as error:
            raise ChannelUnavailable("failed", str(error)) from None
        if self._limit is not None and found.slug != "unreachable":  # what never arrived there costs no five minutes
            self._limit.admit(time.monotonic())
        if found.slug and found.is_final:
            raise ChannelRefused(found.slug, found.text)
        if found.slug:
            raise ChannelUnavailable(found.slug, found.text, found.retry_after_seconds)

    def _receiver_of(self, address: str) -> str:
        return super()._receiver_of(address) if _ADDRESS in self._line else ""

    async def check(self) -> str:
        """Whether apprise is installed and knows the address."""
        if not is_installed():
            return MISSING
        try:
            for example in _EXAMPLES if _ADDRESS in self._line else ("",):
                line = self._line.replace(_ADDRESS, quote(example, safe=""))
                found = await self._process.ask(Request(number=0, url=line, look=True))
                if not found.slug:
                    return ""
        except EndedError as error:
            return str(error)
        return found.text

    async def run(self, heard: Heard) -> None:
        """Start apprise before it is needed; nobody answers by this way."""
        del heard
        if is_installed():
            await self._process.start()


def line(table: AppriseTable | DiveraTable | GroupAlarmTable) -> str:
    """The address line of a channel, with its secrets."""
    match table:
        case AppriseTable():
            return table.url.get_secret_value()
        case DiveraTable():
            given = {"ric": table.ric, "free": _yes(table.free), "priority": _yes(table.priority)}
            return _own("divera", table.accesskey.get_secret_value(), table.url, given)
        case GroupAlarmTable():
            groups = {name: getattr(table, name) for name in ("users", "units", "labels", "scenarios")}
            given = {name: ",".join(map(str, ids)) for name, ids in groups.items() if ids}
            given |= {"organization": str(table.organization), "personal": _yes(table.personal), "mode": table.mode}
            return _own("groupalarm", table.token.get_secret_value(), table.url, given)


def _own(schema: str, secret: str, url: str, given: dict[str, str]) -> str:
    return f"{schema}://{quote(secret, safe='')}@{urlsplit(url).netloc}/?{urlencode(given)}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
