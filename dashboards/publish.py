"""Publishes the bundle into a Grafana. The only importer of grafana_client. Changes what differs, and reports it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grafana_client import api as grafana
from grafana_client import client as errors
from niquests import exceptions as transport

from dashboards import alerts, differences, notified, versions
from dashboards.bundle import CONTACTS, FOLDER_UID
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboards.bundle import Bundle, Json
    from kiezbox.settings import GrafanaSettings

_NOT_FOUND, _FORBIDDEN, _CONFLICT = 404, 403, 412
_CREDENTIAL_HINT = "set KIEZBOX_GRAFANA_TOKEN to a token of a service account; its rights: docs/dashboards.md"
_VIEW = 1  # what a team or a role may do with a folder
_TABLE = "SELECT to_regclass('reading_1h') IS NOT NULL AND to_regclass('box_state') IS NOT NULL AS is_kiezbox"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done to one thing in Grafana, and where it differed; the last one says who is told of alerts.

    `created`, `updated`, `unchanged`, `removed`; `kept` is what the token may not look at and what works.
    """

    subject: str
    action: str
    paths: tuple[str, ...] = ()

    def __str__(self) -> str:
        paths = f"  ({', '.join(self.paths)})" if self.paths else ""
        return f"{self.action:<10} {self.subject}{paths}"


def publish(bundle: Bundle, settings: GrafanaSettings) -> Iterator[Outcome]:
    """Make a Grafana hold the bundle, and yield each outcome once it is done. The same call again changes nothing.

    Raises OperatorError with what to do. What was done before stays done, and the next call continues from there.
    """
    api = _connect(settings)
    with contextlib.closing(api.client.s), _operator_errors(settings.url):
        if not settings.any_version:
            versions.check(_version(api), settings.url)
        for folder in (bundle.folder, bundle.public_folder):
            yield _folder(api, folder)
        if settings.staff_team is not None:  # before staff's pages are there
            yield _permissions(api, bundle, settings.staff_team)
        yield _datasource(api, bundle)
        _check_database(api, bundle.datasource)
        for folder, dashboards in ((bundle.folder, bundle.dashboards), (bundle.public_folder, bundle.public)):
            for dashboard in dashboards:
                yield _dashboard(api, dashboard, folder["uid"])
        known = {entry.get("uid"): entry for entry in api.alertingprovisioning.get_contactpoints() or []}
        for contact in bundle.contacts:
            yield _contact(api, contact, known.get(contact["uid"]))
        yield from _rules(api, bundle.rules)
        # After the rules: a contact point that one of them names cannot be deleted.
        for uid in sorted(CONTACTS & known.keys() - {contact["uid"] for contact in bundle.contacts}):
            api.alertingprovisioning.delete_contactpoint(uid)
            yield Outcome(_contact_name(known[uid]), "removed")
        told = notified.by(bundle) or _policy(api)
        yield Outcome(told, "told" if bundle.rules is not None else "not told")


def _version(api: Any) -> str | None:
    """Grafana's version, as far as it says one: it may be told to hide it in /api/health."""
    told = _or_none(api.client.GET, "/health") or {}
    hidden = {} if told.get("version") else _or_none(api.client.GET, "/frontend/settings") or {}
    found = told.get("version") or hidden.get("buildInfo", {}).get("version")
    return str(found) if found else None


def _policy(api: Any) -> str:
    """Who is told of an alert by Grafana's own notification policy, in words."""
    try:
        receiver = api.alertingprovisioning.get_notification_policy_tree().get("receiver") or ""
        points = [each for each in api.alertingprovisioning.get_contactpoints() or [] if each.get("name") == receiver]
    except errors.GrafanaClientError as error:
        return f"whom Grafana's own notification policy names; it cannot be read: {_message(error)}"
    return notified.by_policy(receiver, points)


def _permissions(api: Any, bundle: Bundle, team: str) -> Outcome:
    """Staff's folder for the team alone, the other for every viewer. Admins see all in any case."""
    subject = f"permissions of {bundle.folder['title']} and {bundle.public_folder['title']}"
    teams = api.client.GET("/teams/search", params={"name": team}).get("teams") or []
    number = next((each["id"] for each in teams if each["name"] == team), None)
    if number is None:
        raise OperatorError(f"Grafana has no team {team!r}", "make it there, or mend KIEZBOX_GRAFANA_STAFF_TEAM")
    wanted = {
        bundle.folder["uid"]: [{"teamId": number, "permission": _VIEW}],
        bundle.public_folder["uid"]: [{"role": "Viewer", "permission": _VIEW}],
    }
    changed = [uid for uid, items in wanted.items() if _permitted(api, uid) != _compared(items)]
    for uid in changed:
        api.client.POST(f"/folders/{uid}/permissions", json={"items": wanted[uid]})
    return _changed(subject, changed)


def _permitted(api: Any, uid: str) -> set[tuple[Any, ...]]:
    """What is set for a folder, but for what it has from above."""
    found = api.client.GET(f"/folders/{uid}/permissions") or []
    return _compared(each for each in found if not each.get("inherited") and each.get("role") != "Admin")


def _compared(items: Any) -> set[tuple[Any, ...]]:
    return {(each.get("teamId") or None, each.get("role") or None, each["permission"]) for each in items}


def _connect(settings: GrafanaSettings) -> Any:
    url = urlsplit(settings.url)
    credential: str | tuple[str, str]
    if settings.token is not None:
        credential = settings.token.get_secret_value()
    elif settings.username and settings.password is not None:
        credential = (settings.username, settings.password.get_secret_value())
    else:
        raise OperatorError("Grafana wants to know who publishes", _CREDENTIAL_HINT)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise OperatorError("KIEZBOX_GRAFANA_URL is no address", "http://HOST:3000, or https with a path below it")
    prefix = url.path.strip("/")
    return grafana.GrafanaApi(
        credential,
        host=f"[{url.hostname}]" if ":" in url.hostname else url.hostname,
        port=url.port,
        protocol=url.scheme,
        url_path_prefix=f"{prefix}/" if prefix else "",
        timeout=settings.timeout_seconds,
    )


@contextlib.contextmanager
def _operator_errors(url: str) -> Iterator[None]:
    """Turns errors of Grafana and of the connection into OperatorErrors, which say what to do."""
    try:
        yield
    except errors.GrafanaUnauthorizedError as error:
        raise OperatorError(f"Grafana at {url} does not know this token or password", _CREDENTIAL_HINT) from error
    except errors.GrafanaTimeoutError as error:
        raise OperatorError(f"Grafana at {url} does not answer in time", "KIEZBOX_GRAFANA_TIMEOUT_SECONDS") from error
    except errors.GrafanaServerError as error:
        raise OperatorError(
            f"Grafana at {url} has trouble: {_message(error)}", "its log says more; publish again"
        ) from error
    except errors.GrafanaClientError as error:
        hint = _CREDENTIAL_HINT if error.status_code == _FORBIDDEN else "its log says more"
        raise OperatorError(f"Grafana at {url} refuses: {_message(error)}", hint) from error
    except (errors.GrafanaException, transport.RequestException) as error:
        raise OperatorError(
            f"Grafana at {url} does not answer: {error}", "is it running? KIEZBOX_GRAFANA_URL"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise OperatorError(f"what answers at {url} is no Grafana: {error}", "KIEZBOX_GRAFANA_URL") from error


def _message(error: errors.GrafanaException) -> str:
    message = error.response.get("message") if isinstance(error.response, dict) else error.response
    return f"{error.status_code} {str(message or '')[:200]}".strip()


def _is(error: errors.GrafanaException, status: int) -> bool:
    return bool(error.status_code == status)


def _or_none(call: Any, *arguments: Any) -> Any:
    """What a call of Grafana's API returns; None when Grafana answers 404."""
    try:
        return call(*arguments)
    except errors.GrafanaClientError as error:
        if _is(error, _NOT_FOUND):
            return None
        raise


def _folder(api: Any, wanted: Json) -> Outcome:
    subject = f"folder {wanted['title']}"
    found = _or_none(api.folder.get_folder, wanted["uid"])
    if found is None:
        api.folder.create_folder(wanted["title"], uid=wanted["uid"])
        return Outcome(subject, "created")
    paths = differences.find(wanted, found)
    if paths:
        api.folder.update_folder(wanted["uid"], title=wanted["title"], overwrite=True)
    return _changed(subject, paths)


def _changed(subject: str, paths: Sequence[str]) -> Outcome:
    return Outcome(subject, "updated" if paths else "unchanged", tuple(paths))


def _datasource(api: Any, bundle: Bundle) -> Outcome:
    """The database. Grafana never returns a password, so a password that does not work counts as different."""
    wanted = bundle.datasource
    subject = f"datasource {wanted['name']}"
    secret = {"secureJsonData": {"password": bundle.password}}
    try:
        found = _or_none(api.datasource.get_datasource_by_uid, wanted["uid"])
    except errors.GrafanaClientError as error:
        # Only admins may see and change datasources. Whoever may ask it is enough, where somebody else made it.
        if not _is(error, _FORBIDDEN) or _database_problem(api, wanted["uid"]):
            raise
        return Outcome(subject, "kept")
    if found is None:
        api.datasource.create_datasource(wanted | secret)
        return Outcome(subject, "created")
    paths = differences.find(wanted, found)
    if not paths and _database_problem(api, wanted["uid"]):
        paths = ["password"]
    if paths:
        api.datasource.update_datasource_by_uid(wanted["uid"], wanted | secret)
    return _changed(subject, paths)


def _check_database(api: Any, datasource: Json) -> None:
    """Raises OperatorError unless Grafana reaches the database and finds the Kiezbox schema in it."""
    problem = _database_problem(api, datasource["uid"])
    if problem:
        raise OperatorError(
            f"Grafana cannot read the database at {datasource['url']}: {problem}",
            "KIEZBOX_GRAFANA_DATABASE_URL; and has kiezbox_reader its password? docs/dashboards.md",
        )


def _database_problem(api: Any, uid: str) -> str | None:
    """Why dashboards would stay empty: the database's error, or that it is another database. None when neither."""
    query = {"refId": "A", "datasource": {"uid": uid}, "rawSql": _TABLE, "format": "table"}
    body = {"queries": [query], "from": "now-5m", "to": "now"}
    try:
        answer = api.client.POST("/ds/query", json=body)
    except (errors.GrafanaBadInputError, errors.GrafanaServerError) as error:
        answer = error.response if isinstance(error.response, dict) else {}
        if "results" not in answer:
            return _message(error)
    result = answer["results"]["A"]
    if result.get("error"):
        return str(result["error"])[:200]
    values = result["frames"][0]["data"]["values"]
    return None if values and values[0] == [True] else "it has no Kiezbox schema (kiezbox migrate)"


def _dashboard(api: Any, wanted: Json, folder_uid: str) -> Outcome:
    """One dashboard. What somebody saves in the same second is overwritten on the second try: the code counts."""
    subject = f"dashboard {wanted['title']}"
    try:
        return _save(api, subject, wanted, folder_uid)
    except errors.GrafanaClientError as error:
        if not _is(error, _CONFLICT):
            raise
    try:
        return _save(api, subject, wanted, folder_uid)
    except errors.GrafanaClientError as error:
        if not _is(error, _CONFLICT):
            raise
        raise OperatorError(
            f"{subject} was changed in Grafana while it was published: {_message(error)}", "publish again"
        ) from error


def _save(api: Any, subject: str, wanted: Json, folder_uid: str) -> Outcome:
    found = _or_none(api.dashboard.get_dashboard, wanted["uid"])
    body: Json = {"folderUid": folder_uid, "message": "kiezbox", "overwrite": False}
    if found is None:
        api.dashboard.update_dashboard(body | {"dashboard": wanted | {"id": None}})
        return Outcome(subject, "created")
    paths = differences.find(wanted, found["dashboard"])
    if found["meta"].get("folderUid") != folder_uid:
        paths.append("folder")
    if paths:
        known = {name: found["dashboard"][name] for name in ("id", "version")}
        api.dashboard.update_dashboard(body | {"dashboard": wanted | known})
    return _changed(subject, paths)


def _contact_name(contact: Json) -> str:
    return f"contact point {contact['name']} ({contact['type']})"


def _contact(api: Any, wanted: Json, found: Json | None) -> Outcome:
    if found is None:
        api.alertingprovisioning.create_contactpoint(wanted)
        return Outcome(_contact_name(wanted), "created")
    paths = differences.find(wanted, found)
    if paths:
        api.alertingprovisioning.update_contactpoint(wanted["uid"], wanted)
    return _changed(_contact_name(wanted), paths)


def _rules(api: Any, wanted: Json | None) -> Iterator[Outcome]:
    """The group of rules. None: it goes, because others tell people."""
    alerting = api.alertingprovisioning
    title, folder = (alerts.GROUP, FOLDER_UID) if wanted is None else (wanted["title"], wanted["folderUid"])
    found = _or_none(alerting.get_rule_group, folder, title)
    if wanted is None:
        ours = {f"kiezbox-{kind.slug}" for kind in alerts.RULES}
        uids = [rule["uid"] for rule in (found or {}).get("rules", ()) if rule["uid"] in ours]
        for uid in uids:
            alerting.delete_alertrule(uid)
        if uids:
            yield Outcome(f"alert rules {title} ({len(uids)})", "removed")
        return
    # A rule that still has a receiver, and should have none, differs too.
    full = wanted | {"rules": [{"notification_settings": None} | rule for rule in wanted["rules"]]}
    paths = [] if found is None else differences.find(full, found)
    if found is None or paths:
        # A group may not bring rules that Grafana does not know yet (before 11.5.2): each new one is made by itself.
        known = {rule["uid"] for rule in (found or {}).get("rules", ())}
        for rule in wanted["rules"]:
            if rule["uid"] not in known and _or_none(alerting.get_alertrule, rule["uid"]) is None:
                alerting.create_alertrule(rule)
        alerting.update_rule_group(folder, title, wanted)
    subject = f"alert rules {title} ({len(wanted['rules'])})"
    yield Outcome(subject, "created") if found is None else _changed(subject, paths)
