"""Debian's gammu-smsd with the dummy modem that it brings."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import absent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HANGING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Smsd:
    """A configuration of gammu-smsd, and the folders in it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "smsdrc"

    def sent(self) -> list[tuple[str, str, int]]:
        """Each SMS that the modem sent: number, text, parts that went out."""
        log = (self.folder / "log").read_text(encoding="utf-8")
        files = sorted((self.folder / "sent").iterdir())
        return [(*_read(path.read_text(encoding="utf-8")), log.count(f"Transmitted {path.name} ")) for path in files]

    def waiting(self) -> int:
        """How many are in the outbox."""
        return len(list((self.folder / "outbox").iterdir()))

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """The daemon, while the block runs."""
        command = ["gammu-smsd", "-c", str(self.config)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_HANGING_SECONDS)
                process.kill()


def made(folder: Path) -> Smsd:
    """A configuration in this folder; skips the test where gammu-smsd is not installed."""
    if shutil.which("gammu-smsd") is None:
        absent("gammu-smsd")
    for name in ("inbox", "outbox", "sent", "error", *(f"phone/sms/{number}" for number in range(1, 6))):
        (folder / name).mkdir(parents=True)
    paths = "\n".join(
        f"{key}path = {folder / name}/"
        for key, name in (("inbox", "inbox"), ("outbox", "outbox"), ("sentsms", "sent"), ("errorsms", "error"))
    )
    smsd = Smsd(folder)
    smsd.config.write_text(
        f"[gammu]\nmodel = dummy\nconnection = none\nport = {folder / 'phone'}\n\n"
        f"[smsd]\nservice = files\nlogfile = {folder / 'log'}\ncommtimeout = 1\nsendtimeout = 5\nchecksecurity = 0\n"
        f"outboxformat = detail\nloopsleep = 1\n{paths}\n"
    )
    return smsd


def until_sent(smsd: Smsd) -> None:
    """Wait until the outbox is empty."""
    deadline = time.monotonic() + _HANGING_SECONDS
    while smsd.waiting() and time.monotonic() < deadline:
        time.sleep(0.05)


def _read(backup: str) -> tuple[str, str]:
    """Number and text; gammu adds each part to the file again when it has sent it."""
    blocks = backup.split("[SMSBackup")[1:]
    parts = dict.fromkeys("".join(re.findall(r"^Text\d+ = ([0-9A-F]*)$", block, re.MULTILINE)) for block in blocks)
    number = re.search(r'^Number = "(.*)"$', backup, re.MULTILINE)
    assert number is not None
    return number[1], bytes.fromhex("".join(parts)).decode("utf-16-be")
