"""The staff's pages in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crisis.node import Node
    from tests.api.support.browser import Page


class Desk:
    """A hub, and a browser in which anna is signed in."""

    def __init__(self, url: str, node: Node, page: Page) -> None:
        self.url = url
        self.node = node
        self.page = page

    async def go(self, path: str) -> None:
        """Navigate, and wait until the new page is complete."""
        await self.page.evaluate("window.old = true")
        await self.page.call("Page.navigate", url=self.url + path)
        is_there = "window.old !== true && document.readyState === 'complete' && location.href !== 'about:blank'"
        await self.page.wait_for(is_there)
