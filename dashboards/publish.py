"""Pushes the bundle into a Grafana: the only importer of grafana_client. Changes what differs, and says what it did."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grafana_client import api as grafana
from grafana_client import client as their
from niquests import exceptions as transport

from dashboards import differences
from dashboards.bundle import CONTACTS
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboards.bundle import Bundle, Json
    from kiezbox.settings import GrafanaSettings

_NOT_FOUND, _FORBIDDEN, _CONFLICT = 404, 403, 412
_TOKEN_HINT = "set KIEZBOX_GRAFANA_TOKEN to a token of a service account with the role Admin"  # noqa: S105 -- a hint
_TABLE = "SELECT to_regclass('reading_1h') IS NOT NULL AND to_regclass('box_state') IS NOT NULL AS is_kiezbox"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to one thing: `created`, `updated`, `unchanged` or `removed`; and where it had differed."""

    what: str
    action: str
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"  ({', '.join(self.where)})" if self.where else ""
        return f"{self.action:<10} {self.what}{where}"


def publish(bundle: Bundle, settings: GrafanaSettings) -> Iterator[Done]:
    """Bring a Grafana to the bundle, and say each thing once it is done: the same call again changes nothing.

    Raises OperatorError with what to do. What was done before stays done, and the next call goes on from there.
    """
    api = _connect(settings)
    with contextlib.closing(api.client.s), _explained(settings.url):
        yield _folder(api, bundle.folder)
        yield _datasource(api, bundle)
        _prove(api, bundle.datasource)
        for page in bundle.dashboards:
            yield _dashboard(api, page, bundle.folder["uid"])
        known = {entry.get("uid"): entry for entry in api.alertingprovisioning.get_contactpoints() or []}
        for contact in bundle.contacts:
            yield _contact(api, contact, known.get(contact["uid"]))
        yield _rules(api, bundle.rules)
        # After the rules: a contact point that one of them names cannot be deleted.
        for uid in sorted(CONTACTS & known.keys() - {contact["uid"] for contact in bundle.contacts}):
            api.alertingprovisioning.delete_contactpoint(uid)
            yield Done(_contact_name(known[uid]), "removed")


def _connect(settings: GrafanaSettings) -> Any:
    url = urlsplit(settings.url)
    credential: str | tuple[str, str]
    if settings.token is not None:
        credential = settings.token.get_secret_value()
    elif settings.username and settings.password is not None:
        credential = (settings.username, settings.password.get_secret_value())
    else:
        raise OperatorError("Grafana wants to know who publishes", _TOKEN_HINT)
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
def _explained(url: str) -> Iterator[None]:
    """Grafana's refusals as what an operator can act on."""
    try:
        yield
    except their.GrafanaUnauthorizedError as error:
        raise OperatorError(f"Grafana at {url} does not know this token or password", _TOKEN_HINT) from error
    except their.GrafanaTimeoutError as error:
        raise OperatorError(f"Grafana at {url} does not answer in time", "KIEZBOX_GRAFANA_TIMEOUT_SECONDS") from error
    except their.GrafanaServerError as error:
        raise OperatorError(
            f"Grafana at {url} has trouble: {_said(error)}", "its log says more; publish again"
        ) from error
    except their.GrafanaClientError as error:
        hint = _TOKEN_HINT if error.status_code == _FORBIDDEN else "its log says more"
        raise OperatorError(f"Grafana at {url} refuses: {_said(error)}", hint) from error
    except (their.GrafanaException, transport.RequestException) as error:
        raise OperatorError(
            f"Grafana at {url} does not answer: {error}", "is it running? KIEZBOX_GRAFANA_URL"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise OperatorError(f"what answers at {url} is no Grafana: {error}", "KIEZBOX_GRAFANA_URL") from error


def _said(error: their.GrafanaException) -> str:
    told = error.response.get("message") if isinstance(error.response, dict) else error.response
    return f"{error.status_code} {str(told or '')[:200]}".strip()


def _is(error: their.GrafanaException, status: int) -> bool:
    return bool(error.status_code == status)


def _or_none(call: Any, *given: Any) -> Any:
    """What Grafana has, or None when it has none."""
    try:
        return call(*given)
    except their.GrafanaClientError as error:
        if _is(error, _NOT_FOUND):
            return None
        raise


def _folder(api: Any, wanted: Json) -> Done:
    what = f"folder {wanted['title']}"
    there = _or_none(api.folder.get_folder, wanted["uid"])
    if there is None:
        api.folder.create_folder(wanted["title"], uid=wanted["uid"])
        return Done(what, "created")
    where = differences.find(wanted, there)
    if where:
        api.folder.update_folder(wanted["uid"], title=wanted["title"], overwrite=True)
    return _changed(what, where)


def _changed(what: str, where: Sequence[str]) -> Done:
    return Done(what, "updated" if where else "unchanged", tuple(where))


def _datasource(api: Any, bundle: Bundle) -> Done:
    """The database. A password cannot be compared, so one that does not work counts as different."""
    wanted = bundle.datasource
    what = f"datasource {wanted['name']}"
    secret = {"secureJsonData": {"password": bundle.password}}
    there = _or_none(api.datasource.get_datasource_by_uid, wanted["uid"])
    if there is None:
        api.datasource.create_datasource(wanted | secret)
        return Done(what, "created")
    where = differences.find(wanted, there)
    if not where and _trouble(api, wanted["uid"]):
        where = ["password"]
    if where:
        api.datasource.update_datasource_by_uid(wanted["uid"], wanted | secret)
    return _changed(what, where)


def _prove(api: Any, datasource: Json) -> None:
    """That Grafana reaches the database, and that it is one of ours."""
    trouble = _trouble(api, datasource["uid"])
    if trouble:
        raise OperatorError(
            f"Grafana cannot read the database at {datasource['url']}: {trouble}",
            "KIEZBOX_GRAFANA_DATABASE_URL; and has kiezbox_reader its password? docs/dashboards.md",
        )


def _trouble(api: Any, uid: str) -> str | None:
    """Why dashboards would stay empty: what the database says, or that it is another one."""
    query = {"refId": "A", "datasource": {"uid": uid}, "rawSql": _TABLE, "format": "table"}
    body = {"queries": [query], "from": "now-5m", "to": "now"}
    try:
        answer = api.client.POST("/ds/query", json=body)
    except (their.GrafanaBadInputError, their.GrafanaServerError) as error:
        answer = error.response if isinstance(error.response, dict) else {}
        if "results" not in answer:
            return _said(error)
    result = answer["results"]["A"]
    if result.get("error"):
        return str(result["error"])[:200]
    values = result["frames"][0]["data"]["values"]
    return None if values and values[0] == [True] else "it has no Kiezbox schema (kiezbox migrate)"


def _dashboard(api: Any, wanted: Json, folder_uid: str) -> Done:
    """One dashboard. Somebody who saves it in the same second is overwritten on the second try: the code counts."""
    what = f"dashboard {wanted['title']}"
    try:
        return _save(api, what, wanted, folder_uid)
    except their.GrafanaClientError as error:
        if not _is(error, _CONFLICT):
            raise
    try:
        return _save(api, what, wanted, folder_uid)
    except their.GrafanaClientError as error:
        if not _is(error, _CONFLICT):
            raise
        raise OperatorError(
            f"{what} was changed in Grafana while it was published: {_said(error)}", "publish again"
        ) from error


def _save(api: Any, what: str, wanted: Json, folder_uid: str) -> Done:
    there = _or_none(api.dashboard.get_dashboard, wanted["uid"])
    body: Json = {"folderUid": folder_uid, "message": "kiezbox", "overwrite": False}
    if there is None:
        api.dashboard.update_dashboard(body | {"dashboard": wanted | {"id": None}})
        return Done(what, "created")
    where = differences.find(wanted, there["dashboard"])
    if there["meta"].get("folderUid") != folder_uid:
        where.append("folder")
    if where:
        known = {name: there["dashboard"][name] for name in ("id", "version")}
        api.dashboard.update_dashboard(body | {"dashboard": wanted | known})
    return _changed(what, where)


def _contact_name(contact: Json) -> str:
    return f"contact point {contact['name']} ({contact['type']})"


def _contact(api: Any, wanted: Json, there: Json | None) -> Done:
    if there is None:
        api.alertingprovisioning.create_contactpoint(wanted)
        return Done(_contact_name(wanted), "created")
    where = differences.find(wanted, there)
    if where:
        api.alertingprovisioning.update_contactpoint(wanted["uid"], wanted)
    return _changed(_contact_name(wanted), where)


def _rules(api: Any, wanted: Json) -> Done:
    what = f"alert rules {wanted['title']} ({len(wanted['rules'])})"
    there = _or_none(api.alertingprovisioning.get_rule_group, wanted["folderUid"], wanted["title"])
    # A receiver that a rule should not have any more is a difference too.
    full = wanted | {"rules": [{"notification_settings": None} | rule for rule in wanted["rules"]]}
    where = [] if there is None else differences.find(full, there)
    if there is None or where:
        api.alertingprovisioning.update_rule_group(wanted["folderUid"], wanted["title"], wanted)
    return Done(what, "created") if there is None else _changed(what, where)
