"""What others build upon stays as it is: the HTTP API, commands, settings, metrics and the names of the schema.

tests/public_surface.json is what the code was when somebody last meant to change it. A change that is meant goes into
CHANGELOG.md, and into that file with `python -m tests.support.public_surface`: its diff then shows what others will
notice. A difference that nobody meant is mended in the code.
"""

from __future__ import annotations

from tests.support import public_surface


def test_the_public_surface_is_as_it_was_written_down() -> None:
    before = public_surface.read(public_surface.FILE.read_text(encoding="utf-8"))
    after = public_surface.surface(public_surface.newest_schema())

    found = list(public_surface.differences(before, after))

    assert found == [], f"meant? then note it in CHANGELOG.md and run: {public_surface.COMMAND}"


def test_what_is_written_down_is_read_as_it_was() -> None:
    found = public_surface.surface(public_surface.newest_schema())

    assert public_surface.read(public_surface.written(found)) == found


def test_every_part_of_the_surface_is_found() -> None:
    found = public_surface.surface(public_surface.newest_schema())

    assert "query box" in found["http"]["hub"]["GET /v1/latest"]["parameters"]
    assert "items[].measured_at" in found["http"]["hub"]["GET /v1/latest"]["responses"]["200"]["application/json"]
    assert found["http"]["box"].keys() < found["http"]["hub"].keys() | {"GET /readyz", "GET /livez"}
    assert found["commands"]["kiezbox up"]["--boxes"]["default"] == 5
    assert found["settings"]["KIEZBOX_MQTT_PORT"]["default"] == "1883"
    assert found["metrics"]["kiezbox_ingest_messages"] == {"type": "counter", "labels": ["outcome"]}
    assert found["schema"]["tables"]["stored_reading"]["delay_s"] == "integer NOT NULL"
    assert "hours_left" in found["schema"]["views"]["box_state"]
    assert "reading_points_between" in found["schema"]["routines"]


def test_a_change_a_loss_and_an_addition_are_each_named() -> None:
    before = {"a": {"b": 1, "c": 2}, "d": [3]}
    after = {"a": {"b": 1}, "d": [4], "e": {}}

    assert list(public_surface.differences(before, after)) == ["a > c: is gone", "d: [3] became [4]", "e: is new"]
