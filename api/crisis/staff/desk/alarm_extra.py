"""What the desk says on a call about its alarm: who was told by what, who has read it, who is told next and when."""

from datetime import datetime

from api.crisis.staff.desk.call_lines import Extra
from crisis.alarm import outlook
from crisis.alarm.service import AlarmService
from crisis.state.views import Distress, DistressStatus
from translations.marks import N_
from translations.words import Words

_PAGE = "/crisis/alarms"


def of(service: AlarmService | None, call: Distress, now: datetime, words: Words) -> tuple[Extra, ...]:
    """A line about the alarm of a call that waits; nothing where nobody is told of calls."""
    if service is None or call.status is not DistressStatus.RECEIVED or not service.plan_file.current().people:
        return ()
    found = outlook.of_call(service.speaker, str(call.id))
    if found is None:
        return ()
    told = ", ".join(dict.fromkeys(f"{each.person} ({each.channel})" for each in found.told))
    parts = [words.text(N_("told: %(people)s"), people=told) if told else words.text(N_("nobody was told yet"))]
    if found.seen:
        parts.append(words.text(N_("read by %(people)s"), people=", ".join(each.person for each in found.seen)))
    if found.next is not None and found.next.people:
        # The time and not the seconds: a part of the page that did not change is not sent again.
        at = words.time(found.next.at(now), now)
        parts.append(words.text(N_("next: %(people)s at %(time)s"), people=", ".join(found.next.people), time=at))
    return (Extra(" · ".join(parts), _PAGE, is_urgent=not told),)
