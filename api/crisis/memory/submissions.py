"""Staff's forms by the number that each was rendered with: one that is sent twice is done once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

_FORMS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class RejectedForm:
    """A form that was not accepted: which one, why (for the reader), and what was typed into it."""

    key: str
    message: str
    status: int
    fields: Mapping[str, str] = field(default_factory=dict)


Outcome = RejectedForm | str  # a string names what was done
Work = Callable[[], Awaitable[Outcome]]


class Submissions:
    """The outcomes of the last forms, at most `forms_max` of them. A rejected form may be sent again."""

    def __init__(self, forms_max: int = _FORMS_MAX) -> None:
        self._max = forms_max
        self._outcomes: OrderedDict[str, asyncio.Future[Outcome]] = OrderedDict()

    async def once(self, key: str, work: Work) -> Outcome:
        """The outcome of `work`; or that of the same form's first run, if that is under way or was accepted.

        With an empty key the work is always done.
        """
        known = self._outcomes.get(key) if key else None
        if known is not None and not _may_repeat(known):
            return await asyncio.shield(known)
        task = asyncio.ensure_future(work())
        if key:
            self._outcomes[key] = task
            self._outcomes.move_to_end(key)
            while len(self._outcomes) > self._max:
                self._outcomes.popitem(last=False)
        # A client that goes away while we write must not leave it half done, nor have it done twice by coming back.
        return await asyncio.shield(task)

    def __len__(self) -> int:
        return len(self._outcomes)


def _may_repeat(work: asyncio.Future[Outcome]) -> bool:
    if not work.done():
        return False
    return work.cancelled() or work.exception() is not None or isinstance(work.result(), RejectedForm)
