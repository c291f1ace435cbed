"""What Chromium prints."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pypdf

if TYPE_CHECKING:
    from tests.api.support.browser import Page

MM = 72 / 25.4  # points of a PDF


async def pdf_of(page: Page) -> pypdf.PdfReader:
    printed = await page.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
    return pypdf.PdfReader(io.BytesIO(base64.b64decode(printed["data"])))


def size_mm(page: pypdf.PageObject) -> tuple[int, int]:
    return round(float(page.mediabox.width) / MM), round(float(page.mediabox.height) / MM)
