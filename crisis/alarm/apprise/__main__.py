"""The process: takes requests on its input, works on each in a thread of its own, and says what became of them.

`python -m crisis.alarm.apprise`; it ends when its input does. It writes nothing but results: apprise's own log could
have secrets in it.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from typing import Any, BinaryIO

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.manager_plugins import NotificationManager

from crisis.alarm.apprise.divera import NotifyDivera
from crisis.alarm.apprise.groupalarm import NotifyGroupAlarm
from crisis.alarm.apprise.lines import Request, Result
from crisis.alarm.apprise.plugin import Failure, JsonPlugin, judged

_STATUS = re.compile(r"error\s*=\s*(?P<status>[1-5][0-9]{2})\b")
_TYPES = {"call": NotifyType.FAILURE, "critical": NotifyType.FAILURE, "warning": NotifyType.WARNING}
# Redirects are not followed: an alarm would go to whoever a server names.
_ASSET = AppriseAsset(app_id="Kiezbox", app_desc="Kiezbox", app_url="", http_redirects=False, secure_logging=True)
_writing = threading.Lock()


class Statuses(logging.Handler):
    """What HTTP status each thread's request was answered with, as apprise's plugins log it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._of_thread = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the number, and nothing else."""
        if found := _STATUS.search(record.getMessage()):
            self._of_thread.status = int(found["status"])

    def take(self) -> int | None:
        """This thread's newest, once."""
        status: int | None = getattr(self._of_thread, "status", None)
        self._of_thread.status = None
        return status


def register() -> None:
    """Make our plugins known to apprise."""
    manager = NotificationManager()
    for plugin in (NotifyDivera, NotifyGroupAlarm):
        if plugin.secure_protocol not in manager:
            manager.add(plugin, schemas=plugin.secure_protocol)


def result(request: Request, statuses: Statuses) -> Result:
    """Do what is asked; what became of it."""
    plugin: Any = Apprise.instantiate(request.url, asset=_ASSET, suppress_exceptions=True)
    if plugin is None:
        text = "apprise does not know such an address: look at its kind and its parts"
        return Result(number=request.number, slug="bad_address", text=text, is_final=True)
    if request.look:
        return Result(number=request.number)
    if isinstance(plugin, JsonPlugin):
        plugin.severity, plugin.is_end, plugin.key = request.severity, request.is_end, request.key
    kind = NotifyType.SUCCESS if request.is_end else _TYPES.get(request.severity, NotifyType.INFO)
    statuses.take()
    was_sent = plugin.notify(
        body=request.body or request.title, title=request.title, notify_type=kind, body_format=NotifyFormat.TEXT
    )
    failure = None if was_sent else _failure(plugin, statuses.take())
    if failure is None:
        return Result(number=request.number)
    return Result(
        number=request.number,
        slug=failure.slug,
        text=failure.text,
        is_final=failure.is_final,
        retry_after_seconds=failure.retry_after_seconds,
    )


def _failure(plugin: Any, status: int | None) -> Failure:
    unknown = Failure("failed", "the service did not take it, and apprise does not say why", is_final=False)
    if isinstance(plugin, JsonPlugin):
        return plugin.failure or unknown
    return (judged(status, None, 0.0) if status else None) or unknown


def _work(line: bytes, statuses: Statuses, results: BinaryIO) -> None:
    request = Request.parse(line)
    try:
        found = result(request, statuses)
    except Exception as error:  # noqa: BLE001 -- a plugin's mistake is that channel's, and is told
        text = f"the plugin failed: {type(error).__name__}"
        found = Result(number=request.number, slug="failed", text=text)
    with _writing:
        results.write(found.encoded())
        results.flush()


def main() -> None:
    """Until the input ends."""
    statuses = Statuses()
    log = logging.getLogger("apprise")
    log.addHandler(statuses)
    log.propagate = False
    results = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a plugin prints is no result
    register()
    for line in sys.stdin.buffer:
        threading.Thread(target=_work, args=(line, statuses, results), daemon=True).start()


if __name__ == "__main__":
    main()
