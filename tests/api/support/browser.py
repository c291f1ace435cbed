"""A headless Chromium, driven over its debugging pipe."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HANGING_SECONDS = 30.0
# The characters of an element's text as they stand on the screen: line by line, each from left to right.
ON_SCREEN = """
((element) => {
  const found = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (let at = 0; at < walker.currentNode.length; at++) {
      const range = document.createRange();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 1);
      const box = range.getBoundingClientRect();
      if (box.width > 0) found.push([Math.round(box.top / 10), box.left, walker.currentNode.data[at]]);
    }
  }
  return found.sort((one, other) => one[0] - other[0] || one[1] - other[1]).map((each) => each[2]).join("");
})"""


_NAVIGATED = "Inspected target navigated or closed"


class PageLeftError(Exception):
    """The page went elsewhere while it was asked."""


class Page:
    """One open page."""

    def __init__(self, reader: asyncio.StreamReader, sink: int) -> None:
        self._reader = reader
        self._sink = sink
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self.complaints: list[str] = []  # what the page's console would show in red
        self.asked: list[str] = []  # addresses, and which of them failed: while the domain Network is enabled
        self.failed: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command, and wait for its answer."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._sink, json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(HANGING_SECONDS):
            while True:
                answer = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if answer.get("id") == number:
                    if answer.get("error", {}).get("message") == _NAVIGATED:
                        raise PageLeftError
                    assert "error" not in answer, answer
                    result: dict[str, Any] = answer["result"]
                    return result
                self._note(answer)

    async def open(self, url: str, **where: str) -> None:
        """Open a page; `where`: in which browser context."""
        target = await self.call("Target.createTarget", url="about:blank", **where)
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")
        await self.call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def wait_for(self, script: str) -> Any:
        """The first true value of an expression, also of the page that comes after this one."""
        value: Any = None
        async with asyncio.timeout(HANGING_SECONDS):
            while not value:
                with contextlib.suppress(PageLeftError):
                    value = await self.evaluate(script)
                await asyncio.sleep(0 if value else 0.05)
        return value

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.requestWillBeSent":
            self.asked.append(message["params"]["request"]["url"])
        # An image that a new page replaces, and a stream that it ends, are cancelled: nothing failed.
        if message.get("method") == "Network.loadingFailed" and not message["params"].get("canceled"):
            self.failed.append(str(message["params"]))
        if message.get("method") == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.complaints.append(message["params"]["entry"]["text"])
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(message["params"]["exceptionDetails"]))


@contextlib.asynccontextmanager
async def browse(chromium: str, profile: Path, url: str, *flags: str) -> AsyncIterator[Page]:
    """A page at `url` while the block runs, in a browser with more `flags`."""
    commands, sink = os.pipe()
    source, answers = os.pipe()
    # Chromium reads commands from descriptor 3 and answers on 4.
    shell = f'exec 3<&{commands} 4>&{answers}; exec "$0" "$@"'
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe")
    browser = await asyncio.create_subprocess_exec(
        *("bash", "-c", shell, chromium, *options, *flags, f"--user-data-dir={profile}", "--lang=en", "about:blank"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(commands, answers),
    )
    os.close(commands)
    os.close(answers)
    reader = asyncio.StreamReader(limit=2**24)
    pipe = os.fdopen(source, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), pipe
    )
    page = Page(reader, sink)
    try:
        await page.open(url)
        yield page
    finally:
        os.close(sink)  # the browser ends with its pipe
        try:
            async with asyncio.timeout(5):
                await browser.wait()
        except TimeoutError:
            browser.kill()
            await browser.wait()
        transport.close()
        await asyncio.sleep(0)
