"""The moment of the past that an address names: `?as_of=2026-11-30T12:30:00Z&known=no`."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import TypeAdapter

from api.crisis import refusals
from api.crisis.memory.pasts import Pasts
from api.crisis.refusals import Reason
from api.http import times
from crisis.state.picture import Known, PastPicture
from translations import berlin

AS_OF, KNOWN = "as_of", "known"  # as addresses name them
_WITH_ZONE: TypeAdapter[datetime] = TypeAdapter(times.TimeInput)
_AHEAD = timedelta(seconds=5)  # a clock may be ahead of ours by so much: that is now
_SHOWN_MAX = 40  # characters of what was typed, in the sentence that refuses it
# What the log does not hold, and nobody can know of the past, by the name that it has in answers.
NOT_IN_LOG = ("reachable", "battery", "values", "nodes")

_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")


@dataclass(frozen=True, slots=True)
class AskedMoment:
    """What an address says of the moment that it wants to see. `as_of` None: now."""

    as_of: str | None = None
    known: str = Known.YES

    @property
    def is_past(self) -> bool:
        """Whether it is not now that is wanted."""
        return bool(self.as_of and self.as_of.strip())

    def keeping(self, shown: str) -> "AskedMoment":
        """This, as a form asks for it. What it holds unchanged is the moment that its page showed, to the second.

        Of an hour that comes twice when the clocks go back a form's field does not say which it is.
        """
        try:
            at = _WITH_ZONE.validate_python(shown)
        except ValueError:
            return self
        is_same = self.as_of is not None and self.as_of.strip() == f"{berlin.local(at):%Y-%m-%dT%H:%M}"
        return replace(self, as_of=shown) if is_same else self

    @property
    def as_known(self) -> Known:
        """How the past is shown to whoever goes back from here; as it was known where the address says nothing else."""
        return Known.NO if self.known == Known.NO else Known.YES


# Not a class: what is not asynchronous is handed to a thread and back for each request.
async def _asked(
    as_of: Annotated[
        str | None,
        Query(
            description="A moment of the past: a time with its zone, or of Berlin's clocks without. Left out: now.",
            examples=["2025-11-23T08:00:00Z"],
        ),
    ] = None,
    known: Annotated[
        str,
        Query(
            description="`yes`: what this node knew then. `no`: what had happened then, whenever it was learnt.",
            examples=["yes"],
        ),
    ] = Known.YES,
) -> AskedMoment:
    return AskedMoment(as_of, known)


Asked = Annotated[AskedMoment, Depends(_asked)]


async def past_of(asked: AskedMoment, pasts: Pasts, now: datetime) -> PastPicture | None:
    """The node at the moment that somebody asks for; None for now. Raises Problem 422, NotKept."""
    if asked.as_of is None or not asked.is_past:
        return None
    return await pasts.at(read(asked.as_of.strip(), now), _known(asked.known))


def read(typed: str, now: datetime) -> datetime:
    """The moment. A time of Berlin's clocks that comes twice is the earlier one. Raises Problem 422."""
    try:
        at = _WITH_ZONE.validate_python(typed)
    except ValueError:
        at = _local(typed)
    if at > now + _AHEAD:
        raise refusals.problem(Reason.IN_THE_FUTURE, typed=typed[:_SHOWN_MAX])
    return min(at, now)


def _local(typed: str) -> datetime:
    if _LOCAL.fullmatch(typed) is None:
        raise refusals.problem(Reason.NOT_A_MOMENT, typed=typed[:_SHOWN_MAX])
    try:
        return berlin.read(typed, is_later=False)
    except berlin.NoSuchTimeError:
        raise refusals.problem(Reason.NO_SUCH_MOMENT, typed=typed[:_SHOWN_MAX]) from None
    except (ValueError, OverflowError):
        raise refusals.problem(Reason.NOT_A_MOMENT, typed=typed[:_SHOWN_MAX]) from None


def _known(typed: str) -> Known:
    try:
        return Known(typed)
    except ValueError:
        raise refusals.problem(Reason.NOT_KNOWN, typed=typed[:_SHOWN_MAX]) from None
