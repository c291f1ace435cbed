"""Events about alarms as text for people: in the history, and as lines of the operation log. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from crisis.model import alarm_bodies
from crisis.model.alarm_bodies import AlarmBody, ClosedBy, DutyPut, SeenBy
from translations import berlin
from translations.marks import N_
from translations.words import Words

DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
CLOSED_BY = {
    ClosedBy.TAKEN: N_("somebody took the call"),
    ClosedBy.OVER: N_("it is over"),
    ClosedBy.WITHDRAWN: N_("the test was ended"),
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


def about(body: AlarmBody) -> str:
    """What an event is about, without words of a language."""
    match body:
        case alarm_bodies.AlarmOpened():
            return body.label or short(body.alarm)
        case alarm_bodies.DutyPut():
            return body.person
        case alarm_bodies.AlarmsSilenced():
            return body.kind
        case alarm_bodies.ChannelOpened():
            return body.channel
        case alarm_bodies.DutyRemoved() | alarm_bodies.SilenceEnded():
            return body.area
    return short(body.alarm)


def short(alarm: str) -> str:
    """An alarm's name, without the beginning of an id, which tells people nothing."""
    kind, _, subject = alarm.partition("/")
    return f"{kind} …{subject[-6:]}" if len(subject) > 30 else alarm  # noqa: PLR2004 -- an id has 36 characters


def detail(body: AlarmBody) -> str:
    """What belongs to it, without words of a language."""
    find = _DETAILS.get(type(body))
    return "" if find is None else find(body)


_DETAILS: Mapping[type[Any], Callable[[Any], str]] = {
    alarm_bodies.AlarmSent: lambda body: f"{body.person}, {body.channel}",
    alarm_bodies.AlarmFailed: lambda body: f"{body.person}, {body.channel}: {body.reason}",
    alarm_bodies.AlarmSeen: lambda body: ", ".join(filter(None, (body.person, body.by, body.channel))),
    alarm_bodies.AlarmClosed: lambda body: body.reason,
    alarm_bodies.AlarmsSilenced: lambda body: f"{body.area}, {berlin.time_group(body.until)}: {body.reason}",
    alarm_bodies.ChannelOpened: lambda body: ", ".join(filter(None, (body.place, *body.allows, body.reason))),
    DutyPut: lambda body: body.area,
}


def line(body: AlarmBody, words: Words) -> str:
    """What the line of the operation log says."""
    match body:
        case alarm_bodies.AlarmSent():
            sort = words.text(SORTS[body.sort]) if body.sort in SORTS else body.sort
            said = words.text(N_("to %(person)s by %(channel)s"), person=body.person, channel=body.channel)
            return f"{short(body.alarm)}: {sort}, {said}"
        case alarm_bodies.AlarmFailed():
            said = words.text(N_("to %(person)s by %(channel)s"), person=body.person, channel=body.channel)
            return f"{short(body.alarm)}: {said} ({body.reason})"
        case alarm_bodies.AlarmSeen():
            return f"{short(body.alarm)}: {body.person}, {words.text(SEEN_BY[body.by])}"
        case alarm_bodies.AlarmClosed():
            return f"{short(body.alarm)}: {words.text(CLOSED_BY[body.reason])}"
        case DutyPut():
            return f"{body.person}: {body.area}, {duty_times(body, words)}"
    return ": ".join(filter(None, (about(body), detail(body))))


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
