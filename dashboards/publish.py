"""Publishes the bundle into a Grafana. Changes what differs, and reports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboards import alerts, differences, grafana_api, notified, versions
from dashboards.bundle import CONTACTS
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboards.bundle import Bundle, Json
    from kiezbox.settings import GrafanaSettings

_VIEW = 1  # what a team or a role may do with a folder
# The newest relation that pages and rules read: an older schema has none.
_TABLE = "SELECT to_regclass('open_alarm') IS NOT NULL AS is_kiezbox"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done to one thing in Grafana, and where it differed; the last one says who is told of alerts.

    `created`, `updated`, `unchanged`, `removed`; `kept` is what works and the token may not look at, and what differs
    while Grafana takes it from files: no API may change that.
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
    with grafana_api.connected(settings) as api:
        if not settings.any_version:
            versions.check(grafana_api.version(api), settings.url)
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
            yield _without(api, known[uid])
        told = notified.by(bundle) or _policy(api)
        yield Outcome(told, "told" if bundle.rules is not None else "not told")


def _policy(api: Any) -> str:
    """Who is told of an alert by Grafana's own notification policy, in words."""
    try:
        receiver = api.alertingprovisioning.get_notification_policy_tree().get("receiver") or ""
        points = [each for each in api.alertingprovisioning.get_contactpoints() or [] if each.get("name") == receiver]
    except grafana_api.ClientError as error:
        return f"whom Grafana's own notification policy names; it cannot be read: {grafana_api.message(error)}"
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
    of_files = {rule["folderUID"] for rule in _known_rules(api) if _is_of_files(rule)}  # a folder that Grafana made
    for folder in of_files - wanted.keys():
        wanted[folder] = wanted[bundle.folder["uid"]]
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


def _folder(api: Any, wanted: Json) -> Outcome:
    subject = f"folder {wanted['title']}"
    found = grafana_api.or_none(api.folder.get_folder, wanted["uid"])
    if found is None:
        api.folder.create_folder(wanted["title"], uid=wanted["uid"])
        return Outcome(subject, "created")
    paths = differences.find(wanted, found)
    if paths:
        api.folder.update_folder(wanted["uid"], title=wanted["title"], overwrite=True)
    return _changed(subject, paths)


def _changed(subject: str, paths: Sequence[str]) -> Outcome:
    return Outcome(subject, "updated" if paths else "unchanged", tuple(paths))


def _kept(subject: str, paths: Sequence[str]) -> Outcome:
    """Of something that Grafana takes from files."""
    return Outcome(subject, "kept", ("from files", *paths)) if paths else Outcome(subject, "unchanged")


def _is_of_files(held: Json) -> bool:
    return bool(held.get("provenance") == "file")


def _datasource(api: Any, bundle: Bundle) -> Outcome:
    """The database. Grafana never returns a password, so a password that does not work counts as different."""
    wanted = bundle.datasource
    subject = f"datasource {wanted['name']}"
    secret = {"secureJsonData": {"password": bundle.password}}
    try:
        found = grafana_api.or_none(api.datasource.get_datasource_by_uid, wanted["uid"])
    except grafana_api.ClientError as error:
        # Only admins may see and change datasources. Whoever may ask it is enough, where somebody else made it.
        if not grafana_api.is_status(error, grafana_api.FORBIDDEN) or _database_problem(api, wanted["uid"]):
            raise
        return Outcome(subject, "kept")
    if found is None:
        api.datasource.create_datasource(wanted | secret)
        return Outcome(subject, "created")
    paths = differences.find(wanted, found)
    if found.get("readOnly"):
        return _kept(subject, paths)
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
    except (grafana_api.BadInputError, grafana_api.ServerError) as error:
        answer = error.response if isinstance(error.response, dict) else {}
        if "results" not in answer:
            return grafana_api.message(error)
    result = answer["results"]["A"]
    if result.get("error"):
        return str(result["error"])[:200]
    values = result["frames"][0]["data"]["values"]
    return None if values and values[0] == [True] else "it has no Kiezbox schema of this version (kiezbox migrate)"


def _dashboard(api: Any, wanted: Json, folder_uid: str) -> Outcome:
    """One dashboard. What somebody saves in the same second is overwritten on the second try: the code counts."""
    subject = f"dashboard {wanted['title']}"
    try:
        return _save(api, subject, wanted, folder_uid)
    except grafana_api.ClientError as error:
        if not grafana_api.is_status(error, grafana_api.CONFLICT):
            raise
    try:
        return _save(api, subject, wanted, folder_uid)
    except grafana_api.ClientError as error:
        if not grafana_api.is_status(error, grafana_api.CONFLICT):
            raise
        raise OperatorError(
            f"{subject} was changed in Grafana while it was published: {grafana_api.message(error)}", "publish again"
        ) from error


def _save(api: Any, subject: str, wanted: Json, folder_uid: str) -> Outcome:
    found = grafana_api.or_none(api.dashboard.get_dashboard, wanted["uid"])
    body: Json = {"folderUid": folder_uid, "message": "kiezbox", "overwrite": False}
    if found is None:
        api.dashboard.update_dashboard(body | {"dashboard": wanted | {"id": None}})
        return Outcome(subject, "created")
    paths = differences.find(wanted, found["dashboard"])
    if found["meta"].get("folderUid") != folder_uid:
        paths.append("folder")
    if found["meta"].get("provisioned"):
        return _kept(subject, paths)
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
    if _is_of_files(found):
        return _kept(_contact_name(wanted), paths)
    if paths:
        api.alertingprovisioning.update_contactpoint(wanted["uid"], wanted)
    return _changed(_contact_name(wanted), paths)


def _without(api: Any, found: Json) -> Outcome:
    """A contact point of ours that nobody wants any more."""
    if _is_of_files(found):
        return _kept(_contact_name(found), ["kiezbox dashboards build takes it away"])
    api.alertingprovisioning.delete_contactpoint(found["uid"])
    return Outcome(_contact_name(found), "removed")


def _rules(api: Any, wanted: Json | None) -> Iterator[Outcome]:
    """The group of rules. None: it goes, because others tell people."""
    alerting = api.alertingprovisioning
    there = _known_rules(api)
    subject = f"alert rules {alerts.GROUP} ({len(there if wanted is None else wanted['rules'])})"
    if any(_is_of_files(rule) for rule in there):
        yield _kept(subject, _differing(wanted, there))
    elif wanted is None:
        for rule in there:
            alerting.delete_alertrule(rule["uid"])
        if there:
            yield Outcome(subject, "removed")
    else:
        yield _group(api, subject, wanted, {rule["uid"] for rule in there})


def _known_rules(api: Any) -> list[Json]:
    """Those of our rules that this Grafana has."""
    ours = {alerts.uid(kind) for kind in alerts.RULES}
    return [rule for rule in api.alertingprovisioning.get_alertrules_all() or [] if rule["uid"] in ours]


def _differing(wanted: Json | None, there: Sequence[Json]) -> list[str]:
    """Where rules that Grafana takes from files differ. Their folder is another one there."""
    if wanted is None:
        return ["kiezbox dashboards build takes them away"]
    held = {rule["uid"]: rule for rule in there}
    plain = [{name: value for name, value in rule.items() if name != "folderUID"} for rule in wanted["rules"]]
    return differences.find({rule["uid"]: rule for rule in plain}, held)


def _group(api: Any, subject: str, wanted: Json, known: set[str]) -> Outcome:
    alerting, folder, title = api.alertingprovisioning, wanted["folderUid"], wanted["title"]
    found = grafana_api.or_none(alerting.get_rule_group, folder, title)
    # A rule that still has a receiver, and should have none, differs too.
    full = wanted | {"rules": [{"notification_settings": None} | rule for rule in wanted["rules"]]}
    paths = [] if found is None else differences.find(full, found)
    if found is None or paths:
        # A group may not bring rules that Grafana does not know yet (before 11.5.2): each new one is made by itself.
        for rule in wanted["rules"]:
            if rule["uid"] not in known:
                alerting.create_alertrule(rule)
        alerting.update_rule_group(folder, title, wanted)
    return Outcome(subject, "created") if found is None else _changed(subject, paths)
