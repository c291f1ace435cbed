"""Publishing against a server that behaves as Grafana's API is documented."""

from __future__ import annotations

import threading
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest
import urllib3
from pydantic import SecretStr

from dashboards import alerts, bundle, publish, versions
from kiezbox.errors import OperatorError
from kiezbox.settings import GrafanaSettings
from tests.dashboards.support import grafana_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dashboards.support.grafana_server import Grafana

pytestmark = pytest.mark.slow

RULES = len(alerts.RULES)


@pytest.fixture
def server() -> Iterator[Grafana]:
    with grafana_server.serving() as server:
        yield server


def _settings(server: Grafana, **changed: Any) -> GrafanaSettings:
    given = {
        "url": server.url,
        "token": SecretStr(grafana_server.TOKEN),
        "database_url": SecretStr("postgresql://kiezbox_reader:secret@127.0.0.1:5432/kiezbox"),
        "alert_emails": ("lage@example.org",),
        "timeout_seconds": 30.0,
    }
    return GrafanaSettings(**(given | changed))


def _publish(server: Grafana, **changed: Any) -> list[publish.Outcome]:
    settings = _settings(server, **changed)
    return list(publish.publish(bundle.make(settings), settings))


def test_the_first_run_creates_everything(server: Grafana) -> None:
    done = _publish(server)

    assert {outcome.action for outcome in done[:-1]} == {"created"}
    assert len(server.dashboards) == 5
    folders = {uid: held["meta"]["folderUid"] for uid, held in server.dashboards.items()}
    assert {uid for uid, folder in folders.items() if folder == "kiezbox-public"} == {"kiezbox-umwelt", "kiezbox-luft"}
    assert len(server.groups["kiezbox kiezbox"]["rules"]) == RULES
    assert server.contacts["kiezbox-email"]["settings"]["addresses"] == "lage@example.org"
    assert server.datasources["kiezbox-database"]["jsonData"]["timescaledb"] is True


def test_the_second_run_writes_nothing(server: Grafana) -> None:
    _publish(server)
    server.writes.clear()

    done = _publish(server)

    assert {outcome.action for outcome in done[:-1]} == {"unchanged"}
    assert server.writes == []


def test_what_somebody_changed_in_grafana_is_put_back_and_reported(server: Grafana) -> None:
    _publish(server)
    server.edit("kiezbox-umwelt")

    changed = [outcome for outcome in _publish(server) if outcome.action not in {"unchanged", "told"}]

    assert [(outcome.subject, outcome.action, outcome.paths) for outcome in changed] == [
        ("dashboard Umwelt", "updated", ("panels[1].title",))
    ]
    assert server.dashboards["kiezbox-umwelt"]["dashboard"]["panels"][1]["title"] == "Jetzt"


def test_a_dashboard_that_was_moved_comes_back_into_its_folder(server: Grafana) -> None:
    _publish(server)
    server.dashboards["kiezbox-box"]["meta"]["folderUid"] = "other"

    changed = [outcome for outcome in _publish(server) if outcome.action not in {"unchanged", "told"}]

    assert [outcome.paths for outcome in changed] == [("folder",)]


def test_another_language_changes_the_titles(server: Grafana) -> None:
    _publish(server)

    done = _publish(server, language="en")

    assert {outcome.action for outcome in done if outcome.subject.startswith("dashboard")} == {"updated"}
    assert {page["dashboard"]["title"] for page in server.dashboards.values()} >= {"Situation", "Heat and air"}


def test_a_contact_that_is_no_longer_set_is_removed_from_grafana(server: Grafana) -> None:
    hook = "http://127.0.0.1/hook"
    _publish(server, alert_webhook=hook)

    done = [str(outcome) for outcome in _publish(server, alert_emails=(), alert_webhook=hook)]
    last = [str(outcome) for outcome in _publish(server, alert_emails=())]

    assert "removed    contact point Kiezbox (email)" in done
    assert f"unchanged  alert rules kiezbox ({RULES})" in done
    assert "removed    contact point Kiezbox (webhook)" in last
    assert any(line.startswith(f"updated    alert rules kiezbox ({RULES})  (rules[0].notification_s") for line in last)
    assert server.contacts == {}


def test_a_contact_point_of_somebody_else_stays(server: Grafana) -> None:
    server.contacts["theirs"] = {"uid": "theirs", "name": "Lage", "type": "email", "settings": {}}

    _publish(server, alert_emails=())

    assert list(server.contacts) == ["theirs"]


def test_what_was_done_is_reported_before_what_failed(server: Grafana) -> None:
    server.database = "empty"
    settings = _settings(server)
    said: list[str] = []

    with pytest.raises(OperatorError):
        said.extend(str(done) for done in publish.publish(bundle.make(settings), settings))

    assert [line.partition(":")[0] for line in said] == [
        "created    folder Kiezbox",
        "created    folder Kiezbox",
        "created    datasource Kiezbox",
    ]


def test_a_save_in_between_is_overwritten_on_the_second_try(server: Grafana) -> None:
    _publish(server)
    server.edit("kiezbox-umwelt")
    server.rivals = 1

    done = _publish(server)

    assert "updated" in {outcome.action for outcome in done}
    assert server.dashboards["kiezbox-umwelt"]["dashboard"]["panels"][1]["title"] == "Jetzt"


def test_somebody_who_keeps_saving_is_reported(server: Grafana) -> None:
    _publish(server)
    server.edit("kiezbox-umwelt")
    server.rivals = 5

    with pytest.raises(OperatorError, match="dashboard Umwelt was changed in Grafana while it was published: 412"):
        _publish(server)


def test_a_wrong_token_says_which_setting_to_mend(server: Grafana) -> None:
    with pytest.raises(OperatorError, match="does not know this token") as refused:
        _publish(server, token=SecretStr("glsa_wrong"))

    assert "KIEZBOX_GRAFANA_TOKEN" in (refused.value.hint or "")
    assert server.writes == []


def test_nobody_publishes_without_saying_who(server: Grafana) -> None:
    with pytest.raises(OperatorError, match="wants to know who publishes"):
        _publish(server, token=None)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_trouble_in_grafana_is_a_sentence(server: Grafana, status: int) -> None:
    server.failing = status

    with pytest.raises(OperatorError, match=f"has trouble: {status} Something went wrong"):
        _publish(server)


def test_a_token_without_the_right_role_is_a_sentence(server: Grafana) -> None:
    server.failing = 403

    with pytest.raises(OperatorError, match="refuses: 403") as refused:
        _publish(server)

    assert "its rights: docs/dashboards.md" in (refused.value.hint or "")


def test_a_grafana_that_does_not_answer_in_time_is_a_sentence(server: Grafana) -> None:
    server.slow = threading.Event()

    with pytest.raises(OperatorError, match="does not answer in time"):
        _publish(server, timeout_seconds=0.3)


def test_a_grafana_that_is_not_there_is_a_sentence(server: Grafana, free_port: Any) -> None:
    with pytest.raises(OperatorError, match="does not answer"):
        _publish(server, url=f"http://127.0.0.1:{free_port()}")


def test_another_database_is_found_out(server: Grafana) -> None:
    server.database = "empty"

    with pytest.raises(OperatorError, match="has no Kiezbox schema"):
        _publish(server)


def test_a_database_that_grafana_does_not_reach_is_found_out(server: Grafana) -> None:
    server.database = "refused"

    with pytest.raises(OperatorError, match="connection refused"):
        _publish(server)


def test_a_password_that_changed_reaches_grafana(server: Grafana) -> None:
    _publish(server)
    server.right_password = "new"

    done = _publish(server, database_url=SecretStr("postgresql://kiezbox_reader:new@127.0.0.1:5432/kiezbox"))

    assert [outcome.paths for outcome in done if outcome.action == "updated"] == [("password",)]


def test_a_run_that_broke_off_goes_on_with_the_next(server: Grafana) -> None:
    server.database = "empty"
    with pytest.raises(OperatorError):
        _publish(server)
    server.database = "kiezbox"

    done = _publish(server)

    assert [outcome.action for outcome in done][:4] == ["unchanged", "unchanged", "unchanged", "created"]
    assert len(server.dashboards) == 5


@pytest.mark.parametrize(
    "url",
    ["http://x/kiezbox", "postgresql:///kiezbox", "postgresql://reader@host/", "postgresql://r@host:port/kiezbox"],
)
def test_an_address_that_grafana_cannot_use_is_refused(server: Grafana, url: str) -> None:
    with pytest.raises(OperatorError, match="KIEZBOX_GRAFANA_DATABASE_URL"):
        _publish(server, database_url=SecretStr(url))


@pytest.mark.parametrize("version", ["9.4.7", "11.6.16", None, "unknown"])
def test_a_grafana_that_is_too_old_is_refused_before_anything_is_written(server: Grafana, version: str | None) -> None:
    server.version = version

    with pytest.raises(OperatorError, match=r"need 12.0 or newer|does not say which version") as refused:
        _publish(server)
    assert server.writes == []

    assert "KIEZBOX_GRAFANA_ANY_VERSION" in (refused.value.hint or "")
    assert len(_publish(server, any_version=True)) > 5


@pytest.mark.parametrize("version", ["12.0.0", "12.4.10", "13.0.1+security-01", "13.2.3", "v14.0.0"])
def test_versions_that_its_makers_support_are_taken(version: str) -> None:
    versions.check(version, "http://grafana")


def test_rules_can_be_made_where_a_group_may_not_bring_them(server: Grafana) -> None:
    server.is_strict = True

    _publish(server)

    assert len(server.groups["kiezbox kiezbox"]["rules"]) == RULES
    assert {done.action for done in _publish(server)} == {"unchanged", "told"}


def test_rules_go_where_kiezbox_itself_tells_people(server: Grafana) -> None:
    _publish(server)
    server.groups["kiezbox kiezbox"]["rules"].append({"uid": "theirs"})

    done = [str(outcome) for outcome in _publish(server, alert_rules="never", alert_emails=())]

    assert f"removed    alert rules kiezbox ({RULES})" in done
    assert [rule["uid"] for rule in server.groups["kiezbox kiezbox"]["rules"]] == ["theirs"]
    assert done[-1].startswith("not told   Grafana alerts nobody")
    assert server.contacts == {}


def test_the_last_line_says_who_is_told_and_by_what(server: Grafana) -> None:
    server.contacts["default"] = {
        "uid": "default",
        "name": "grafana-default-email",
        "type": "email",
        "settings": {"addresses": "<example@email.com>"},
    }

    told = str(_publish(server)[-1])
    nobody = str(_publish(server, alert_emails=())[-1])
    server.contacts["default"]["settings"]["addresses"] = "<lage@example.org>"
    policy = str(_publish(server, alert_emails=())[-1])

    assert told == "told       by mail: lage@example.org, while Kiezbox itself tells nobody"
    assert nobody.startswith("told       nobody is told of alerts: set KIEZBOX_GRAFANA_ALERT_EMAILS")
    assert "by mail: <lage@example.org>, as Grafana's own notification policy says" in policy


def test_a_token_that_may_only_edit_is_enough_where_the_database_is_there(server: Grafana) -> None:
    _publish(server)
    server.is_editor = True

    done = [str(outcome) for outcome in _publish(server)]

    assert "kept       datasource Kiezbox" in done


def test_a_token_that_may_only_edit_cannot_make_the_database(server: Grafana) -> None:
    server.is_editor = True

    with pytest.raises(OperatorError, match="refuses: 403"):
        _publish(server)


def test_staff_see_their_folder_and_everybody_the_other(server: Grafana) -> None:
    first = [str(outcome) for outcome in _publish(server, staff_team="Lage")]
    second = [str(outcome) for outcome in _publish(server, staff_team="Lage")]

    assert server.permissions == {
        "kiezbox": [{"teamId": 4, "permission": 1}],
        "kiezbox-public": [{"role": "Viewer", "permission": 1}],
    }
    assert any(line.startswith("updated    permissions of Kiezbox and") for line in first)
    assert any(line.startswith("unchanged  permissions of Kiezbox and") for line in second)


def test_whoever_made_a_folder_and_the_roles_lose_what_a_new_folder_gives_them(server: Grafana) -> None:
    _publish(server, staff_team="Lage")
    server.permissions["kiezbox"].append({"userId": 9, "permission": 1})

    done = [outcome for outcome in _publish(server, staff_team="Lage") if outcome.action == "updated"]

    assert [outcome.paths for outcome in done] == [("kiezbox",)]
    assert server.permissions["kiezbox"] == [{"teamId": 4, "permission": 1}]


def test_what_a_grafana_takes_from_files_is_kept_and_what_differs_is_said(server: Grafana) -> None:
    _publish(server)
    server.take_from_files()
    server.edit("kiezbox-umwelt")
    server.rules["kiezbox-unreachable"]["title"] = "Meine Regel"
    server.contacts["kiezbox-email"]["settings"]["addresses"] = "alt@example.org"
    server.writes.clear()

    done = {outcome.subject: str(outcome) for outcome in _publish(server) if outcome.action == "kept"}
    rules = f"alert rules kiezbox ({RULES})"

    assert done == {
        "dashboard Umwelt": "kept       dashboard Umwelt  (from files, panels[1].title)",
        rules: f"kept       {rules}  (from files, kiezbox-unreachable.title)",
        "contact point Kiezbox (email)": "kept       contact point Kiezbox (email)  (from files, settings.addresses)",
    }
    assert server.writes == []


def test_what_a_grafana_takes_from_files_and_nobody_wants_is_named_with_the_command_that_takes_it_away(
    server: Grafana,
) -> None:
    _publish(server)
    server.take_from_files()

    done = [str(outcome) for outcome in _publish(server, alert_rules="never", alert_emails=())]

    assert len([line for line in done if line.startswith("kept") and "kiezbox dashboards build takes" in line]) == 2
    assert len(server.rules) == RULES


def test_staff_alone_see_rules_from_files_too_which_have_a_folder_of_their_own(server: Grafana) -> None:
    _publish(server)
    server.take_from_files()

    _publish(server, staff_team="Lage")

    assert server.permissions["made"] == [{"teamId": 4, "permission": 1}]


def test_a_folder_into_which_somebody_moved_a_rule_keeps_its_permissions(server: Grafana) -> None:
    _publish(server)
    server.rules["kiezbox-unreachable"]["folderUID"] = "own"
    server.permissions["own"] = [{"userId": 9, "permission": 1}]

    _publish(server, staff_team="Lage")

    assert server.permissions["own"] == [{"userId": 9, "permission": 1}]


def test_a_refusal_because_of_files_says_what_to_do(server: Grafana) -> None:
    server.refusal = 400, "Cannot save provisioned dashboard"

    with pytest.raises(OperatorError, match="refuses: 400 Cannot save provisioned") as refused:
        _publish(server)

    assert "kiezbox dashboards build" in (refused.value.hint or "")


def test_a_team_that_is_not_there_is_a_sentence(server: Grafana) -> None:
    with pytest.raises(OperatorError, match="no team 'Feuerwehr'"):
        _publish(server, staff_team="Feuerwehr")

    assert server.dashboards == {}, "staff's pages must not lie in a folder that everybody sees"


def test_grafanas_client_leaves_the_tests_http_library_alone() -> None:
    # urllib3-future puts itself in urllib3's place unless it is installed with URLLIB3_NO_OVERRIDE=1 (Makefile).
    assert urllib3._version.__version__ == metadata.version("urllib3")
