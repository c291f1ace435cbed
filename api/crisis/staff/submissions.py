"""What became of a form: done, refused in words, or sent twice."""

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import Request

from crisis.log.errors import Full, NotKept
from crisis.state.rules import Refusal, Why

_REMEMBERED = 1_000
_HIDDEN = {"csrf", "once", "version", "over", "act", "exercise", "confirm_now"}
_STATUS = {
    Why.NOT_ALLOWED: 403,
    Why.BAD_VALUE: 422,
    Why.UNKNOWN: 404,
}
_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that was not taken: which, why in words, and what was typed into it."""

    key: str
    words: str
    status: int = _CONFLICT
    fields: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> list[str]:
        """What somebody typed, for when its form is not on the page any more."""
        return written(self.fields)


def written(fields: Mapping[str, str]) -> list[str]:
    """The texts of a form that a person wrote."""
    return [text for name, text in fields.items() if name not in _HIDDEN and text.strip()]


def refused(key: str, refusal: Refusal, words: Mapping[str, str], fields: Mapping[str, str]) -> Failed:
    """A refusal of the node, in words."""
    text = words[f"why_{refusal.why}"].format(refusal.detail).strip()
    return Failed(key, text, _STATUS.get(refusal.why, _CONFLICT), fields)


def not_kept(key: str, error: NotKept, words: Mapping[str, str], fields: Mapping[str, str]) -> Failed:
    """The disk does not take it."""
    is_full = isinstance(error, Full)
    return Failed(key, words["why_full" if is_full else "why_unwritable"], 507 if is_full else 503, fields)


class Once:
    """Forms by the number that each was rendered with: sent twice, the second gets what became of the first."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._max = remembered
        self._results: OrderedDict[str, asyncio.Future[Failed | str]] = OrderedDict()

    async def do(self, key: str, work: Callable[[], Awaitable[Failed | str]]) -> Failed | str:
        """Do the work, unless the same form did or is doing it. What failed may be sent again."""
        known = self._results.get(key) if key else None
        if known is not None and not _is_failed(known):
            return await asyncio.shield(known)
        task = asyncio.ensure_future(work())
        if key:
            self._results[key] = task
            self._results.move_to_end(key)
            while len(self._results) > self._max:
                self._results.popitem(last=False)
        # Whoever leaves while we write must not leave it half done, nor have it done twice by coming back.
        return await asyncio.shield(task)


def _is_failed(work: asyncio.Future[Failed | str]) -> bool:
    if not work.done():
        return False
    return work.cancelled() or work.exception() is not None or isinstance(work.result(), Failed)


def once_of(request: Request) -> Once:
    """The forms of this application."""
    state = request.app.state
    if not hasattr(state, "staff_forms"):
        state.staff_forms = Once()
    found: Once = state.staff_forms
    return found


def new_number() -> str:
    """A number for a form."""
    return uuid.uuid4().hex
