"""Settings come from the environment, with errors that name the variable."""

from __future__ import annotations

import pytest

from kiezbox import settings
from kiezbox.errors import OperatorError


def test_the_first_word_names_the_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEZBOX_INGEST_BATCH_AGE_SECONDS", "0.5")
    monkeypatch.setenv("KIEZBOX_INGEST_TOPICS", '["kb/v1/+/telemetry"]')

    found = settings.read().ingest

    assert (found.batch_age_seconds, found.topics) == (0.5, ("kb/v1/+/telemetry",))


@pytest.mark.parametrize("roots", ["[]", '["#"]', '["msh/+"]', '["msh/"]', '[""]', '["kb"]', '["kb/v1"]', '["$SYS"]'])
def test_a_root_of_the_mesh_is_levels_with_names_and_not_ours(monkeypatch: pytest.MonkeyPatch, roots: str) -> None:
    monkeypatch.setenv("KIEZBOX_MQTT_MESH_ROOTS", roots)

    with pytest.raises(OperatorError, match="KIEZBOX_MQTT_MESH_ROOTS"):
        settings.read()


def test_the_role_is_a_variable_of_no_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEZBOX_ROLE", "box")
    monkeypatch.setenv("KIEZBOX_CRISIS_NODE", "71-01")

    found = settings.read()

    assert (found.role, found.crisis.node) == ("box", "71-01")
    assert settings.unknown() == []


def test_a_role_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEZBOX_ROLE", "cloud")

    with pytest.raises(OperatorError, match="KIEZBOX_ROLE"):
        settings.read()


def test_every_wrong_variable_is_named_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEZBOX_MQTT_PORT", "many")
    monkeypatch.setenv("KIEZBOX_API_PORT", "70000")
    monkeypatch.setenv("KIEZBOX_MQTT_PASSWORD", "geheim")

    with pytest.raises(OperatorError) as caught:
        settings.read()

    assert "KIEZBOX_MQTT_PORT" in caught.value.message
    assert "KIEZBOX_API_PORT" in caught.value.message
    assert "geheim" not in caught.value.message


@pytest.mark.parametrize(("given", "found"), [("", None), (" ", None), ("all", "all"), ("marked", "marked")])
def test_an_empty_choice_of_public_boxes_is_none(
    monkeypatch: pytest.MonkeyPatch, given: str, found: str | None
) -> None:
    monkeypatch.setenv("KIEZBOX_API_PUBLIC_BOXES", given)

    assert settings.read().api.public_boxes == found


@pytest.mark.parametrize("text", ["lage@example.org", "5", ""])
def test_a_list_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KIEZBOX_GRAFANA_ALERT_EMAILS", text)

    with pytest.raises(OperatorError, match=r"KIEZBOX_GRAFANA_ALERT_EMAILS: Input should be a JSON list"):
        settings.read()


@pytest.mark.parametrize(
    "url",
    [
        *("", "geheim", "mysql://x:geheim@db/x", "postgresql:geheim", "postgresql://x:geheim@db:port/x"),
        *("postgresql://x:geheim@db:99999/x", "postgresql://x:geheim@[::1/x", "postgresql://x:geheim/1@db/x"),
        *("postgresql://x:geheim#1@db/x", "postgresql://x:geheim@a:1,b:0/x"),
    ],
)
def test_a_database_that_no_url_names_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KIEZBOX_DATABASE_URL", url)

    with pytest.raises(OperatorError, match="KIEZBOX_DATABASE_URL") as caught:
        settings.read()

    assert "geheim" not in str(caught.value)
    assert "geheim" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://kiezbox@/kiezbox?host=/run/postgresql&port=5432", "postgres://x:p%2Fs@db:5432/x"),
        *("postgresql://x@[::1]:5432/x", "postgresql://a:5432,b:5433/x", "postgresql://db", "postgresql:///x"),
    ],
)
def test_the_ways_in_which_a_server_may_be_named(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("KIEZBOX_DATABASE_URL", url)

    assert settings.read().database.url.get_secret_value() == url


def test_secrets_are_masked_when_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEZBOX_DATABASE_URL", "postgresql://kiezbox:geheim@db/kiezbox")

    assert "geheim" not in repr(settings.read())


def test_a_variable_that_nothing_reads_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEZBOX_MQTT_PROT", "1883")

    assert settings.unknown() == ["KIEZBOX_MQTT_PROT"]


def test_every_setting_has_a_description() -> None:
    assert [name for name, (_, description) in settings.names().items() if not description] == []
