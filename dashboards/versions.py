"""The versions of Grafana that we publish into: those that its makers support, of which the newest was tried. Pure."""

from __future__ import annotations

import re

from kiezbox.errors import OperatorError

LEAST = (12, 0)
_HINT = "take one that its makers support; or set KIEZBOX_GRAFANA_ANY_VERSION=true, and look at every page"


def check(version: str | None, url: str) -> None:
    """Raises OperatorError when this Grafana is too old for our pages and rules, or does not say how old it is."""
    found = re.match(r"v?(\d+)\.(\d+)", version or "")
    if found is None:
        raise OperatorError(f"Grafana at {url} does not say which version it is", _HINT)
    if (int(found[1]), int(found[2])) < LEAST:
        least = ".".join(map(str, LEAST))
        raise OperatorError(f"Grafana at {url} is {version}: these pages need {least} or newer", _HINT)
