"""What staff send from their pages. Done, it leads back to the desk; refused, the page comes back as it was typed."""

import functools
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps
from api.crisis.auth import accounts as desks
from api.crisis.auth import login_throttle
from api.crisis.auth.access import Visitor
from api.crisis.staff import form_parsing, rendering, sign_in, submissions, texts, views
from api.crisis.staff.page_route import Guest, Page
from api.crisis.staff.submissions import Failed
from api.http import forms
from crisis.accounts import accounts, sessions
from crisis.log.errors import NotKept
from crisis.model import commands
from crisis.model.commands import Command
from crisis.state.rules import Refusal
from crisis.state.views import Notice, Point
from devices.readings import Mode

router = APIRouter(prefix="/crisis/staff", include_in_schema=False, route_class=Page)

_SHEET_AGAIN = Callable[[Failed], Awaitable[Response] | Response]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it arrived."""

    request: Request
    visitor: Visitor
    fields: Mapping[str, str]
    key: str  # which form of its page it is

    @property
    def words(self) -> Mapping[str, str]:
        """The reader's language."""
        return texts.texts(rendering.language_of(self.request))

    def fail(self, words: str, about: str = "", status: int = 422) -> Failed:
        """Not taken, and why."""
        return Failed(self.key, self.words[words].format(about).strip(), status, self.fields)


async def _sent(request: Request, visitor: Visitor, key: str) -> Sent:
    return Sent(request, visitor, await forms.read(request), key)


async def _settle(sent: Sent, work: Callable[[], Awaitable[Failed | str]], back: str) -> Response:
    """Do the work once, and lead back; or show the desk with the form as it was filled in."""
    outcome = await _outcome(sent, work)
    if isinstance(outcome, Failed):
        return await views.desk(sent.request, sent.visitor, outcome)
    return _lead(outcome, back)


async def _outcome(sent: Sent, work: Callable[[], Awaitable[Failed | str]]) -> Failed | str:
    async def kept() -> Failed | str:
        try:
            return await work()
        except NotKept as error:
            return submissions.not_kept(sent.key, error, sent.words, sent.fields)

    number = sent.fields.get("once", "")
    key = f"{sent.visitor.person.name} {sent.key} {number[:64]}" if number else ""
    return await submissions.once_of(sent.request).do(key, kept)


def _lead(done: str, anchor: str) -> Response:
    return RedirectResponse(f"/crisis/staff?done={done}#{anchor}", 303)


async def _act(sent: Sent, command: Command, done: str) -> Failed | str:
    found = await deps.of(sent.request).act(command, sent.visitor.person)
    return submissions.refused(sent.key, found, sent.words, sent.fields) if isinstance(found, Refusal) else done


# -- calls and reports -----------------------------------------------------------------------------------------------


@router.post("/calls/{name}/take")
async def take(request: Request, visitor: Guest, name: UUID) -> Response:
    """I go and help."""
    sent = await _sent(request, visitor, f"take-{name}")
    command = commands.TakeDistress(name, sent.fields.get("note", ""), over="over" in sent.fields)
    return await _settle(sent, functools.partial(_act, sent, command, "take"), f"call-{name}")


@router.post("/calls/{name}/close")
async def close(request: Request, visitor: Guest, name: UUID) -> Response:
    """This is what was done."""
    sent = await _sent(request, visitor, f"close-{name}")
    command = commands.CloseDistress(name, sent.fields.get("outcome", ""))
    return await _settle(sent, functools.partial(_act, sent, command, "close"), "calls")


@router.post("/reports/{name}/answer")
async def answer(request: Request, visitor: Guest, name: UUID) -> Response:
    """Tell the holder of the receipt something."""
    sent = await _sent(request, visitor, f"answer-{name}")
    command = commands.AnswerReport(name, sent.fields.get("text", ""))
    return await _settle(sent, functools.partial(_act, sent, command, "answer"), "reports")


# -- mode ------------------------------------------------------------------------------------------------------------


@router.post("/mode")
async def mode(request: Request, visitor: Guest) -> Response:
    """Propose an emergency, or set a mode."""
    sent = await _sent(request, visitor, "mode")
    area, reason = sent.fields.get("area", "").strip(), sent.fields.get("reason", "")
    exercise = "exercise" in sent.fields
    chosen = sent.fields.get("act", "")

    async def work() -> Failed | str:
        match chosen:
            case "propose":
                return await _act(sent, commands.ProposeEmergency(area, reason, exercise), "propose")
            case Mode.EMERGENCY | Mode.NORMAL | Mode.MAINTENANCE:
                return await _act(sent, commands.SetMode(area, Mode(chosen), reason, exercise), "mode")
        return sent.fail("why_bad_choice", sent.words["to"])

    return await _settle(sent, work, "mode")


@router.post("/mode/confirm/{proposal}")
async def confirm(request: Request, visitor: Guest, proposal: UUID) -> Response:
    """A second person confirms an emergency."""
    sent = await _sent(request, visitor, f"confirm-{proposal}")
    command = commands.ConfirmEmergency(proposal)
    return await _settle(sent, functools.partial(_act, sent, command, "confirm"), "mode")


# -- notices and places of help --------------------------------------------------------------------------------------


async def _sheet(sent: Sent, work: Callable[[], Awaitable[Failed | str]], again: _SHEET_AGAIN, back: str) -> Response:
    outcome = await _outcome(sent, work)
    if isinstance(outcome, str):
        return _lead(outcome, back)
    page = again(outcome)
    return page if isinstance(page, Response) else await page


def _meanwhile(sent: Sent, before: Notice | Point | None) -> Failed | None:
    """Somebody changed it since the form was made: whoever sends it again has seen that."""
    if before is None:
        return None
    last = before.last if isinstance(before, Point) else before.changed
    if sent.fields.get("version", "") == str(last.event):
        return None
    return sent.fail("why_changed_meanwhile", last.actor, 409)


@router.post("/notices/{name}")
async def put_notice(request: Request, visitor: Guest, name: UUID) -> Response:
    """Publish or change a notice."""
    sent = await _sent(request, visitor, "notice")

    async def work() -> Failed | str:
        before = deps.of(request).state.notice(name)
        changed = _meanwhile(sent, before)
        if changed is not None:
            return changed
        try:
            content = form_parsing.notice(sent.fields, None if before is None else before.content)
        except form_parsing.Wrong as wrong:
            return sent.fail(wrong.words, _labelled(sent, wrong))
        return await _act(sent, commands.PutNotice(name, content), "notice")

    return await _sheet(sent, work, functools.partial(views.notice_sheet, request, visitor, name), "notices")


@router.post("/notices/{name}/withdraw")
async def withdraw(request: Request, visitor: Guest, name: UUID) -> Response:
    """Take a notice back."""
    sent = await _sent(request, visitor, "withdraw")
    command = commands.WithdrawNotice(name, sent.fields.get("reason", ""))
    work = functools.partial(_act, sent, command, "withdraw")
    return await _sheet(sent, work, functools.partial(views.notice_sheet, request, visitor, name), "notices")


@router.post("/points/{name}")
async def put_point(request: Request, visitor: Guest, name: UUID) -> Response:
    """Enter or change a place of help; one that was closed is open again."""
    sent = await _sent(request, visitor, "point")
    node = deps.of(request)

    async def work() -> Failed | str:
        before = node.state.point(name)
        changed = _meanwhile(sent, before)
        if changed is not None:
            return changed
        try:
            content = form_parsing.point(sent.fields, None if before is None else before.content, node.now())
        except form_parsing.Wrong as wrong:
            return sent.fail(wrong.words, _labelled(sent, wrong))
        return await _act(sent, commands.PutPoint(name, content), "point")

    return await _sheet(sent, work, functools.partial(views.point_sheet, request, visitor, name), "points")


@router.post("/points/{name}/close")
async def close_point(request: Request, visitor: Guest, name: UUID) -> Response:
    """A place of help is closed."""
    sent = await _sent(request, visitor, "point_close")
    command = commands.ClosePoint(name, sent.fields.get("reason", ""))
    work = functools.partial(_act, sent, command, "point_close")
    return await _sheet(sent, work, functools.partial(views.point_sheet, request, visitor, name), "points")


def _labelled(sent: Sent, wrong: form_parsing.Wrong) -> str:
    """What is wrong, with the name that the field has on the page."""
    name, _, rest = wrong.about.partition(":")
    return f"{sent.words.get(name, name)}{f':{rest}' if rest else ''}"


# -- the account -----------------------------------------------------------------------------------------------------


@router.get("/account")
async def account(request: Request, visitor: Guest) -> Response:
    """Who I am here, and a new password."""
    return views.render(request, "account.html", visitor)


@router.post("/account")
async def change_password(request: Request, visitor: Guest) -> Response:
    """A new password; every other session of the account ends."""
    sent = await _sent(request, visitor, "password")
    failed = await _change_password(sent)
    if failed is not None:
        return views.render(request, "account.html", visitor, failed=failed)
    return RedirectResponse("/crisis/staff/account?done=password", 303)


async def _change_password(sent: Sent) -> Failed | None:  # noqa: PLR0911 -- each is another sentence to say
    name, at = sent.visitor.person.name, desks.of(sent.request)
    old, new = sent.fields.get("old", ""), sent.fields.get("new", "")
    blank = Sent(sent.request, sent.visitor, {}, sent.key)  # a password never goes back into a page
    if new != sent.fields.get("again", ""):
        return blank.fail("password_differs")
    try:
        keys = (login_throttle.of_device(f"password {name}"),)
        wait_seconds = sign_in.gate_of(sent.request).enter(keys)
        if wait_seconds > 0:
            return blank.fail("sign_in_wait", str(math.ceil(wait_seconds)), status=429)
        if not await at.check(name, old):
            return blank.fail("password_wrong", status=403)
        sign_in.gate_of(sent.request).passed(keys)
        keep = sessions.hash_of(sent.visitor.secret)
        await at.run(accounts.set_password, name, new, at.now(), keep)
    except accounts.AccountError:
        return blank.fail("password_weak")
    except desks.Busy:
        return blank.fail("sign_in_wait", "2", status=503)
    except NotKept as error:
        return submissions.not_kept(sent.key, error, sent.words, {})
    return None
