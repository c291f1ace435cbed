"""What the generated file says; what a server makes of it is tried in test_rights.py and test_attacks.py."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from stack.broker import nats, users
from stack.broker.rights import Rights
from stack.broker.users import User
from storage import credentials
from storage.credentials import Credential, Kind
from tests.conftest import ROOT
from tests.stack.broker.support.brokers import HASHES, NATS, running_broker
from tests.stack.broker.support.clients import connected

if TYPE_CHECKING:
    from pathlib import Path


def entries(text: str) -> dict[str, Any]:
    found = [json.loads(line) for line in text.splitlines() if line.startswith("    {")]
    return {each["user"]: each["permissions"] for each in found}


def test_who_may_publish_or_read_nothing_is_denied_everything() -> None:
    text = nats.render([User("roof", HASHES, Rights(publish=("msh/a/!1",))), User("ear", HASHES, Rights((), ("a",)))])

    found = entries(text)
    assert found["roof"]["subscribe"] == {"deny": [">"]}
    assert found["ear"]["publish"] == {"deny": [">"]}


def test_a_filter_with_a_number_sign_also_stands_for_the_level_above() -> None:
    found = entries(nats.render([User("hub", HASHES, Rights((), ("msh/#", "+/a"), is_queued=True))]))

    assert found["hub"]["subscribe"] == {"allow": ["msh", "msh.>", "*.a"]}


def test_a_box_may_publish_to_any_partition_of_its_telemetry() -> None:
    (box,) = users.of([credentials.of_box("71-01", Kind.SENSOR, HASHES)])

    allowed = entries(nats.render([box]))["71-01"]["publish"]["allow"]

    assert [each for each in allowed if "telemetry" in each] == ["kb.v1.71-01.telemetry", "kb.v1.71-01.telemetry.>"]


def test_telemetry_that_the_server_divides_reaches_the_worker_of_its_partition(tmp_path: Path) -> None:
    mappings = re.search(
        r"^mappings \{.*?^\}", (ROOT / "deploy/nats/cluster.conf").read_text(), re.MULTILINE | re.DOTALL
    )
    assert mappings is not None
    known = users.of(
        [credentials.of_box("71-01", Kind.SENSOR, HASHES), Credential("kiezbox-ingest-0", Kind.INGEST, HASHES)]
    )
    with (
        running_broker(NATS, tmp_path / "nats", known, more=mappings[0]) as broker,
        connected(broker.hub_port, "kiezbox-ingest-0", "worker") as worker,
        connected(broker.box_port, "71-01", "box") as box,
    ):
        codes = worker.subscribe(*(f"kb/v1/+/telemetry/{n}" for n in range(3)), qos=1)
        box.publish([("kb/v1/71-01/telemetry", b"divided", False)])
        worker.heard(b"divided")
        ((topic, _, _),) = worker.received

    assert codes == [1, 1, 1]
    assert re.fullmatch(r"kb/v1/71-01/telemetry/[012]", topic)


def test_the_same_users_make_the_same_file_whatever_their_order() -> None:
    found = [credentials.of_box(box, Kind.SENSOR, HASHES) for box in ("71-01", "71-02")]

    assert nats.render(users.of(found)) == nats.render(users.of(found[::-1]))
