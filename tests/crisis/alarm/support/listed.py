"""A list of alarms as a test says it, and one alarm of each kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crisis.alarm import alarms, kinds
from crisis.alarm.alarms import Alarm
from crisis.alarm.copied import listing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from crisis.alarm.copied.listing import Listed
    from crisis.alarm.kinds import Kind

NOW = datetime.now(UTC).replace(microsecond=0)
_LABELS = {
    "box": "71-03",
    "district": "71",
    "threshold": "25",
    "source": "Richtlinie (EU) 2024/2881",
    "part": "policies",
    "program": "kiezbox maintain",
    "backup": "nightly",
    "name": "tls.pem",
    "channel": "sms",
}


@dataclass
class Said:
    """See copy.Source."""

    open: list[Alarm] = field(default_factory=list)
    quiet: list[Alarm] = field(default_factory=list)
    gathered: list[Alarm] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)
    is_telling: bool = False
    looks: bool = True
    ends: bool = True
    texts: listing.Texts = field(default_factory=listing.Texts)

    def is_looking(self) -> bool:
        return self.looks

    def tells(self) -> bool:
        return self.is_telling

    async def listed(self, before: Collection[str]) -> tuple[Listed, ...]:
        picture = alarms.Picture(tuple(self.open), silenced=tuple(self.quiet), gathered=tuple(self.gathered))
        self.texts.call(self.names)
        return tuple(listing.rows(picture, (), self.texts, before))

    def may_end(self, name: str) -> bool:
        del name
        return self.ends


def example(kind: Kind) -> Alarm:
    """An alarm of this kind, as its source would make it."""
    of_box = "%(box)s" in kind.summary
    of_district = "%(district)s" in kind.summary
    subject, label = ("71-03", "71-03") if of_box else ("71", "") if of_district else ("1", "")
    if kind.name == kinds.DISTRESS:
        subject, label = "0192f3c0-0000-7000-8000-000000000005", "H 17"
    return Alarm(
        kind=kind.name,
        subject=subject,
        opened_at=NOW - timedelta(minutes=5),
        area="71-03" if of_box or kind.name == kinds.DISTRESS else "district-71" if of_district else "all",
        label=label,
        labels=tuple((name, text) for name, text in _LABELS.items() if f"%({name})s" in kind.summary),
        call_kind="medical" if kind.name == kinds.DISTRESS else "",
        value=3.5,
    )
