"""docs/metrics.md and the code say the same about every metric, and no metric is only declared."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.metrics import MetricWrapperBase

from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db, metrics
from kiezbox.errors import OperatorError
from tests.conftest import ROOT
from tests.ingest.support.messages import telemetry

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = ROOT / "docs" / "metrics.md"
PACKAGES = (
    "kiezbox",
    "storage",
    "translations",
    "devices",
    "radio",
    "crisis",
    "ingest",
    "api",
    "dashboards",
    "receiver",
    "stack",
)
# What a process has declared when it starts: later there are children for routes and tables, too.
FRESH = """
import json
from prometheus_client.metrics import MetricWrapperBase
from kiezbox import metrics
found = {}
for metric in vars(metrics).values():
    if isinstance(metric, MetricWrapperBase):
        values = sorted({value for labels in metric._metrics for value in labels}) if metric._labelnames else []
        found[metric._name] = {"type": metric._type, "labels": list(metric._labelnames), "values": values}
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A metric as the page describes it."""

    type: str
    labels: list[str]
    means: str


def documented() -> dict[str, Row]:
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("| `"):
            continue
        name, kind, labels, means, _ = (cell.strip() for cell in line.split("|")[1:6])
        assert name not in found, f"{name} is there twice"
        found[name.strip("`")] = Row(kind, re.findall(r"`(\w+)`", labels), means)
    return found


@pytest.fixture(scope="module")
def declared() -> dict[str, Any]:
    """Every metric by its name as it is scraped."""
    done = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, text=True, check=True, cwd=ROOT)
    return {
        name + ("_total" if metric["type"] == "counter" else ""): metric
        for name, metric in json.loads(done.stdout).items()
    }


def test_the_page_has_every_metric_and_no_other(declared: dict[str, Any]) -> None:
    assert sorted(documented()) == sorted(declared), "put it right in docs/metrics.md"


def test_the_page_has_each_metric_s_type_and_labels(declared: dict[str, Any]) -> None:
    page = {name: (row.type, row.labels) for name, row in documented().items()}

    assert page == {name: (metric["type"], metric["labels"]) for name, metric in declared.items()}


def test_the_page_explains_every_value_that_a_label_has_from_the_start(declared: dict[str, Any]) -> None:
    page = documented()
    sessions = [session.value for session in metrics.MqttSession]

    unexplained = {
        (name, value)
        for name, metric in declared.items()
        for value in (metric["values"] or (sessions if metric["labels"] == ["session"] else []))
        if f"`{value}`" not in page[name].means
    }

    assert unexplained == set()


def test_every_metric_is_written_by_some_part() -> None:
    names = {name for name, metric in vars(metrics).items() if isinstance(metric, MetricWrapperBase)}
    used = {
        name
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r"\bmetrics\.([A-Z][A-Z_0-9]+)\b", path.read_text(encoding="utf-8"))
    }

    assert names - used == set(), "a metric that nobody writes says 0 for ever"


async def test_gaps_in_the_sequence_move_the_gauge_as_they_open_and_close(pool: db.Pool) -> None:
    store = Store(pool, Registry(), accept_unknown_boxes=True)

    def lost() -> float:
        return metrics.REGISTRY.get_sample_value("kiezbox_ingest_lost_messages") or 0

    before = lost()
    await store.write([telemetry(seq, {"noise": 40.0}) for seq in (1, 5)])
    opened = lost()
    await store.write([telemetry(seq, {"noise": 40.0}) for seq in (2, 3)])

    assert (opened - before, lost() - before) == (3, 1)


def test_an_address_that_is_taken_is_named(free_port: Callable[[], int]) -> None:
    port = free_port()

    with socket.create_server(("127.0.0.1", port)), pytest.raises(OperatorError) as caught:
        metrics.serve("127.0.0.1", port)

    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "KIEZBOX_INGEST_METRICS_PORT" in caught.value.hint
