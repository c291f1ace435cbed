"""Events about alarms as text for people: in the history, and as lines of the operation log. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from crisis.alarm import kinds, wording
from crisis.model import alarm_bodies
from crisis.model.alarm_bodies import AlarmBody, ClosedBy, DutyPut, SeenBy
from translations import berlin, catalogues, domains
from translations.marks import N_
from translations.words import Words

DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
CLOSED_BY = {
    ClosedBy.TAKEN: N_("somebody took the call"),
    ClosedBy.OVER: N_("it is over"),
    ClosedBy.WITHDRAWN: N_("the test was ended"),
    ClosedBy.MERGED: N_("merged with another call, whose alarm counts"),
}
SEEN_BY = {
    SeenBy.PAGE: N_("signed in, on the page"),
    SeenBy.LINK: N_("by the link in a message"),
    SeenBy.RADIO: N_("by radio, who it was is not sure"),
}
SORTS = {
    "alarm": N_("alarm"),
    "changed": N_("change"),
    "end": N_("end of the alarm"),
    "count": N_("count of several alarms"),
    "test": N_("test of the channels"),
}
# Why a channel has not taken a message (crisis.alarm.channel); a reason that is not here is shown as it is.
FAILURES = {
    "bad_address": N_("the address is wrong"),
    "failed": N_("it did not take the message"),
    "fault": N_("a fault in the program"),
    "limited": N_("too many messages at once"),
    "no_address": N_("no channel of this node leads there"),
    "no_broker": N_("no connection to the broker"),
    "no_channel": N_("the radio does not know the staff's channel"),
    "no_node": N_("no radio at the serial port"),
    "no_radio": N_("the radio does not answer"),
    "not_heard": N_("nobody on the air heard it"),
    "not_installed": N_("the program for it is missing"),
    "not_sent": N_("the modem has not sent it"),
    "real_only": N_("not for exercises"),
    "redirected": N_("the service has another address now"),
    "rejected": N_("the service refuses us"),
    "timeout": N_("it does not answer"),
    "unreachable": N_("it cannot be reached"),
    "unsure": N_("the node was started anew meanwhile: perhaps it arrived"),
}
# What a node looks at for alarms (crisis.alarm.service); a rule of the database is called as its alarm.
SOURCES = {
    "calls": N_("calls for help"),
    "proposals": N_("proposals of an emergency"),
    "outages": N_("outages"),
    "warnings": N_("official warnings"),
    "duty": N_("rota"),
    "tests": N_("tests of the channels"),
    "held_events": N_("events held back"),
    "seal": N_("seal of the operation log"),
    "certificates": N_("certificates"),
    "plan": N_("plan of alarms"),
    "disk": N_("disk"),
    "channels": N_("channels"),
    "silent_nodes": N_("silent nodes"),
    "sync": N_("comparison of the nodes"),
    "clocks": N_("clocks of the nodes"),
    "hub": N_("connection to the hub"),
    "database": N_("database"),
}
_ID_LENGTH = 30  # an id has 36 characters


def about(body: AlarmBody, words: Words, label: str = "") -> str:
    """What an event is about: its alarm, a person, a channel or an area. `label`: as for `called`."""
    match body:
        case alarm_bodies.AlarmOpened():
            return called(body.alarm, words, body.label)
        case alarm_bodies.DutyPut():
            return body.person
        case alarm_bodies.AlarmsSilenced():
            return _kind(body.kind, words)
        case alarm_bodies.ChannelOpened():
            return body.channel
        case alarm_bodies.DutyRemoved() | alarm_bodies.SilenceEnded():
            return body.area
    return called(body.alarm, words, label)


def called(alarm: str, words: Words, label: str = "") -> str:
    """An alarm as people call it: its kind, and what it is about. `label`: what people call that, when it is known."""
    kind, _, subject = alarm.partition("/")
    if kind == kinds.SOURCE_FAILING:
        node, _, source = subject.partition("/")
        crisis_words = catalogues.words(domains.CRISIS, words.language)
        rule = kinds.KINDS.get(source)
        named = words.text(SOURCES[source]) if source in SOURCES else crisis_words.text(rule.title) if rule else source
        subject, label = f"{named} ({node})", ""
    elif "/" in subject:
        node, _, part = subject.partition("/")
        subject, label = f"{part} ({node})", ""
    elif len(subject) > _ID_LENGTH:  # the beginning of an id tells people nothing
        subject = f"…{subject[-6:]}"
    return f"{_kind(kind, words)}: {label or subject}"


def _kind(kind: str, words: Words) -> str:
    return wording.kind_title(kind, catalogues.words(domains.CRISIS, words.language))


def detail(body: AlarmBody, words: Words) -> str:
    """What belongs to it."""
    match body:
        case alarm_bodies.AlarmSeen():
            return f"{body.person}, {words.text(SEEN_BY[body.by])}"
        case alarm_bodies.AlarmClosed():
            return words.text(CLOSED_BY[body.reason])
        case alarm_bodies.AlarmFailed():
            return f"{body.person}, {body.channel}: {failure(body.reason, words)}"
    find = _DETAILS.get(type(body))
    return "" if find is None else find(body)


_DETAILS: Mapping[type[Any], Callable[[Any], str]] = {
    alarm_bodies.AlarmSent: lambda body: f"{body.person}, {body.channel}",
    alarm_bodies.AlarmsSilenced: lambda body: f"{body.area}, {berlin.time_group(body.until)}: {body.reason}",
    alarm_bodies.ChannelOpened: lambda body: ", ".join(filter(None, (body.place, *body.allows, body.reason))),
    DutyPut: lambda body: body.area,
}


def failure(reason: str, words: Words) -> str:
    """Why a channel has not taken a message, in words."""
    return words.text(FAILURES[reason]) if reason in FAILURES else reason


def line(body: AlarmBody, words: Words) -> str:
    """What the line of the operation log says."""
    match body:
        case alarm_bodies.AlarmSent():
            sort = words.text(SORTS[body.sort]) if body.sort in SORTS else body.sort
            said = words.text(N_("to %(person)s by %(channel)s"), person=body.person, channel=body.channel)
            return f"{called(body.alarm, words)}: {sort}, {said}"
        case alarm_bodies.AlarmFailed():
            said = words.text(N_("to %(person)s by %(channel)s"), person=body.person, channel=body.channel)
            return f"{called(body.alarm, words)}: {said} ({failure(body.reason, words)})"
        case alarm_bodies.AlarmSeen():
            return f"{called(body.alarm, words)}: {body.person}, {words.text(SEEN_BY[body.by])}"
        case alarm_bodies.AlarmClosed():
            return f"{called(body.alarm, words)}: {words.text(CLOSED_BY[body.reason])}"
        case DutyPut():
            return f"{body.person}: {body.area}, {duty_times(body, words)}"
    return ": ".join(filter(None, (about(body, words), detail(body, words))))


def duty_times(put: DutyPut, words: Words, now: datetime | None = None) -> str:
    """When somebody is on duty: "Mon, Tue 18:00-06:00", or from then to then."""
    bounds = [
        (berlin.time_group(at) if now is None else words.time(at, now))
        for at in (put.from_at, put.until_at)
        if at is not None
    ]
    if not put.days:
        return " - ".join(bounds)
    days = ", ".join(words.text(DAYS[day]) for day in sorted(set(put.days)))
    times = f"{days} {put.begins}-{put.ends}"
    return f"{times} ({' - '.join(bounds)})" if bounds else times
