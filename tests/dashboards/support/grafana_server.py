"""A server on loopback that answers as Grafana's documented HTTP API does, for what `publish` uses of it.

Folders, data sources, dashboards and alert provisioning: https://grafana.com/docs/grafana/latest/developers/http_api/
"""

from __future__ import annotations

import contextlib
import copy
import json
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "glsa_right"
Answer = tuple[int, Any]


@dataclass
class Grafana:
    """What this Grafana stores, and how tests make it misbehave."""

    url: str = ""
    folders: dict[str, Any] = field(default_factory=dict)
    datasources: dict[str, Any] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    dashboards: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)
    contacts: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    failing: int | None = None  # answers everything with this status
    refusal: tuple[int, str] | None = None  # answers a save of a dashboard with this
    slow: threading.Event | None = None  # each answer waits for this event
    rivals: int = 0  # before so many of the next saves, somebody else saves the dashboard
    database: str = "kiezbox"  # or `empty`, or `refused`
    version: str | None = "13.2.3"
    is_strict: bool = False  # as before 11.5.2: a group may not bring rules that are not there yet
    is_editor: bool = False  # the token may not see or change datasources
    policy: str = "grafana-default-email"
    teams: dict[str, int] = field(default_factory=lambda: {"Lage": 4})
    permissions: dict[str, Any] = field(default_factory=dict)
    right_password: str = "secret"

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """The status and the JSON of one request."""
        if self.failing is not None:
            return self.failing, {"message": "Something went wrong"}
        head, _, rest = path.removeprefix("/api/").partition("/")
        if method != "GET" and head != "ds":
            self.writes.append(f"{method} {path}")
        makers = {
            "folders": self._folders,
            "datasources": self._datasources,
            "dashboards": self._dashboards,
            "v1": self._alerting,
            "ds": self._query,
            "health": lambda *_: (200, {"database": "ok"} | ({"version": self.version} if self.version else {})),
            "frontend": lambda *_: (200, {"buildInfo": {}}),
            "teams": lambda *_: (200, {"teams": [{"id": n, "name": name} for name, n in self.teams.items()]}),
        }
        if head not in makers:
            return 404, {"message": "Not found"}
        return makers[head](method, rest, body)

    def _folders(self, method: str, uid: str, body: Any) -> Answer:
        if uid.endswith("/permissions"):
            return self._permissions(method, uid.removesuffix("/permissions"), body)
        if method == "POST":
            if body["uid"] in self.folders:
                return 412, {"message": "a folder with the same uid already exists", "status": "name-exists"}
            self.folders[body["uid"]] = {"id": len(self.folders) + 1, "version": 1, "hasAcl": False, **body}
            return 200, self.folders[body["uid"]]
        if uid not in self.folders:
            return 404, {"message": "folder not found", "status": "not-found"}
        if method == "PUT":
            if not body.get("overwrite") and body.get("version") != self.folders[uid]["version"]:
                return 412, {"message": "the folder has been changed by someone else", "status": "version-mismatch"}
            self.folders[uid]["title"] = body["title"]
            self.folders[uid]["version"] += 1
        return 200, self.folders[uid]

    def _permissions(self, method: str, folder: str, body: Any) -> Answer:
        """What is not in a request goes. A folder begins with what its maker, editors and viewers may."""
        if folder not in self.folders:
            return 404, {"message": "folder not found", "status": "not-found"}
        if method == "POST":
            self.permissions[folder] = body["items"]
            return 200, {"message": "Folder permissions updated"}
        maker, editors, viewers = (
            {"userId": 1, "permission": 4},
            {"role": "Editor", "permission": 2},
            {"role": "Viewer", "permission": 1},
        )
        held = self.permissions.get(folder, [maker, editors, viewers])
        return 200, [{"userId": 0, "teamId": 0, "uid": folder, "inherited": False, **each} for each in held]

    def take_from_files(self) -> None:
        """As if all that it holds came from files: the folder of its rules is another one there."""
        self.folders["made"] = {"uid": "made", "title": "Kiezbox: Alarme"}
        for held in self.datasources.values():
            held["readOnly"] = True
        for held in self.dashboards.values():
            held["meta"]["provisioned"] = True
        for contact in self.contacts.values():
            contact["provenance"] = "file"
        for rule in self.rules.values():
            rule |= {"folderUID": "made", "provenance": "file"}
        self.groups = {"made kiezbox": self.groups["kiezbox kiezbox"]}

    def _datasources(self, method: str, rest: str, body: Any) -> Answer:
        if method == "POST":
            if any(known["name"] == body["name"] for known in self.datasources.values()):
                return 409, {"message": "data source with the same name already exists"}
            return self._store(body)
        uid = rest.removeprefix("uid/")
        if self.is_editor:
            return 403, {"message": "You'll need additional permissions to perform this action"}
        if uid not in self.datasources:
            return 404, {"message": "Data source not found"}
        return self._store(body) if method == "PUT" else (200, self.datasources[uid])

    def _store(self, body: Any) -> Answer:
        secret = body.pop("secureJsonData", {})
        self.passwords[body["uid"]] = secret.get("password", "")
        version = self.datasources.get(body["uid"], {}).get("version", 0) + 1
        kept = {"id": 7, "orgId": 1, "readOnly": False, "basicAuth": False, "version": version, **body}
        self.datasources[body["uid"]] = kept | {"secureJsonFields": {"password": True}}
        return 200, {"datasource": self.datasources[body["uid"]], "message": "Datasource added"}

    def _dashboards(self, method: str, rest: str, body: Any) -> Answer:
        if method == "GET":
            uid = rest.removeprefix("uid/")
            if uid not in self.dashboards:
                return 404, {"message": "Dashboard not found"}
            return 200, self.dashboards[uid]
        if self.refusal is not None:
            return self.refusal[0], {"message": self.refusal[1]}
        wanted, uid = body["dashboard"], body["dashboard"]["uid"]
        held = self.dashboards.get(uid)
        if self.rivals > 0 and held is not None:
            self.rivals -= 1
            self.edit(uid)
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        if held is not None and not body.get("overwrite") and wanted.get("version") != held["dashboard"]["version"]:
            return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        version = 1 if held is None else held["dashboard"]["version"] + 1
        number = len(self.dashboards) + 1 if held is None else held["dashboard"]["id"]
        stored = {**wanted, "id": number, "version": version}
        self.dashboards[uid] = {"dashboard": stored, "meta": {"folderUid": body["folderUid"], "slug": uid}}
        return 200, {"id": number, "uid": uid, "status": "success", "version": version, "slug": uid, "url": f"/d/{uid}"}

    def edit(self, uid: str, title: str = "Mein Titel") -> None:
        """What happens when somebody saves a dashboard in the browser."""
        stored = self.dashboards[uid]["dashboard"]
        stored["panels"][1]["title"] = title
        stored["version"] += 1

    def _alerting(self, method: str, rest: str, body: Any) -> Answer:
        kind, _, name = rest.removeprefix("provisioning/").partition("/")
        makers = {
            "contact-points": self._contact_points,
            "policies": lambda *_: (200, {"receiver": self.policy}),
            "alert-rules": self._rule,
            "folder": self._group,
        }
        return makers[kind](method, name, body)

    def _contact_points(self, method: str, name: str, body: Any) -> Answer:
        if method == "GET":
            return 200, list(self.contacts.values())
        if method == "DELETE":
            return self._forget(name)
        self.contacts[body.get("uid") or name] = {**body, "provenance": "api"}
        return 202, self.contacts[body["uid"]]

    def _group(self, method: str, name: str, body: Any) -> Answer:
        uid = name.replace("/rule-groups/", " ")
        if method == "GET":
            return (200, self.groups[uid]) if uid in self.groups else (404, {"message": "rule group not found"})
        if name.split("/", maxsplit=1)[0] not in self.folders:
            return 400, {"message": "folder not found"}
        fresh = {rule["uid"] for rule in body["rules"]} - self.rules.keys()
        if self.is_strict and fresh:
            return 500, {"message": f"failed to update rule with UID {min(fresh)} because could not find alert rule"}
        rules = [{"id": index, "orgID": 1, "provenance": "api", **rule} for index, rule in enumerate(body["rules"])]
        self.rules = {rule["uid"]: rule for rule in rules}
        for rule in rules:
            if not rule["isPaused"]:
                del rule["isPaused"]  # Go leaves out what is empty
        self.groups[uid] = {**body, "rules": rules}
        return 200, self.groups[uid]

    def _rule(self, method: str, uid: str, body: Any) -> Answer:
        if method == "POST":
            self.rules[body["uid"]] = body
            group = self.groups.setdefault(
                f"{body['folderUID']} {body['ruleGroup']}", {"title": body["ruleGroup"], "rules": []}
            )
            group["rules"].append({"id": 1, **body})
            return 201, body
        if not uid:
            return 200, list(self.rules.values())
        if uid not in self.rules:
            return 404, {"message": "alert rule not found"}
        if method == "DELETE":
            del self.rules[uid]
            for group in self.groups.values():
                group["rules"] = [rule for rule in group["rules"] if rule["uid"] != uid]
            return 204, None
        return 200, self.rules[uid]

    def _forget(self, uid: str) -> Answer:
        used = {
            rule["notification_settings"]["receiver"]
            for group in self.groups.values()
            for rule in group["rules"]
            if rule.get("notification_settings")
        }
        named = [known for known, contact in self.contacts.items() if contact["name"] == self.contacts[uid]["name"]]
        if named == [uid] and self.contacts[uid]["name"] in used:
            return 409, {"message": "contact point is currently used by a notification policy"}
        del self.contacts[uid]
        return 202, {"message": "contactpoint deleted"}

    def _query(self, _method: str, _rest: str, body: Any) -> Answer:
        uid = body["queries"][0]["datasource"]["uid"]
        if self.passwords.get(uid) != self.right_password:
            error = "db query error: pq: password authentication failed for user"
            return 400, {"results": {"A": {"error": error, "status": 400}}}
        if self.database == "refused":
            return 400, {
                "results": {"A": {"error": "dial tcp 127.0.0.1:1: connect: connection refused", "status": 400}}
            }
        frames = [{"schema": {"fields": [{"name": "is_kiezbox"}]}, "data": {"values": [[self.database == "kiezbox"]]}}]
        return 200, {"results": {"A": {"status": 200, "frames": frames}}}


@contextlib.contextmanager
def serving() -> Iterator[Grafana]:
    """A Grafana that listens on a free loopback port while the block runs."""
    state = Grafana()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: with two, each answer waits 40 ms for the client's ack

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if state.slow is not None:
                state.slow.wait(60)
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, answer = 401, {"message": "Invalid API key"}
            else:
                with lock:
                    status, answer = copy.deepcopy(state.answer(self.command, urlsplit(self.path).path, body))
            written = b"" if status == HTTPStatus.NO_CONTENT else json.dumps(answer).encode()
            with contextlib.suppress(OSError):  # the client may have given up
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 -- names of http.server

        def log_message(self, *_args: object) -> None:  # tests read assertions
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        if state.slow is not None:
            state.slow.set()
        server.shutdown()
        thread.join()
        server.server_close()
