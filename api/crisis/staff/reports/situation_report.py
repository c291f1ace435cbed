"""The situation report (Lagebericht) in the order of the briefing. Pure.

Everything but the judgement comes from the log and the state of the node. Each number stands with its age, and what is
known, presumed and open stands apart (FwDV/DV 100, 3.3.1.3).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.crisis.residents import situation
from api.crisis.staff import labels
from api.crisis.staff.desk import named_areas
from api.crisis.staff.desk.call_lines import CallLine
from api.crisis.staff.lage.contents import Lage
from api.crisis.staff.overview import Outages
from api.crisis.staff.reports import work_items
from api.crisis.staff.reports.phrases import Phrases
from api.crisis.staff.reports.recent import Recent
from api.crisis.staff.reports.sheets import Item, Look, Section
from crisis.model.areas import EVERYWHERE
from crisis.model.contents import GERMAN
from crisis.model.log_bodies import EntrySort, Quality, StaffFunction
from crisis.node import Node
from crisis.state.views import DistressStatus
from devices.readings import Mode
from translations import berlin
from translations.marks import N_

SPAN = timedelta(hours=12)  # whose entries are in it
_LOW = timedelta(hours=12)
_JUDGED = {EntrySort.ASSESSMENT, EntrySort.DECISION, EntrySort.ORDER}
_TOLD = {EntrySort.SITUATION, EntrySort.MESSAGE}
_NO_ENTRY = N_("No entry in the operation log.")
_OPERATION = N_("Operation")
_OPEN = N_("open")
_AS_OF = N_("As of")
_AREA = N_("Area")
_MADE_BY = N_("Report by")
_NODE = N_("Node")
_MODE_HERE = N_("Mode here")
_EXERCISE = N_("EXERCISE")
_NOTHING_WAS_EVER_DECIDED = N_("nothing was ever decided")
_WHOLE_CITY = N_("the whole city")
_THE_NEWEST_CAME_AGO = N_("the newest came %(age)s ago")
_PEOPLE_IN_NEED_AS_THE_CALLS_SAY = N_("People in need, as the calls say")
_REPORTS_WITHOUT_AN_ANSWER = N_("Reports without an answer")
_EMPTY_ABOUT = N_("empty about %(time)s")
_EVENTS_THAT_WAIT = N_("events that wait")
_MISSING_HERE = N_("missing here")


@dataclass(frozen=True, slots=True)
class Typed:
    """What people type: everything may be empty, and then the report says "open"."""

    operation: str = ""
    general: str = ""
    assessment: str = ""
    decision: str = ""
    orders: str = ""
    next_briefing: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made from."""

    node: Node
    lage: Lage
    calls: tuple[CallLine, ...]  # all open ones
    recent: Recent
    phrases: Phrases
    by: str
    map_html: str | None = None
    typed: Typed = field(default_factory=Typed)


def of(made: Material) -> list[Section]:
    """The report."""
    return [
        _head(made),
        Section(_title(made, N_("1 General situation")), _general(made)),
        Section(
            _title(made, N_("2 Damage")),
            [*_power(made), *_map(made), *_calls(made), *_incidents(made), *_by_quality(made)],
        ),
        Section(_title(made, N_("3 Own forces")), _own(made)),
        Section(_title(made, N_("4 Information of the public")), _public(made)),
        Section(_title(made, N_("5 Supply (S4)")), _by_function(made, StaffFunction.S4)),
        Section(_title(made, N_("6 Communications (S6)")), _communications(made)),
        Section(_title(made, N_("7 Assessment, decision, orders")), _judgement(made)),
        Section(_title(made, N_("8 Next briefing")), _next(made)),
    ]


def _title(made: Material, text: str) -> str:
    return made.phrases.words.text(text)


def _next(made: Material) -> list[Item]:
    typed = made.typed.next_briefing.strip()
    items = [Item(typed) if typed else Item(made.phrases.words.text(_OPEN), Look.OPEN)]
    return [*items, made.phrases.sub(N_("Briefings of before")), *_by_sort(made, EntrySort.BRIEFING)]


def is_exercise(node: Node) -> bool:
    """Whether an exercise goes on in any area, or a call of a drill is open."""
    drill = any(each.mode is Mode.EMERGENCY and each.exercise for each in node.state.area_modes())
    return drill or any(call.is_exercise for call in node.state.open_distresses())


# -- the parts -------------------------------------------------------------------------------------------------------


def _head(made: Material) -> Section:
    text, phrases = made.phrases.words.text, made.phrases
    area = made.lage.area.name if made.lage.area else "Berlin"
    as_of, is_stale = situation.freshness(made.node, phrases.now)
    heard = text(N_("This node does not hear its hub: what others did since is not in here.")) if is_stale else ""
    if is_stale:
        heard = phrases.aged(heard, as_of)
    rows = [
        f"{text(_OPERATION)}: {made.typed.operation.strip() or text(_OPEN)}",
        f"{text(_AS_OF)}: {berlin.time_group(phrases.now)}",
        f"{text(_AREA)}: {area}",
        f"{text(_MADE_BY)}: {made.by}, {text(_NODE)} {made.node.name}",
        text(N_("Entries since %(time)s"), time=berlin.time_group(made.recent.since)),
        "" if made.recent.is_all else text(N_("There were more entries than fit in here: see the operation log.")),
        heard,
    ]
    return Section("", [Item(row) for row in rows if row])


def _general(made: Material) -> list[Item]:
    phrases, here = made.phrases, made.lage.here
    text = phrases.words.text
    mode = f"{text(_MODE_HERE)}: {text(labels.MODES[here.mode])}"
    if here.exercise:
        mode += f" ({text(_EXERCISE)})"
    mode += f", {phrases.since(here.since)}" if here.since else f" ({text(_NOTHING_WAS_EVER_DECIDED)})"
    items = [Item(mode)]
    names = named_areas.of(made.node).names()
    for each in made.node.state.area_modes():
        if each.mode is Mode.EMERGENCY and each.act is not None:
            drill = f"{text(_EXERCISE)} " if each.exercise else ""
            area = text(_WHOLE_CITY) if each.area == EVERYWHERE else names.get(each.area, each.area)
            said = f"{drill}{text(labels.MODES[each.mode])}: {area}, {phrases.since(each.act.at)}"
            items.append(phrases.point(f"{said}. {each.reason}".strip()))
    return [*items, *phrases.typed(N_("Weather, population"), made.typed.general)]


def _power(made: Material) -> list[Item]:
    phrases, lage = made.phrases, made.lage
    text = phrases.words.text
    pattern = N_("Boxes: {out} without mains power, {on} with, {unknown} not known.")
    counts = text(pattern).format(out=lage.boxes_out, on=lage.boxes_on, unknown=lage.boxes_unknown)
    told = [cell.evidence.told_at for cell in made.node.power_survey().cells if cell.evidence.told_at is not None]
    items = [phrases.sub(N_("Power")), Item(phrases.aged(counts, max(told)) if told else counts)]
    items += _sentences(lage.outages, phrases)
    return items


def _sentences(outages: Outages, phrases: Phrases) -> list[Item]:
    sure = [phrases.point(each.text(phrases.words, phrases.now)) for each in outages.lines]
    if outages.more:
        sure.append(phrases.point(phrases.words.text(N_("… and {} more")).format(outages.more)))
    return sure or [phrases.said(N_("No outage is known."))]


def _map(made: Material) -> list[Item]:
    if made.map_html is None:
        return [made.phrases.said(N_("The map cannot be drawn now: too many others wait for maps."))]
    return [Item(made.map_html, Look.MAP)]


def _calls(made: Material) -> list[Item]:
    phrases, calls, state = made.phrases, made.calls, made.node.state
    text = phrases.words.text
    waiting = [each for each in calls if each.call.status is DistressStatus.RECEIVED]
    closed = [step.act.at for call in state.distresses() for step in call.closed if step.act.at >= made.recent.since]
    newest = max((call.received.at for call in state.distresses()), default=None)
    said = text(
        N_("%(open)s open, %(waiting)s of them waiting; %(closed)s closed since %(time)s"),
        open=len(calls),
        waiting=len(waiting),
        closed=len(closed),
        time=phrases.words.time(made.recent.since, phrases.now),
    )
    if newest is not None:
        said += f"; {text(_THE_NEWEST_CAME_AGO, age=phrases.age(newest))}"
    items = [phrases.sub(N_("Calls for help")), Item(said)]
    if calls:
        kinds = Counter(each.call.call.kind for each in calls)
        of_kind = ", ".join(f"{text(labels.DISTRESS_KINDS[kind])}: {number}" for kind, number in kinds.most_common())
        people = sum(each.call.call.people or 0 for each in calls)
        of_people = f". {text(_PEOPLE_IN_NEED_AS_THE_CALLS_SAY)}: {people}" if people else ""
        items.append(Item(f"{of_kind}{of_people}"))
        items += phrases.listed([phrases.call(each) for each in calls], N_("No open call for help."))
    reports = [each.received.at for each in state.reports() if not each.answers]
    unanswered = f"{text(_REPORTS_WITHOUT_AN_ANSWER)}: {len(reports)}"
    items.append(Item(phrases.aged(unanswered, max(reports)) if reports else unanswered))
    return items


def _by_quality(made: Material) -> list[Item]:
    phrases, entries = made.phrases, [line for line in made.recent.entries if line.entry.sort in _TOLD]
    asked = [line for line in entries if line.text.rstrip().endswith("?")]
    told = [line for line in entries if line not in asked]
    unsure = [phrases.point(each.text(phrases.words, phrases.now)) for each in made.lage.outages.unsure]
    nobody = [phrases.call(each) for each in made.calls if each.is_escalated]
    unsaid = [line for line in told if line.entry.quality is None]
    facts = [line for line in told if line.entry.quality in {Quality.SEEN, Quality.TOLD}]
    presumed = [line for line in told if line.entry.quality is Quality.PRESUMED]
    return [
        phrases.sub(N_("Facts (seen oneself, or told by others)")),
        *phrases.entries(facts, _NO_ENTRY),
        phrases.sub(N_("Presumptions")),
        *(phrases.listed(unsure, "") if unsure else []),
        *(phrases.entries(presumed, _NO_ENTRY) if presumed or not unsure else []),
        phrases.sub(N_("Open questions")),
        *(phrases.listed(nobody, "") if nobody else []),
        *(phrases.entries(asked, _NO_ENTRY) if asked or not nobody else []),
        phrases.sub(N_("How it is known was not said")),
        *phrases.entries(unsaid, _NO_ENTRY),
    ]


def _incidents(made: Material) -> list[Item]:
    return work_items.incidents(made.node.state, made.phrases)


def _own(made: Material) -> list[Item]:
    phrases, state = made.phrases, made.node.state
    text = phrases.words.text
    points = [each for each in state.points() if each.closed is None]
    items = [*work_items.units(state, phrases), phrases.sub(N_("Places of help"))]
    said = []
    for each in points:
        content = each.content
        name = ", ".join(filter(None, (content.name, text(labels.POINT_KINDS[content.kind]), content.address or "")))
        is_open = {True: N_("open now"), False: N_("not open now"), None: N_("open or not: not known")}[
            content.open_now
        ]
        drill = f"{text(_EXERCISE)} " if content.exercise else ""
        said.append(
            phrases.point(phrases.aged(f"{drill}{name}, {text(is_open)}", content.confirmed_at or each.last.at))
        )
    items += phrases.listed(said, N_("No open place of help is known."))
    items += [phrases.sub(N_("Batteries of boxes")), *batteries(made.node, phrases)]
    items += [phrases.sub(N_("Measures taken")), *_by_sort(made, EntrySort.MEASURE)]
    return [*items, phrases.sub(N_("Personnel (S1)")), *_by_function(made, StaffFunction.S1)]


def batteries(node: Node, phrases: Phrases) -> list[Item]:
    """Boxes that are on battery, the one that is empty first at the top."""
    text = phrases.words.text
    found = [
        each
        for box in node.presence.boxes()
        if (each := node.presence.of(box)) is not None
        and each.status is not None
        and (
            each.status.mains is False
            or (each.hours_left is not None and each.hours_left < _LOW.total_seconds() / 3600)
        )
    ]
    found.sort(key=lambda each: (each.hours_left is None, each.hours_left or 0.0, each.box))
    items = []
    for each in found:
        level = each.status.battery_percent if each.status else None
        charge = text(N_("charge not known")) if level is None else f"{level:.0f} %"
        left = ""
        if each.hours_left is not None:
            empty = (each.status_at or phrases.now) + timedelta(hours=each.hours_left)
            left = f", {text(_EMPTY_ABOUT, time=phrases.words.time(empty, phrases.now))}"
        items.append(phrases.point(phrases.aged(f"{each.box}: {charge}{left}", each.status_at)))
    if not node.is_hub:
        return [phrases.said(N_("Only the hub knows the batteries of boxes."))]
    return phrases.listed(items, N_("No box is known to be on battery."))


def _public(made: Material) -> list[Item]:
    phrases = made.phrases
    items = [phrases.sub(N_("Notices")), *notices(made.node, phrases)]
    return [*items, phrases.sub(N_("Media (S5)")), *_by_function(made, StaffFunction.S5)]


def notices(node: Node, phrases: Phrases, ends_before: datetime | None = None) -> list[Item]:
    """Notices that hold now or later; with `ends_before` only those that end until then."""
    text = phrases.words.text
    items = []
    for each in node.state.notices():
        content = each.content
        is_chosen = ends_before is None or (content.until_at is not None and content.until_at <= ends_before)
        if not each.is_standing(phrases.now) or not is_chosen:
            continue
        until = text(N_("until it is withdrawn"))
        if content.until_at is not None:
            until = text(N_("until %(time)s"), time=phrases.words.time(content.until_at, phrases.now))
        begins = content.from_at or each.published.at
        drill = f"{text(_EXERCISE)} " if content.exercise else ""
        tags = ", ".join(sorted(content.texts))
        said = f"{drill}{content.texts[GERMAN].headline} ({content.area}; {tags})"
        begun = N_("from %(time)s on") if begins > phrases.now else ""
        when = text(begun, time=phrases.words.time(begins, phrases.now)) if begun else phrases.since(begins)
        items.append(phrases.point(f"{said}, {when}, {until}"))
    nothing = N_("No notice holds.") if ends_before is None else N_("No notice ends within 12 hours.")
    return phrases.listed(items, nothing)


def _by_function(made: Material, function: StaffFunction) -> list[Item]:
    found = [line for line in made.recent.entries if line.entry.function is function]
    return made.phrases.entries(found, _NO_ENTRY)


def _by_sort(made: Material, sort: EntrySort) -> list[Item]:
    return made.phrases.entries([line for line in made.recent.entries if line.entry.sort is sort], _NO_ENTRY)


def _communications(made: Material) -> list[Item]:
    phrases, node = made.phrases, made.node
    text = phrases.words.text
    peers = []
    for name, peer in sorted(node.peers.items()):
        state = text(N_("silent") if peer.is_silent else N_("connected"))
        waits = f"{text(_EVENTS_THAT_WAIT)}: {peer.waiting}, {text(_MISSING_HERE)}: {peer.missing}"
        peers.append(phrases.point(phrases.aged(f"{name}: {state}, {waits}", peer.heard_at)))
    items = [phrases.sub(N_("Nodes")), *phrases.listed(peers, N_("No other node was heard of."))]
    if node.is_hub:
        found = [each for box in node.presence.boxes() if (each := node.presence.of(box)) is not None]
        away = [each for each in found if not each.is_reachable]
        said = text(N_("Boxes: %(reachable)s of %(all)s reachable"), reachable=len(found) - len(away), all=len(found))
        heard = max((each.heard_at for each in found), default=None)
        items += [phrases.sub(N_("Boxes")), Item(phrases.aged(said, heard) if found else said)]
        cut_off = [phrases.point(phrases.aged(each.box, each.since or each.heard_at)) for each in away]
        items += [phrases.sub(N_("Cut off")), *phrases.listed(cut_off, N_("No box is known to be cut off."))]
    return [*items, phrases.sub(N_("Entries (S6)")), *_by_function(made, StaffFunction.S6)]


def _judgement(made: Material) -> list[Item]:
    phrases, typed = made.phrases, made.typed
    judged = [line for line in made.recent.entries if line.entry.sort in _JUDGED]
    return [
        *phrases.typed(N_("Assessment"), typed.assessment),
        *phrases.typed(N_("Decision"), typed.decision),
        *phrases.typed(N_("Orders"), typed.orders),
        phrases.sub(N_("Open tasks")),
        *work_items.tasks(work_items.open_tasks(made.node.state), made.node.state, phrases, N_("No task is open.")),
        phrases.sub(N_("From the operation log")),
        *phrases.entries(judged, _NO_ENTRY),
    ]
