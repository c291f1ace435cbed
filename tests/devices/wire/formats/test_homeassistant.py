"""Home Assistant discovery: templates, base topics, and announcements that come and go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from devices.declarations import Declarations
from devices.wire.formats.homeassistant import discovery, templates
from tests.devices.wire.formats.homeassistant import HOF, ZIGBEE, esphome


@pytest.mark.parametrize(
    ("template", "payload", "number"),
    [
        ("", "12.4", 12.4),
        ("{{ value }}", "12.4", 12.4),
        ("{{value|float}}", "12.4", 12.4),
        ("{{ value | float(0) / 10 }}", "124", 12.4),
        ("{{ value_json.a.b }}", '{"a":{"b":1}}', 1.0),
        ("{{ value_json['a'][\"b\"] }}", '{"a":{"b":1}}', 1.0),
        ("{{ value_json.a[1] }}", '{"a":[1,2]}', 2.0),
        ("{{ value_json.a | round(1) }}", '{"a":7.26}', 7.3),
        ("{{ (value_json.a) }}", '{"a":7.26}', None),
        ("{{ value_json.a * 0.5 | round(2) }}", '{"a":3}', 1.5),
        ("{{ value_json.a | default(0) }}", "{}", None),
        ("{{ value_json.a | float(0) }}", '{"a":null}', None),
        ("{{ value_json.a / 0 }}", '{"a":1}', None),
        ("{{ states('sun.sun') }}", "1", None),
        ("{% if value %}1{% endif %}", "1", None),
        ("{{ value * 100000 | int }}", "1e308", None),
        ("{{ value * 100000 }}", "1e308", None),
        ("{{ value_json.a[9999999999] }}", '{"a":[1]}', None),
    ],
)
def test_a_template_of_a_known_shape_makes_a_number_and_no_other_is_run(
    template: str, payload: str, number: float | None
) -> None:
    content: Any = json.loads(payload) if payload.startswith("{") else None

    assert templates.number(template, payload, content) == number


@pytest.mark.parametrize("hostile", ["{{ value" + " | round" * 5_000, "{{ value_json" + "[0]" * 5_000, "{" * 10_000])
def test_a_hostile_template_is_no_known_one(hostile: str) -> None:
    assert not templates.is_known(hostile)


def test_a_base_topic_is_expanded() -> None:
    found = discovery.declaration(
        "homeassistant/sensor/x/config",
        json.dumps(
            {"~": "a/b", "stat_t": "~/s", "dev_cla": "humidity", "unit_of_meas": "%", "dev": {"ids": "x"}}
        ).encode(),
    )

    assert found is not None
    assert [(each.topic, each.quantity, each.box) for each in found.entities] == [("a/b/s", "humidity", "ha-x")]


def test_an_announcement_that_comes_again_replaces_itself_and_an_empty_one_takes_it_back() -> None:
    known = Declarations()
    topic, payload = esphome("pm2_5", dev_cla="pm25", unit_of_meas="ug/m3")
    for said in (payload, payload, ZIGBEE[1]):
        known.learn(topic, discovery.declaration(topic, said))
    known.learn(HOF[0], discovery.declaration(*HOF))

    assert not known.knows("balkon-nord/sensor/pm2_5/state")
    assert [each.box for each in known.entities("zigbee2mqtt/Flur")] == ["zig-0x00124b0001abcdef"]
    assert known.knows("hof/01")
    known.learn(topic, discovery.declaration(topic, b""))
    assert not known.knows("zigbee2mqtt/Flur")


@pytest.mark.parametrize("payload", [b"[]", b"x", b'"a"'])
def test_what_is_no_announcement_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        discovery.declaration("homeassistant/sensor/x/config", payload)


@pytest.mark.parametrize(
    "said", [{}, {"dev": 1, "cmps": []}, {"cmps": {"a": 1, "b": {"p": "sensor", "stat_t": 1}}}, {"avty": [1, {}]}]
)
def test_an_announcement_of_nothing_is_none(said: dict[str, Any]) -> None:
    for topic in ("homeassistant/device/x/config", "homeassistant/sensor/x/config"):
        found = discovery.declaration(topic, json.dumps(said).encode())
        assert found is not None
        assert found.entities == ()
