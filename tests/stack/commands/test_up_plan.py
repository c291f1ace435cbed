"""What `kiezbox up` makes of its command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiezbox.settings import ApiSettings, Settings
from stack.commands.up_plan import Plan
from stack.ports import Address


@pytest.mark.parametrize(
    ("hub_tls", "http", "box_http", "box_tls"),
    [(8443, 8000, 8001, 8444), (8443, 8444, 8445, 8446), (65_535, 8000, 65_534, 65_533), (8443, 8444, None, 8445)],
)
def test_the_box_s_node_has_a_port_of_its_own_for_https(
    hub_tls: int, http: int, box_http: int | None, box_tls: int
) -> None:
    plan = Plan(
        data=Path("data"),
        http=Address("127.0.0.1", http),
        box_http=None if box_http is None else Address("127.0.0.1", box_http),
        mqtt=Address("127.0.0.1", 1883),
        boxes=0,
        interval_seconds=5,
        settings=Settings(api=ApiSettings(tls_port=hub_tls)),
    )

    assert plan.box_tls_port == box_tls
