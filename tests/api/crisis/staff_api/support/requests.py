"""What staff's programs send in the tests, and the refusal that they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

NOTICE = {"texts": {"de": {"headline": "Stromausfall"}}, "severity": "Severe", "area": "district-71"}
POINT = {"kind": "water", "name": "Brunnen", "latitude": 52.48, "longitude": 13.34}


def why(response: httpx.Response) -> tuple[int, str]:
    """The status and the `why` of a refused command."""
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["why"]
