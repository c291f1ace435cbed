"""The bundle as files from which Grafana provisions itself. The YAML files hold JSON, which is valid YAML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dashboards import alerts
from dashboards.bundle import CONTACTS

if TYPE_CHECKING:
    from pathlib import Path

    from dashboards.bundle import Bundle

# Grafana expands environment variables in these files, so the password is never in them.
READER_VARIABLE = "KIEZBOX_GRAFANA_READER_PASSWORD"
DASHBOARDS_FOLDER = "/etc/grafana/provisioning/dashboards"


def contents(bundle: Bundle) -> dict[str, str]:
    """The text of each file by its path below Grafana's provisioning folder."""
    datasource = _escaped(bundle.datasource) | {"secureJsonData": {"password": f"${READER_VARIABLE}"}}
    alerting: dict[str, Any] = {"apiVersion": 1, "groups": []}
    if bundle.rules is None:  # without this, a Grafana that had them once would keep them
        uids = [alerts.uid(kind) for kind in alerts.RULES]
        alerting["deleteRules"] = [{"orgId": 1, "uid": uid} for uid in uids]
    else:
        alerting["groups"].append(
            {
                "orgId": 1,
                "name": alerts.GROUP,
                # Grafana finds a folder of rules by its title and makes it with a uid of its own, while it finds those
                # of dashboards by their uid: with one title for both, there would be two folders of that title.
                "folder": bundle.alerts_title,
                "interval": f"{bundle.rules['interval']}s",
                "rules": [_rule(rule) for rule in bundle.rules["rules"]],
            }
        )
    kept = {contact["uid"] for contact in bundle.contacts}
    if gone := sorted(CONTACTS - kept):  # Grafana removes them after the rules, and does not mind if it never had one
        alerting["deleteContactPoints"] = [{"orgId": 1, "uid": uid} for uid in gone]
    if bundle.contacts:
        receivers = [{name: entry[name] for name in entry if name != "name"} for entry in bundle.contacts]
        alerting["contactPoints"] = [{"orgId": 1, "name": bundle.contacts[0]["name"], "receivers": _escaped(receivers)}]
    made = {
        "datasources/kiezbox.yaml": {"apiVersion": 1, "datasources": [datasource]},
        "dashboards/kiezbox.yaml": {
            "apiVersion": 1,
            "providers": [_provider(bundle.folder), _provider(bundle.public_folder)],
        },
        "alerting/kiezbox.yaml": alerting,
    }
    for folder, dashboards in ((bundle.folder, bundle.dashboards), (bundle.public_folder, bundle.public)):
        made |= {f"dashboards/{folder['uid']}/{dashboard['uid']}.json": dashboard for dashboard in dashboards}
    return {
        path: json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n" for path, value in made.items()
    }


def write(bundle: Bundle, folder: Path) -> list[tuple[str, str]]:
    """Write the files that differ, and take away dashboards that lie elsewhere now.

    Returns for each file `created`, `updated`, `unchanged` or `removed`, and its path.
    """
    done = [("removed", path) for path in _moved(bundle, folder)]
    for path, text in contents(bundle).items():
        file = folder / path
        before = file.read_text(encoding="utf-8") if file.is_file() else None
        if before == text:
            done.append(("unchanged", path))
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        done.append(("created" if before is None else "updated", path))
    return done


def _moved(bundle: Bundle, folder: Path) -> list[str]:
    """Dashboards that an earlier version wrote into the other folder: Grafana would find their uid twice."""
    there = [f"dashboards/{bundle.folder['uid']}/{dashboard['uid']}.json" for dashboard in bundle.public]
    found = [path for path in there if (folder / path).is_file()]
    for path in found:
        (folder / path).unlink()
    return found


def _provider(folder: dict[str, Any]) -> dict[str, Any]:
    """What tells Grafana to read the dashboards of a folder."""
    return {
        "name": folder["uid"],
        "type": "file",
        "folder": folder["title"],
        "folderUid": folder["uid"],
        "disableDeletion": True,
        "allowUiUpdates": False,
        "options": {"path": f"{DASHBOARDS_FOLDER}/{folder['uid']}"},
    }


# Fields of a rule that Grafana takes as they are; in all others it replaces variables ($labels would become nothing).
# pkg/services/provisioning/alerting/rules_types.go of 9.4 to 13: annotations and the models of queries are raw, but for
# `${NAME}` in annotations of the newest, which ours never have.
_RAW = frozenset({"annotations", "data"})


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as it stands in a file, where its group and folder are given once for all."""
    named = {name: value for name, value in rule.items() if name not in {"ruleGroup", "folderUID"}}
    written = {name: value if name in _RAW else _escaped(value) for name, value in named.items()}
    panel = rule["annotations"]
    return written | {"dashboardUid": panel["__dashboardUid__"], "panelId": int(panel["__panelId__"])}


def _escaped(value: Any) -> Any:
    """The value with each dollar doubled: for fields in which Grafana replaces environment variables."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(inner) for inner in value]
    return value
