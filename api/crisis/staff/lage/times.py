"""The times that one may go to from the page: links that work without a script, and what a slider needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from api.crisis.memory.moments import AS_OF, KNOWN
from api.http import times
from crisis.model import event_bodies
from crisis.state.picture import Known, PastPicture
from translations import berlin

PATH = "/crisis/lage"
_STEPS = (
    ("24 h", timedelta(hours=24)),
    ("6 h", timedelta(hours=6)),
    ("1 h", timedelta(hours=1)),
    ("15 min", timedelta(minutes=15)),
)
_TWICE = timedelta(hours=1)  # apart are the two hours of the same name when the clocks go back
_SPAN = timedelta(hours=24)  # of the slider


@dataclass(frozen=True, slots=True)
class Step:
    """A link to another moment."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Range:
    """What the slider goes over, in ms since 1970."""

    first: int
    last: int
    value: int


class Times:
    """Where the page stands in time. `past` None: now."""

    def __init__(self, view: str, now: datetime, past: PastPicture | None, known: Known = Known.YES) -> None:
        self._view = view
        self._now = now
        self._past = past
        self._shown = now if past is None else past.at
        self.known = known if past is None else past.known

    @property
    def is_past(self) -> bool:
        """Whether the page shows the past."""
        return self._past is not None

    @property
    def count(self) -> int:
        """How many events of the log the page is made from."""
        return 0 if self._past is None else self._past.count

    @property
    def begins_at(self) -> datetime | None:
        """When the log begins."""
        return None if self._past is None else self._past.begins_at

    def at(self, view: str) -> str:
        """The address of another part of the city, at the same moment."""
        return _address(view, None if self._past is None else self._past.at, self.known)

    @property
    def back(self) -> tuple[Step, ...]:
        """Steps back from what is shown."""
        return tuple(Step(f"\N{MINUS SIGN}{label}", self._to(self._before(step))) for label, step in _STEPS)

    @property
    def forward(self) -> tuple[Step, ...]:
        """Steps forward from what is shown, as far as now."""
        found = [(label, self._shown + step) for label, step in reversed(_STEPS)]
        return tuple(Step(f"+{label}", self._to(at)) for label, at in found if at < self._now)

    @property
    def operation_log(self) -> str:
        """The address of the operation log at the moment that is shown."""
        return f"/crisis/tagebuch?{urlencode({AS_OF: times.write(self._shown)})}"

    @property
    def to_now(self) -> str:
        """The address of now. Whoever goes back in time again finds it as before: as it was known, or as it was."""
        return _address(self._view, None, self.known)

    @property
    def shown(self) -> datetime:
        """The moment that is shown."""
        return self._shown

    @property
    def twin(self) -> str:
        """The address of the hour in which the clocks show the same time once more; "" for times that come once."""
        if not self.is_past or not berlin.comes_twice(self._shown):
            return ""
        return self._to(self._shown + (_TWICE if berlin.is_summer_time(self._shown) else -_TWICE))

    @property
    def other_way(self) -> str:
        """The same moment as it was, instead of as it was known; or the other way round."""
        return _address(self._view, self._shown, Known.NO if self.known is Known.YES else Known.YES)

    @property
    def range(self) -> Range:
        """The last day; a day around what is shown when that is longer ago."""
        first = self._now - _SPAN if self._now - self._shown < _SPAN else self._before(_SPAN / 2)
        ms = event_bodies.milliseconds
        return Range(ms(first), ms(first + _SPAN), ms(self._shown))

    @property
    def pattern(self) -> str:
        """What an address of any moment begins with: the script adds the moment."""
        return f"{PATH}?{urlencode({'view': self._view, KNOWN: self.known})}&{AS_OF}="

    def _before(self, step: timedelta) -> datetime:
        try:
            return self._shown - step
        except OverflowError:  # the calendar begins there
            return self._shown

    def _to(self, at: datetime) -> str:
        return _address(self._view, at, self.known)


def _address(view: str, at: datetime | None, known: Known) -> str:
    query = {"view": view}
    if at is not None:
        query[AS_OF] = times.write(at)
    if at is not None or known is not Known.YES:
        query[KNOWN] = known
    return f"{PATH}?{urlencode(query)}"
