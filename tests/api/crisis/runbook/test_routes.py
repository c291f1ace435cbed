from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.crisis.runbook import markdown
from crisis.alarm import kinds
from tests.api.crisis.support.applications import running, settings_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("role", ["hub", "box"])
async def test_a_node_has_the_runbook_for_everybody_in_two_languages(tmp_path: Path, role: str) -> None:
    async with running(settings_of(tmp_path / "node", role)) as node:
        german = await node.client.get("/runbook", headers={"Accept-Language": "de"})
        english = await node.client.get("/runbook?lang=en", headers={"Accept-Language": "de"})
        other = await node.client.get("/runbook?lang=xx", headers={"Accept-Language": "tlh"})

    assert (german.headers["content-language"], english.headers["content-language"]) == ("de", "en")
    assert other.headers["content-language"] == "de"
    for page in (german, english):
        assert page.status_code == 200
        assert all(f'<h2 id="{kind.slug}">' in page.text for kind in kinds.KINDS.values())
        assert "://" not in page.text  # nothing of it comes from elsewhere
    assert "Feuerwehr rufen (112)" in german.text


def test_markdown_becomes_html_and_html_stays_text() -> None:
    written = markdown.render("## a\n\n**Bold** and `code <b>`\n\n| x | y |\n| --- | --- |\n| `1` | 2 |")

    assert written == (
        '<h2 id="a">a</h2>\n<p><strong>Bold</strong> and <code>code &lt;b&gt;</code></p>\n'
        "<table><tr><th>x</th><th>y</th></tr><tr><td><code>1</code></td><td>2</td></tr></table>"
    )
