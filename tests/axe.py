"""axe-core in a page of the tests' browser: what a screen reader or a keyboard could not use.

`axe-playwright-python` carries the current axe.min.js (4.12); `axe-core-python`, which is smaller, stopped at 4.4 of
2022 and knows nothing of WCAG 2.2. We take its one file, and drive it over our own pipe, past the page's policy.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.api.support.browser import Page

_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => JSON.stringify({
  checks: found.passes.length,
  violations: found.violations.map((each) => ({
    id: each.id, help: each.help,
    nodes: each.nodes.map((node) => node.html.slice(0, 200) + " | " + node.failureSummary),
  })),
}))
"""


@cache
def _script() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong with the page as it is now: rule, help, and where. Every rule that axe has on by default."""
    await page.evaluate(_script() + "; 0")
    found = json.loads(await page.evaluate(_RUN))
    assert found["checks"] > 0, "axe looked at nothing"
    violations: list[dict[str, Any]] = found["violations"]
    return violations
