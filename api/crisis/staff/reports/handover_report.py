"""The hand-over of a shift (Übergabe): what happened since, and what waits for whoever comes. Pure."""

from datetime import timedelta

from api.crisis.staff import labels
from api.crisis.staff.reports import situation_report, work_items
from api.crisis.staff.reports.phrases import Phrases
from api.crisis.staff.reports.sheets import Item, Look, Section
from api.crisis.staff.reports.situation_report import Material
from crisis.model.log_bodies import EntrySort, Priority
from crisis.state.power import sentence
from crisis.state.views import Distress
from translations import berlin, catalogues, domains
from translations.marks import N_

SOON = timedelta(hours=12)
_JUDGED = {EntrySort.ASSESSMENT, EntrySort.DECISION, EntrySort.ORDER}
_MODES, _POINTS = {"mode_set", "mode_proposed"}, {"point_put", "point_closed"}
_NO_ENTRY = N_("No entry in the operation log.")
_OPEN = N_("open")
_AS_OF = N_("As of")
_FROM, _TO, _NODE = N_("Handed over by"), N_("Taken over by"), N_("Node")
_EXERCISE = N_("EXERCISE")
_CLOSED_BY = N_("closed by %(name)s")


def of(made: Material, *, taker: str, remarks: str, is_first: bool) -> list[Section]:
    """The hand-over of whoever made the material to `taker`, "" while nobody has signed."""
    text = made.phrases.words.text
    parts = [
        (N_("1 Calls for help"), _calls(made)),
        (N_("2 Incidents"), _incidents(made)),
        (N_("3 Tasks due within 12 hours"), _tasks(made)),
        (N_("4 Assessments, decisions, orders"), _of_sorts(made)),
        (N_("5 Immediate and flash messages"), _urgent(made)),
        (N_("6 Power"), _power(made)),
        (N_("7 Mode"), _events(made, _MODES, N_("No mode was set or proposed."))),
        (N_("8 Places of help: what changed"), _events(made, _POINTS, N_("No place of help was changed."))),
        (N_("9 Notices that end within 12 hours"), _notices(made)),
        (N_("10 Batteries of boxes"), situation_report.batteries(made.node, made.phrases)),
        (N_("11 Remarks"), [Item(remarks.strip()) if remarks.strip() else Item(text(_OPEN), Look.OPEN)]),
    ]
    return [_head(made, taker, is_first=is_first), *(Section(text(title), items) for title, items in parts)]


def _head(made: Material, taker: str, *, is_first: bool) -> Section:
    text, since = made.phrases.words.text, berlin.time_group(made.recent.since)
    begun = N_("No earlier hand-over of yours: the last 12 hours, since %(time)s")
    rows = [
        f"{text(_FROM)}: {made.by}",
        f"{text(_TO)}: {taker or text(_OPEN)}",
        f"{text(_AS_OF)}: {berlin.time_group(made.phrases.now)}",
        f"{text(_NODE)}: {made.node.name}",
        text(begun if is_first else N_("Since the last hand-over, %(time)s"), time=since),
        "" if made.recent.is_all else text(N_("There were more entries than fit in here: see the operation log.")),
    ]
    return Section("", [Item(row) for row in rows if row])


def _calls(made: Material) -> list[Item]:
    phrases, since = made.phrases, made.recent.since
    known = made.node.state.distresses()
    new = [call for call in known if call.received.at >= since]
    closed = [call for call in known if any(step.act.at >= since for step in call.closed)]
    said = N_("%(new)s new, %(closed)s closed, %(open)s open")
    numbers = phrases.words.text(said, new=len(new), closed=len(closed), open=len(made.calls))
    return [
        Item(numbers),
        phrases.sub(N_("Open")),
        *phrases.listed([phrases.call(each) for each in made.calls], N_("No open call for help.")),
        phrases.sub(N_("Closed since then")),
        *phrases.listed([_closed(call, phrases) for call in closed], N_("None.")),
    ]


def _closed(call: Distress, phrases: Phrases) -> Item:
    step, text = call.closed[-1], phrases.words.text
    drill = f"{text(_EXERCISE)} " if call.is_exercise else ""
    kind = text(labels.DISTRESS_KINDS[call.call.kind])
    by = text(_CLOSED_BY, name=step.act.actor)
    said = f"{call.label} {drill}{kind}, {by}, {phrases.words.time(step.act.at, phrases.now)}"
    return phrases.point(f"{said.strip()}: {step.text}" if step.text else said.strip())


def _incidents(made: Material) -> list[Item]:
    phrases, state, since = made.phrases, made.node.state, made.recent.since
    closed = [each for each in state.incidents.all() if each.closed is not None and each.closed.at >= since]
    done = [phrases.point(f"{each.label} {each.content.title}: {each.content.outcome}") for each in closed]
    return [
        *work_items.incidents(state, phrases)[1:],
        phrases.sub(N_("Closed since then")),
        *phrases.listed(done, N_("None.")),
    ]


def _tasks(made: Material) -> list[Item]:
    state, phrases = made.node.state, made.phrases
    found = work_items.due(state, phrases.now + SOON)
    return work_items.tasks(found, state, phrases, N_("No task is due within 12 hours."))


def _of_sorts(made: Material) -> list[Item]:
    return made.phrases.entries([line for line in made.recent.entries if line.entry.sort in _JUDGED], _NO_ENTRY)


def _urgent(made: Material) -> list[Item]:
    found = [line for line in made.recent.entries if line.entry.priority is not Priority.ROUTINE]
    return made.phrases.entries(found, _NO_ENTRY)


def _power(made: Material) -> list[Item]:
    phrases, outages = made.phrases, made.lage.outages
    words = catalogues.words(domains.CRISIS, phrases.words.language)
    over = [
        phrases.point(sentence.of(each, words, phrases.now))
        for each in made.node.power_survey().outages
        if each.until is not None and each.until >= made.recent.since
    ]
    now = [phrases.point(each.text(phrases.words, phrases.now)) for each in (*outages.lines, *outages.unsure)]
    return phrases.listed([*now, *over], N_("No outage is known."))


def _events(made: Material, kinds: set[str], nothing: str) -> list[Item]:
    return made.phrases.entries([line for line in made.recent.lines if line.event_kind in kinds], nothing)


def _notices(made: Material) -> list[Item]:
    return situation_report.notices(made.node, made.phrases, made.phrases.now + SOON)
