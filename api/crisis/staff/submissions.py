"""What became of a form that staff sent: done, rejected with a reason, or sent twice."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import JSONResponse

from api.crisis import deps, refusals
from api.crisis.auth.principal import Principal
from api.crisis.deps import CrisisDeps
from api.crisis.memory.submissions import Outcome, RejectedForm
from api.crisis.refusals import PageRefusalError, Row
from api.crisis.staff import labels, rendering
from api.http import forms, negotiation
from crisis.log.errors import NotKept
from crisis.model.commands import AnyCommand
from crisis.state.rules import Refusal
from translations.words import Words

_NUMBER = "once"  # the hidden field with the form's number
_NUMBER_MAX = 64  # characters
_NOT_TYPED = {"csrf", _NUMBER, "version", "over", "act", "exercise", "confirm_now"}
# They never go back into a page.
_SECRET = {"password", "old", "new", "again", "code"}

Work = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it arrived. `key` says which form of its page it is."""

    request: Request
    principal: Principal
    fields: Mapping[str, str]
    key: str

    @property
    def deps(self) -> CrisisDeps:
        """The crisis part that serves the form."""
        return deps.CRISIS_DEPS(self.request)

    @property
    def words(self) -> Words:
        """The words in the reader's language."""
        return rendering.words_of(self.request)

    async def once(self, work: Work) -> Outcome:
        """The outcome of `work`, which is done once for each form, however often that is sent.

        `work` returns what was done, or raises PageRefusalError, Full or Unwritable.
        """

        async def settled() -> Outcome:
            try:
                return await work()
            except PageRefusalError as refused:
                return self.reject(refused.row, refused.about)
            except NotKept as error:
                return self.reject(refusals.TABLE[refusals.not_kept(error)])

        number = self.fields.get(_NUMBER, "")[:_NUMBER_MAX]
        key = f"{self.principal.account} {self.key} {number}" if number else ""
        return await self.deps.submissions.once(key, settled)

    async def act(self, command: AnyCommand, done: str) -> str:
        """Let the node act. Returns `done`; raises PageRefusalError, Full, Unwritable."""
        found = await self.deps.node.act(command, self.principal.actor)
        if isinstance(found, Refusal):
            raise PageRefusalError(found.why, found.detail)
        return done

    @property
    def is_scripted(self) -> bool:
        """Whether the script of the desk sent it, which stays on its page."""
        return negotiation.is_named(negotiation.preferences(self.request.headers.get("accept")), "application/json")

    def said(self, outcome: Outcome) -> JSONResponse:
        """What became of it, for the script: `done` or `refused`, as people read it."""
        headers = {"Cache-Control": "no-store"}
        if isinstance(outcome, RejectedForm):
            return JSONResponse({"refused": outcome.message}, outcome.status, headers=headers)
        return JSONResponse({"done": self.words.text(labels.OUTCOMES[outcome])}, headers=headers)

    def reject(self, row: Row, about: object = "", *, with_fields: bool = True) -> RejectedForm:
        """The form with the reason in the reader's language; without its fields where they hold a password."""
        message = self.words.text(labels.REFUSALS[row.text]).format(about).strip()
        return RejectedForm(self.key, message, row.status, self.fields if with_fields else {})


async def read(request: Request, principal: Principal, key: str) -> Submission:
    """The form of a request. Raises Problem 413 or 422 for a body that is not a form of ours."""
    return Submission(request, principal, await forms.read(request), key)


def typed_texts(fields: Mapping[str, str]) -> list[str]:
    """The texts that somebody typed, for when their form is not on the page any more."""
    return [text for name, text in fields.items() if name not in _NOT_TYPED | _SECRET and text.strip()]


def new_number() -> str:
    """A number for a form that is being rendered."""
    return uuid.uuid4().hex
