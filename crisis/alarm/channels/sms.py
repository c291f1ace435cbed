"""SMS by gammu-smsd: a text is put into its outbox, and has been told when the modem has taken it out of there."""

from __future__ import annotations

import asyncio
import configparser
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from crisis.alarm.channel import ChannelRefused, ChannelUnavailable
from crisis.alarm.channels.carrying import SendingChannel

if TYPE_CHECKING:
    from crisis.alarm.channel import Message
    from crisis.alarm.channels.carrying import Carried
    from crisis.alarm.channels.tables import SmsTable

_INJECT = "gammu-smsd-inject"
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_TRUNK_ZERO = re.compile(r"((?:\+|00)[0-9 ./-]{1,6})\(0\)")
# GSM 03.38, the alphabet of 7 bits, without what needs two characters. With anything else a part has 67 instead of 153.
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_PLAIN = str.maketrans(
    {
        "„": '"',
        "“": '"',
        "”": '"',
        "\u201a": "'",
        "\u2018": "'",
        "\u2019": "'",
        "\u2013": "-",
        "—": "-",
        "…": "...",
        "·": "-",
        "•": "-",
    }
    | {"\u00a0": " ", "\u202f": " ", "→": ">", "[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "~": "-", "^": ""}
    | {"€": "EUR", "\\": "/", "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": ""}
)
_ONE_PART, _PART = 160, 153
_ONE_UNICODE, _UNICODE_PART = 70, 67
_HANDED_OVER = re.compile(r"Written message with ID (?P<id>.+)")
_WATCH_SECONDS = 45.0
_LOOK_SECONDS = 0.3


def fitting(text: str, parts: int, tail: str = "") -> tuple[str, bool]:
    """The text as it fits into so many parts, and whether it needs Unicode: letters that telephones' alphabet lacks.

    Umlauts are in that alphabet; quotation marks, dashes and ellipses are replaced. `tail` comes behind the text and is
    left whole as long as it leaves room for a beginning of the text.
    """
    plain, behind = text.translate(_PLAIN), f" {tail.translate(_PLAIN)}" if tail else ""
    is_unicode = not set(plain + behind) <= _ALPHABET
    one, each = (_ONE_UNICODE, _UNICODE_PART) if is_unicode else (_ONE_PART, _PART)
    most = one if parts == 1 else parts * each
    length = _units if is_unicode else len
    if length(plain) + length(behind) <= most:
        return plain + behind, is_unicode
    if length(behind) > most // 2:
        plain, behind = plain + behind, ""
    room = most - length(behind) - 3
    plain = plain[:room]
    while length(plain) > room:
        plain = plain[:-1]
    return f"{plain.rstrip()}...{behind}", is_unicode


def _units(text: str) -> int:
    """How many characters it has by the count of an SMS in Unicode (UTF-16)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class SmsChannel(SendingChannel):
    """SMS to the person's telephone number."""

    def __init__(self, name: str, table: SmsTable) -> None:
        super().__init__(name, table)
        self._config = table.config
        self._parts = table.parts

    async def _deliver(self, words: Carried, message: Message) -> None:
        del message
        # The zero in +49 (0)30 is dialled without the country's number alone.
        number = re.sub(r"[\s/()-]", "", _TRUNK_ZERO.sub(r"\1", words.to.strip()))
        if not _NUMBER.fullmatch(number):
            raise ChannelRefused("bad_address", "the person's address here is no telephone number")
        if shutil.which(_INJECT) is None:
            raise ChannelRefused("not_installed", f"{_INJECT} is not installed (Debian: gammu-smsd)")
        text, is_unicode = fitting(words.head, self._parts, words.tail)
        file = await self._inject(number, text, is_unicode=is_unicode)
        if file is not None:
            await self._watch(file)

    async def _inject(self, number: str, text: str, *, is_unicode: bool) -> Path | None:
        """Put it into the outbox; the file there, None where the outbox is a database."""
        arguments = ["-c", str(self._config), "TEXT", number, "-len", str(self._parts * _ONE_PART)]
        process = await asyncio.create_subprocess_exec(
            _INJECT,
            *arguments,
            *(["-unicode"] if is_unicode else []),
            stdin=asyncio.subprocess.PIPE,  # not an argument: everybody on the machine can read those
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"LC_ALL": "C.UTF-8"},  # it reads the text as its locale says
        )
        try:
            said, _ = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ChannelUnavailable(
                "not_injected", f"{_INJECT} ended with {process.returncode}; is {self._config} right?"
            )
        found = _HANDED_OVER.search(said.decode(errors="replace"))
        path = Path(found["id"].strip()) if found else None
        return path if path is not None and path.is_absolute() else None

    async def _watch(self, file: Path) -> None:
        """Wait until the modem has sent it. Raises ChannelUnavailable when it does not, and takes it back."""
        folders = await asyncio.to_thread(_folders, self._config)
        failed = Path(folders["errorsmspath"]) / file.name if folders.get("errorsmspath") else None
        for _ in range(int(_WATCH_SECONDS / _LOOK_SECONDS)):
            if not await asyncio.to_thread(file.exists):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        else:
            try:
                await asyncio.to_thread(file.unlink)  # another channel tells it: it shall not come hours later as well
            except FileNotFoundError:
                pass  # sent just now
            else:
                raise ChannelUnavailable(
                    "not_sent", "the modem did not send it: no network, or gammu-smsd does not run"
                )
        if failed is not None and await asyncio.to_thread(failed.exists):
            raise ChannelUnavailable("not_sent", "the network did not take it (it is in gammu-smsd's error folder)")

    async def check(self) -> str:
        """Whether gammu-smsd is there, its file can be read and its outbox be written."""
        return await asyncio.to_thread(_wrong, self._config)


def _folders(config: Path) -> dict[str, str]:
    """The section of smsd. Raises OSError, configparser.Error."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, comment_prefixes=("#", ";"))
    parser.read_string(config.read_text(encoding="utf-8", errors="replace"))
    return dict(parser["smsd"]) if parser.has_section("smsd") else {}


def _wrong(config: Path) -> str:
    if shutil.which(_INJECT) is None:
        return f"{_INJECT} is not installed (Debian: gammu-smsd)"
    try:
        folders = _folders(config)
    except OSError as error:
        return f"{config}: {error.strerror}"
    except configparser.Error:
        return f"{config} is no configuration of gammu-smsd"
    if folders.get("service", "files").lower() == "files":
        outbox = Path(folders.get("outboxpath", "/var/spool/gammu/outbox/"))
        if not os.access(outbox, os.W_OK | os.X_OK):
            return f"{outbox} cannot be written: add the user of this process to gammu-smsd's group"
    return _not_running()


def _not_running() -> str:
    names = (_comm(entry) for entry in Path("/proc").glob("[0-9]*"))
    return "" if "gammu-smsd" in names else "gammu-smsd does not run: start it"


def _comm(entry: Path) -> str:
    try:
        return (entry / "comm").read_text(encoding="utf-8").strip()
    except OSError:  # it has ended
        return ""
