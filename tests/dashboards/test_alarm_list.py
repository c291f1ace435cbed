"""Alerts of Grafana and our own alarms are one list: the same names, limits, texts, runbook; nobody is told twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import pytest

from api.crisis.runbook import routes as runbook
from api.crisis.staff.alarms import alarm_views
from crisis.alarm import kinds, wording
from crisis.alarm.alarms import Alarm
from crisis.alarm.copied import copy
from crisis.alarm.sources import of_database
from dashboards import alerts, bundle
from kiezbox import sql
from kiezbox.settings import GrafanaSettings
from storage.migrate import Tier
from tests.crisis.alarm.support.listed import Said, example
from tests.dashboards.support import all_queries, macros, sample_data
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from crisis.alarm.kinds import Kind
    from kiezbox.db import Pool
    from translations.words import Words

LOG = UUID(int=1)
LANGUAGES: tuple[Literal["de", "en"], ...] = ("de", "en")
ASKED = [kind for kind in kinds.ALERTS if kind.rule is not None and kind.name != kinds.HUB_SILENT]
LISTED = [kind for kind in kinds.ALERTS if kind.name != kinds.HUB_SILENT]
NAMES = {"district-71": "Schöneberg"}


def words(tag: str, domain: domains.Domain = domains.CRISIS) -> Words:
    return catalogues.words(domain, languages.find(tag) or languages.GERMAN)


async def told(pool: Pool, kind: Kind, tag: str = "de", *, instead: bool = False) -> list[dict[str, Any]]:
    """What the rule of this kind alerts of."""
    asked = alerts.statement(kind, words(tag, domains.DASHBOARDS), instead=instead)
    now = datetime.now(UTC)
    rows = await pool.fetch(macros.expand(asked, macros.View(now, now)))
    return [dict(row) for row in rows if row["number"] > alerts.bound(kind)]


async def stop(pool: Pool, minutes: float = 4) -> None:
    """The hub has brought nothing for so long."""
    await pool.execute("UPDATE alarm_list SET looked_at = now() - $1 * INTERVAL '1 minute'", minutes)


def rendered(text: str, row: dict[str, Any], figure: float = 0) -> str:
    """A template of Grafana, as far as ours use it."""
    text = re.sub(r"\{\{ if gt \$values\.A\.Value 1\.0 \}\}(.*)\{\{ else \}\}(.*)\{\{ end \}\}", r"\2", text)
    text = re.sub(
        r"\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ end \}\}",
        lambda found: found[2].replace("{{ . }}", row[found[1]]) if row[found[1]] else "",
        text,
    )
    text = re.sub(
        r"\{\{ reReplaceAll \"\[\{\]count\[\}\]\" \(printf \"%\.0f\" \$values\.A\.Value\) (\$labels\.\w+) \}\}",
        r"{{ \1 }}",
        text,
    ).replace("{count}", "12")
    text = re.sub(
        r"\{\{ (?:reReplaceAll \"\[\.\]\" \"(.)\" )?\(?printf \"%\.(\d)f\" \$values\.C\.Value\)? \}\}",
        lambda found: f"{figure:.{found[2]}f}".replace(".", found[1] or "."),
        text,
    )
    text = text.replace("{{ humanizeDuration $values.C.Value }}", f"{figure:.0f}s")
    return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: row[found[1]], text)


# -- names, limits, texts, runbook -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("kind", kinds.ALERTS, ids=lambda kind: kind.name)
def test_both_lists_have_the_same_name_and_runbook(kind: Kind, tag: Literal["de", "en"]) -> None:
    made = bundle.make(GrafanaSettings(language=tag), "https://hub.example")
    rule = next(rule for rule in made.rule_list if rule["uid"] == alerts.uid(kind))
    title = wording.kind_title(kind.name, words(tag))
    page = runbook.page(tag)

    assert rule["title"] == title
    link = alarm_views.runbook_of(example(kind))
    assert rule["annotations"]["runbook_url"] == f"https://hub.example{link}"
    assert f'<h2 id="{link.partition("#")[2]}">' in page
    assert f"<strong>{title}" in page


@pytest.mark.slow
@pytest.mark.parametrize("tag", LANGUAGES)
async def test_both_lists_have_the_same_texts_of_every_kind(pool: Pool, tag: Literal["de", "en"]) -> None:
    await pool.execute("INSERT INTO district (id, name) VALUES (113, 'Schöneberg')")
    said = Said([example(kind) for kind in LISTED], names=NAMES)
    await copy.write(LOG, said, pool)
    rules = {rule["uid"]: rule for rule in bundle.make(GrafanaSettings(language=tag)).rule_list}

    for kind in LISTED:
        alarm = example(kind)
        (row,) = await told(pool, kind, tag)
        annotations = rules[alerts.uid(kind)]["annotations"]
        message = wording.alarm(alarm, words(tag), datetime.now(UTC), names=NAMES)
        assert row["alarm"] == alarm.name
        assert rendered(annotations["summary"], row, 7.25).startswith(message.title), kind.name
        assert rendered(annotations["description"], row) == message.lines[1].text, kind.name
        assert wording.title_of(alarm, words(tag), NAMES) == message.title  # the page of alarms


@pytest.mark.slow
async def test_what_no_hub_has_judged_is_judged_worded_and_named_as_the_hub_does(pool: Pool) -> None:
    """Of each kind that asks the database: the same alerts with the same labels, whether a hub says so or not."""
    async with pool.connection() as connection:
        await trouble(connection)
    await copy.write(LOG, Said(), pool)
    await stop(pool)
    said = Said(names={"district-72": "Mitte"})
    alone: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for kind in ASKED:
        alone |= {(kind.name, tag): await told(pool, kind, tag) for tag in LANGUAGES}
        if kind.origin is kinds.Origin.DATABASE:
            rows = [dict(row) for row in await pool.fetch(sql.load("crisis.alarm.sources", kind.name))]
            holding = of_database.Holding(begun=frozenset({f"{kind.name}/many"}))
            said.open += holding.alarms(kind, rows, datetime.now(UTC), 0)
    await copy.write(LOG, said, pool)

    for kind in ASKED:
        if kind.origin is not kinds.Origin.DATABASE:
            continue
        assert alone[kind.name, "de"], kind.name
        for tag in LANGUAGES:
            assert key(alone[kind.name, tag]) == key(await told(pool, kind, tag)), kind.name


def key(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """By what Grafana knows alerts: their labels."""
    return sorted(tuple(row[label] for label in alerts.LABELS) for row in rows)


async def trouble(connection: Any) -> None:
    """A city of two districts in which everything that the database knows of is wrong; 72 has a name, 71 has none."""
    now = datetime.now(UTC)
    await sample_data.fill(connection, now, 2, 3_600)
    await connection.execute("INSERT INTO district (id, name) VALUES (114, 'Mitte')")
    for statement in (
        "UPDATE latest SET value = 40 FROM series WHERE series.id = latest.series AND quantity LIKE 'temperature%'",
        "UPDATE latest SET received_at = now() - INTERVAL '20 minutes'",
        "UPDATE message_ledger SET messages_stored = messages_stored + 1",
        "UPDATE backup SET succeeded_at = now() - INTERVAL '9 days'",
        "UPDATE limit_value SET threshold = 1 WHERE quantity IN ('pm2_5', 'pm10')",
    ):
        await connection.execute(statement)


# -- nobody is told twice, and nobody is forgotten ---------------------------------------------------------------------

CALL = UUID(int=5)
BACKUP = Alarm(kind="backup", subject="nightly", opened_at=datetime.now(UTC), label="nightly")


async def a_call_and_a_backup(pool: Pool) -> None:
    """A call for help that waits, and a backup that was not made."""
    await pool.execute(
        "INSERT INTO crisis_event (id, node, at, actor, kind, body) VALUES ($1, 'hub', now() - INTERVAL '5 minutes',"
        " 'resident', 'distress_received', '{\"kind\": \"help\", \"number\": 1}')",
        CALL,
    )
    await pool.execute(
        "INSERT INTO backup (name, every, noted_at, succeeded_at)"
        " VALUES ('nightly', INTERVAL '1 day', now() - INTERVAL '30 days', now() - INTERVAL '9 days')"
    )


@pytest.mark.slow
async def test_what_kiezbox_itself_tells_grafana_leaves_out_as_long_as_the_hub_does(pool: Pool) -> None:
    kind = kinds.KINDS["battery"]
    said = Said([example(kind)], is_telling=True)
    await copy.write(LOG, said, pool)
    while_telling = await told(pool, kind, instead=True), await told(pool, kind, instead=False)
    said.is_telling = False  # its channels fail, or somebody took them out of the plan
    await copy.write(LOG, said, pool)

    assert [len(rows) for rows in while_telling] == [0, 1]
    assert len(await told(pool, kind, instead=True)) == 1


@pytest.mark.slow
async def test_a_call_is_told_by_grafana_when_the_hub_is_gone_whoever_was_told_before(pool: Pool) -> None:
    """And of the hub's silence; what the hub told of before it went is not told again."""
    await a_call_and_a_backup(pool)
    distress, silent, backup = (kinds.KINDS[name] for name in ("distress", "hub_silent", "backup"))
    call = Alarm(kind="distress", subject=str(CALL), opened_at=datetime.now(UTC))
    await copy.write(LOG, Said([call, BACKUP], is_telling=True), pool)
    before = [await told(pool, kind, instead=True) for kind in (distress, silent, backup)]
    await stop(pool)

    assert before == [[], [], []]
    assert [row["alarm"] for row in await told(pool, distress, instead=True)] == [f"distress/{CALL}"]
    assert [row["alarm"] for row in await told(pool, silent, instead=True)] == ["hub_silent/hub"]
    assert await told(pool, backup, instead=True) == []
    await stop(pool, minutes=62)
    assert [row["alarm"] for row in await told(pool, backup, instead=True)] == ["backup/nightly"]


@pytest.mark.slow
async def test_before_a_hub_ever_ran_grafana_asks_the_database_and_misses_no_hub(pool: Pool) -> None:
    await a_call_and_a_backup(pool)

    for name, alarms_of_it in (("backup", 1), ("distress", 1), ("hub_silent", 0)):
        assert len(await told(pool, kinds.KINDS[name], instead=True)) == alarms_of_it


@pytest.mark.slow
async def test_a_call_that_the_list_does_not_have_is_no_alert_and_one_is_told_after_two_minutes(pool: Pool) -> None:
    """As one that was merged: which calls are one only the list knows."""
    await a_call_and_a_backup(pool)
    now = datetime.now(UTC)
    fresh = Alarm(kind="distress", subject="b", opened_at=now, label="H 2")
    old = Alarm(kind="distress", subject="a", opened_at=now - timedelta(seconds=121), label="H 1", exercise=True)
    await copy.write(LOG, Said([fresh, old]), pool)

    (row,) = await told(pool, kinds.KINDS["distress"])
    assert row["title"] == "ÜBUNG Hilferuf H 1"


def batteries(*boxes: str) -> list[Alarm]:
    return [Alarm(kind="battery", subject=box, opened_at=datetime.now(UTC), area=box, label=box) for box in boxes]


@pytest.mark.slow
async def test_what_gathers_many_is_one_alert_and_the_box_s_page_shows_each(pool: Pool) -> None:
    kind, now = kinds.KINDS["battery"], datetime.now(UTC)
    many = Alarm(kind="battery", subject="many", opened_at=now, area="district-71", count=7)
    said = Said([many], gathered=batteries("71-01", "71-02"))
    await copy.write(LOG, said, pool)
    panel = next(query for query in all_queries.PANELS if str(query) == "box/alarms").with_codes()

    assert [row["number"] for row in await told(pool, kind)] == [7]
    assert [row["alarm"] for row in await pool.fetch(panel.sql(now, Tier.PLAIN, box="71-02"))] == ["battery"]
