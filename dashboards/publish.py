"""Pushes the bundle into a Grafana: the only importer of grafana_client. Changes what differs, and says what it did."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from grafana_client import api as grafana
from grafana_client import client as their
from niquests import exceptions as transport

from dashboards import differences
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.bundle import Bundle, Json
    from kiezbox.settings import GrafanaSettings

_NOT_FOUND, _FORBIDDEN, _CONFLICT = 404, 403, 412
_TOKEN_HINT = "set KIEZBOX_GRAFANA_TOKEN to a token of a service account with the role Admin"  # noqa: S105 -- a hint
_TABLE = "SELECT to_regclass('reading_1h') IS NOT NULL AND to_regclass('box_state') IS NOT NULL AS is_kiezbox"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to one thing: `created`, `updated` or `unchanged`; and where it had differed."""

    what: str
    action: str
    where: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"  ({', '.join(self.where)})" if self.where else ""
        return f"{self.action:<10} {self.what}{where}"


@dataclass(slots=True)
class _Work:
    api: Any  # the library ships few types
    done: list[Done] = field(default_factory=list)

    def note(self, what: str, action: str, where: list[str] | None = None) -> None:
        self.done.append(Done(what, action, tuple(where or ())))


def publish(bundle: Bundle, settings: GrafanaSettings) -> list[Done]:
    """Bring a Grafana to the bundle: the same call again changes nothing.

    Raises OperatorError with what to do. What was done before stays done, and the next call goes on from there.
    """
    work = _Work(_connect(settings))
    with contextlib.closing(work.api.client.s), _explained(settings.url):
        _folder(work, bundle.folder)
        _datasource(work, bundle)
        for page in bundle.dashboards:
            _dashboard(work, page, bundle.folder["uid"])
        for contact in bundle.contacts:
            _contact(work, contact)
        _rules(work, bundle.rules)
    return work.done


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


def _folder(work: _Work, wanted: Json) -> None:
    what = f"folder {wanted['title']}"
    there = _or_none(work.api.folder.get_folder, wanted["uid"])
    if there is None:
        work.api.folder.create_folder(wanted["title"], uid=wanted["uid"])
        work.note(what, "created")
        return
    where = differences.find(wanted, there)
    if where:
        work.api.folder.update_folder(wanted["uid"], title=wanted["title"], overwrite=True)
    work.note(what, "updated" if where else "unchanged", where)


def _datasource(work: _Work, bundle: Bundle) -> None:
    """The database, and proof that Grafana reaches it and that it is one of ours. A password cannot be compared."""
    wanted = bundle.datasource
    what = f"datasource {wanted['name']}"
    secret = {"secureJsonData": {"password": bundle.password}}
    there = _or_none(work.api.datasource.get_datasource_by_uid, wanted["uid"])
    if there is None:
        work.api.datasource.create_datasource(wanted | secret)
        work.note(what, "created")
    else:
        where = differences.find(wanted, there)
        trouble = None if where else _trouble(work, wanted["uid"])
        if trouble:
            where = ["password"]
        if where:
            work.api.datasource.update_datasource_by_uid(wanted["uid"], wanted | secret)
        work.note(what, "updated" if where else "unchanged", where)
    trouble = _trouble(work, wanted["uid"])
    if trouble:
        raise OperatorError(
            f"Grafana cannot read the database at {wanted['url']}: {trouble}",
            "KIEZBOX_GRAFANA_DATABASE_URL; and has kiezbox_reader its password? docs/dashboards.md",
        )


def _trouble(work: _Work, uid: str) -> str | None:
    """Why dashboards would stay empty: what the database says, or that it is another one."""
    query = {"refId": "A", "datasource": {"uid": uid}, "rawSql": _TABLE, "format": "table"}
    body = {"queries": [query], "from": "now-5m", "to": "now"}
    try:
        answer = work.api.client.POST("/ds/query", json=body)
    except (their.GrafanaBadInputError, their.GrafanaServerError) as error:
        answer = error.response if isinstance(error.response, dict) else {}
        if "results" not in answer:
            return _said(error)
    result = answer["results"]["A"]
    if result.get("error"):
        return str(result["error"])[:200]
    values = result["frames"][0]["data"]["values"]
    return None if values and values[0] == [True] else "it has no Kiezbox schema (kiezbox migrate)"


def _dashboard(work: _Work, wanted: Json, folder_uid: str) -> None:
    """One dashboard. Somebody who saves it in the same second is overwritten on the second try: the code counts."""
    what = f"dashboard {wanted['title']}"
    for attempt in (1, 2):
        there = _or_none(work.api.dashboard.get_dashboard, wanted["uid"])
        where: list[str] = []
        body: Json = {
            "dashboard": wanted | {"id": None},
            "folderUid": folder_uid,
            "message": "kiezbox",
            "overwrite": False,
        }
        if there is not None:
            where = differences.find(wanted, there["dashboard"])
            if there["meta"].get("folderUid") != folder_uid:
                where.append("folder")
            if not where:
                work.note(what, "unchanged")
                return
            body["dashboard"] = wanted | {"id": there["dashboard"]["id"], "version": there["dashboard"]["version"]}
        try:
            work.api.dashboard.update_dashboard(body)
        except their.GrafanaClientError as error:
            if not _is(error, _CONFLICT):
                raise
            if attempt == 2:  # noqa: PLR2004 -- the last of the two
                raise OperatorError(
                    f"{what} was changed in Grafana while it was published: {_said(error)}", "publish again"
                ) from error
            continue
        work.note(what, "created" if there is None else "updated", where)
        return


def _contact(work: _Work, wanted: Json) -> None:
    what = f"contact point {wanted['name']} ({wanted['type']})"
    known = {entry.get("uid"): entry for entry in work.api.alertingprovisioning.get_contactpoints() or []}
    there = known.get(wanted["uid"])
    if there is None:
        work.api.alertingprovisioning.create_contactpoint(wanted)
        work.note(what, "created")
        return
    where = differences.find(wanted, there)
    if where:
        work.api.alertingprovisioning.update_contactpoint(wanted["uid"], wanted)
    work.note(what, "updated" if where else "unchanged", where)


def _rules(work: _Work, wanted: Json) -> None:
    what = f"alert rules {wanted['title']} ({len(wanted['rules'])})"
    there = _or_none(work.api.alertingprovisioning.get_rule_group, wanted["folderUid"], wanted["title"])
    where = [] if there is None else differences.find(wanted, there)
    if there is None or where:
        work.api.alertingprovisioning.update_rule_group(wanted["folderUid"], wanted["title"], wanted)
    work.note(what, "created" if there is None else "updated" if where else "unchanged", where)
