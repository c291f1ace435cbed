"""Our own texts in Markdown as HTML: headings, paragraphs, tables, bold words and code. Nothing else of it."""

from __future__ import annotations

import re
from html import escape

_CELLS = re.compile(r"\s*(?<!\\)\|\s*")


def render(text: str) -> str:
    """The HTML of a text. Each heading has its own words as its id, so that links lead to it."""
    return "\n".join(_block(block.strip()) for block in re.split(r"\n\s*\n", text.strip()))


def _block(block: str) -> str:
    heading = re.fullmatch(r"(#{1,3}) (.+)", block)
    if heading is not None:
        level, words = len(heading[1]), escape(heading[2])
        return f'<h{level} id="{words}">{words}</h{level}>'
    if block.startswith("|"):
        return _table(block.splitlines())
    return f"<p>{_inline(block)}</p>"


def _table(lines: list[str]) -> str:
    rows = [[_inline(cell) for cell in _CELLS.split(line.strip().strip("|").strip())] for line in lines]
    head = "".join(f"<th>{cell}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[2:])
    return f"<table><tr>{head}</tr>{body}</table>"


def _inline(text: str) -> str:
    marked = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", marked)
