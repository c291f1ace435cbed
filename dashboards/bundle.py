"""Everything that a Grafana gets from us, as values. Pure: the same settings make the same bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from dashboards import alerts, dashboard_list, drawing, queries
from kiezbox.errors import OperatorError
from translations import catalogues, domains
from translations.marks import N_

if TYPE_CHECKING:
    from kiezbox.settings import GrafanaSettings
    from translations.words import Words

FOLDER_UID, PUBLIC_UID = "kiezbox", "kiezbox-public"
FOLDER_TITLE = "Kiezbox"
RUNBOOK_PATH = "/runbook"
RECEIVER = "Kiezbox"
EMAIL_UID, WEBHOOK_UID = "kiezbox-email", "kiezbox-webhook"
CONTACTS = frozenset({EMAIL_UID, WEBHOOK_UID})  # no other contact point is ever removed
_LOCAL = "http://127.0.0.1:8000"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Two folders, the database as a datasource, dashboards, one group of alert rules, and its contact points.

    `dashboards` are in the folder of staff, `public` in that of everybody; `rules` are None where others tell people.
    `alerts_title` names the folder of rules that come from files: see dashboards/files.py.
    """

    folder: Json
    public_folder: Json
    alerts_title: str
    datasource: Json  # without its password
    password: str
    dashboards: tuple[Json, ...]
    public: tuple[Json, ...]
    rules: Json | None
    contacts: tuple[Json, ...]
    instead: bool = False  # the rules leave out what Kiezbox itself tells

    @property
    def rule_list(self) -> list[Json]:
        """The rules; none where others tell people."""
        return [] if self.rules is None else list(self.rules["rules"])


def make(settings: GrafanaSettings, public_url: str = _LOCAL) -> Bundle:
    """The bundle for these settings; `public_url` is the address of our API, which has the runbook.

    Raises OperatorError when the address of the database cannot be used.
    """
    domain = domains.DASHBOARDS
    words = catalogues.words(domain, domain.find(settings.language) or domain.fallback)
    datasource, password = _datasource(settings)
    contacts = _contacts(settings, words)
    receiver = RECEIVER if contacts else None
    target = alerts.Target(
        panels=_panels(),
        folder_uid=FOLDER_UID,
        receiver=receiver,
        runbook_url=settings.runbook_url or public_url.rstrip("/") + RUNBOOK_PATH,
        instead=settings.alert_rules == "instead",
    )
    return Bundle(
        folder={"uid": FOLDER_UID, "title": FOLDER_TITLE},
        public_folder={"uid": PUBLIC_UID, "title": words.text(N_("Kiezbox: air and warmth"))},
        alerts_title=words.text(N_("Kiezbox: alerts")),
        datasource=datasource,
        password=password,
        dashboards=tuple(drawing.draw(each, words) for each in dashboard_list.DASHBOARDS if not each.is_public),
        public=tuple(drawing.draw(each, words) for each in dashboard_list.DASHBOARDS if each.is_public),
        rules={
            "title": alerts.GROUP,
            "folderUid": FOLDER_UID,
            "interval": alerts.EVERY_SECONDS,
            "rules": [alerts.draw(kind, words, target) for kind in alerts.RULES],
        }
        if settings.alert_rules != "never"
        else None,
        contacts=contacts,
        instead=target.instead,
    )


def _panels() -> dict[str, int]:
    """The number of each panel by `<dashboard>/<panel>`."""
    return {
        f"{dashboard.name}/{name}": number
        for dashboard in dashboard_list.DASHBOARDS
        for name, number in drawing.numbers(dashboard).items()
    }


def _datasource(settings: GrafanaSettings) -> tuple[Json, str]:
    url = urlsplit(settings.database_url.get_secret_value())
    database = unquote(url.path.lstrip("/"))
    try:
        port = url.port or 5432
    except ValueError:
        port = 0
    if url.scheme not in {"postgres", "postgresql"} or not url.hostname or not database or not url.username or not port:
        raise OperatorError(
            "KIEZBOX_GRAFANA_DATABASE_URL is no address of a database that Grafana can use",
            "postgresql://kiezbox_reader:PASSWORD@HOST:5432/kiezbox, as Grafana's machine reaches it",
        )
    sslmode = parse_qs(url.query).get("sslmode", ["disable" if url.hostname in _LOOPBACK else "require"])[0]
    made = {
        "uid": queries.DATASOURCE_UID,
        "name": "Kiezbox",
        "type": queries.DATASOURCE_TYPE,
        "access": "proxy",
        "url": f"{url.hostname}:{port}",
        "user": unquote(url.username),
        "isDefault": False,
        "jsonData": {
            "database": database,
            "sslmode": sslmode,
            "postgresVersion": 1500,
            "timescaledb": settings.timescaledb,
            "maxOpenConns": 10,
            "maxIdleConns": 2,
            "connMaxLifetime": 14_400,
        },
    }
    password = settings.reader_password.get_secret_value() if settings.reader_password else ""
    return made, unquote(url.password) if url.password else password


def _subject(words: Words) -> str:
    """Of a mail: what the first alert says, and how many more there are. Grafana's own is English, with every label."""
    all_clear = words.text(N_("All clear"))
    over = f'{{{{ if eq .Status "resolved" }}}}{all_clear}: {{{{ end }}}}'
    more = words.text(N_("%(number)s alerts"), number="{{ len .Alerts }}")
    return f"{over}{{{{ (index .Alerts 0).Annotations.summary }}}}{{{{ if gt (len .Alerts) 1 }}}} ({more}){{{{ end }}}}"


def _contacts(settings: GrafanaSettings, words: Words) -> tuple[Json, ...]:
    made: list[Json] = []
    if settings.alert_emails:
        mail = {"addresses": ";".join(settings.alert_emails), "singleEmail": True, "subject": _subject(words)}
        made.append({"uid": EMAIL_UID, "name": RECEIVER, "type": "email", "settings": mail})
    if settings.alert_webhook:
        hook = {"url": settings.alert_webhook, "httpMethod": "POST"}
        made.append({"uid": WEBHOOK_UID, "name": RECEIVER, "type": "webhook", "settings": hook})
    return tuple(entry | {"disableResolveMessage": False} for entry in made)
