"""What staff send from their pages. Done, it leads back to the overview; rejected, the page returns as it was typed."""

import dataclasses
import functools
import math
from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import refusals
from api.crisis.auth import login_throttle
from api.crisis.auth.check_queue import TooManyChecksError
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import form_parsing, labels, submissions, views
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.submissions import Submission, Work
from crisis.accounts import accounts, sessions
from crisis.log.errors import NotKept
from crisis.model import commands
from crisis.model.commands import Command
from crisis.model.contents import NoticeContent
from crisis.state.views import Notice, Point
from devices.readings import Mode
from translations.marks import N_, NP_

router = APIRouter(prefix="/crisis/staff", include_in_schema=False, route_class=PageRoute)

_PRIORITIES = ("", "1", "2", "3", "4")
_RETRY_SECONDS = 2  # while too many passwords wait to be checked

_RenderForm = Callable[[RejectedForm], Response]


async def _on_overview(sent: Submission, work: Work, anchor: str, opened: str = "") -> Response:
    """Do the work once, and lead back; or show the overview with the form as it was filled in.

    The script of the desk, which sends the form without leaving the page, is told in JSON.
    """
    outcome = await sent.once(work)
    if sent.is_scripted:
        return sent.said(outcome)
    if isinstance(outcome, RejectedForm):
        return await views.render_overview(sent.request, sent.principal, outcome)
    return _lead_back(outcome, anchor, opened)


async def _on_card(sent: Submission, work: Work, name: UUID) -> Response:
    """The same, and lead back to the card."""
    return await _on_overview(sent, work, f"card-{name}", f"&card={name}")


async def _on_own_page(sent: Submission, work: Work, render_form: _RenderForm, anchor: str) -> Response:
    """Do the work once, and lead back; or show the form's own page as it was filled in."""
    outcome = await sent.once(work)
    return render_form(outcome) if isinstance(outcome, RejectedForm) else _lead_back(outcome, anchor)


def _lead_back(done: str, anchor: str, opened: str = "") -> Response:
    return RedirectResponse(f"/crisis/staff?done={done}{opened}#{anchor}", 303)


def _acting(sent: Submission, command: Command, done: str) -> Callable[[], Awaitable[str]]:
    return functools.partial(sent.act, command, done)


# -- calls and reports -----------------------------------------------------------------------------------------------


@router.post("/calls/{name}/take")
async def take(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Take a call for help: this person goes and helps."""
    sent = await submissions.read(request, principal, f"take-{name}")
    command = commands.TakeDistress(name, sent.fields.get("note", ""), over="over" in sent.fields)
    return await _on_card(sent, _acting(sent, command, "take"), name)


@router.post("/calls/{name}/close")
async def close(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Close a call for help, with what was done."""
    sent = await submissions.read(request, principal, f"close-{name}")
    command = commands.CloseDistress(name, sent.fields.get("outcome", ""))
    return await _on_overview(sent, _acting(sent, command, "close"), "calls")


@router.post("/calls/{name}/note")
async def note(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Say how things stand with a call for help."""
    sent = await submissions.read(request, principal, f"note-{name}")
    return await _on_card(sent, _acting(sent, commands.NoteDistress(name, sent.fields.get("text", "")), "note"), name)


@router.post("/calls/{name}/assign")
async def assign(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Say who is to take a call for help, or to take it over."""
    sent = await submissions.read(request, principal, f"assign-{name}")
    command = commands.AssignDistress(name, sent.fields.get("to", ""), sent.fields.get("note", ""))
    return await _on_card(sent, _acting(sent, command, "assign"), name)


@router.post("/calls/{name}/priority")
async def prioritize(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Set the priority of a call for help, or leave it to the rule."""
    sent = await submissions.read(request, principal, f"priority-{name}")
    typed = sent.fields.get("priority", "")

    async def work() -> str:
        if typed not in _PRIORITIES:
            raise PageRefusalError(Reason.BAD_CHOICE, sent.words.text(NP_("how urgent", "Priority")))
        return await sent.act(commands.PrioritizeDistress(name, int(typed) if typed else None), "priority")

    return await _on_card(sent, work, name)


@router.post("/calls/{name}/reopen")
async def reopen(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Open a closed call for help again."""
    sent = await submissions.read(request, principal, f"reopen-{name}")
    command = commands.ReopenDistress(name, sent.fields.get("reason", ""))
    return await _on_card(sent, _acting(sent, command, "reopen"), name)


@router.post("/reports/{name}/answer")
async def answer(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Answer a report, for the holder of its receipt."""
    sent = await submissions.read(request, principal, f"answer-{name}")
    command = commands.AnswerReport(name, sent.fields.get("text", ""))
    return await _on_overview(sent, _acting(sent, command, "answer"), "reports")


# -- mode ------------------------------------------------------------------------------------------------------------


@router.post("/mode")
async def mode(request: Request, principal: SignedIn) -> Response:
    """Propose an emergency or its end, or set a mode."""
    sent = await submissions.read(request, principal, "mode")
    if sent.fields.get("key", "").startswith("end-"):  # the form in the banner of an emergency
        sent = dataclasses.replace(sent, key=sent.fields["key"])
    area, reason = sent.fields.get("area", "").strip(), sent.fields.get("reason", "")
    exercise = "exercise" in sent.fields
    chosen = sent.fields.get("act", "")

    async def work() -> str:
        match chosen:
            case "propose":
                return await sent.act(commands.ProposeMode(area, reason, exercise), "propose")
            case "propose_end":
                return await sent.act(commands.ProposeMode(area, reason, exercise, Mode.NORMAL), "propose_end")
            case Mode.EMERGENCY | Mode.NORMAL | Mode.MAINTENANCE:
                return await sent.act(commands.SetMode(area, Mode(chosen), reason, exercise), "mode")
        raise PageRefusalError(Reason.BAD_CHOICE, sent.words.text(N_("To")))

    return await _on_overview(sent, work, "mode")


@router.post("/mode/confirm/{proposal}")
async def confirm(request: Request, principal: SignedIn, proposal: UUID) -> Response:
    """Confirm an emergency, or its end, that somebody else proposed."""
    sent = await submissions.read(request, principal, f"confirm-{proposal}")
    return await _on_overview(sent, _acting(sent, commands.ConfirmMode(proposal), "confirm"), "mode")


# -- notices and places of help --------------------------------------------------------------------------------------


def _require_unchanged(sent: Submission, before: Notice | Point | None) -> None:
    """Raise PageRefusalError when somebody changed it since the form was rendered. The form comes back with the new
    version: whoever sends it again has seen the change.
    """
    if before is None:
        return
    last = before.last if isinstance(before, Point) else before.changed
    if sent.fields.get("version", "") != str(last.event):
        raise PageRefusalError(Reason.CHANGED_MEANWHILE, last.actor)


@router.post("/notices/{name}")
async def put_notice(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Publish or change a notice."""
    sent = await submissions.read(request, principal, "notice")
    render_form = functools.partial(views.render_notice_form, request, principal, name)

    def content(before: Notice | None) -> NoticeContent:
        _require_unchanged(sent, before)
        try:
            return form_parsing.notice(sent.fields, None if before is None else before.content)
        except FieldError as error:
            raise PageRefusalError(error.reason, with_label(sent, error)) from None

    async def work() -> str:
        return await sent.act(commands.PutNotice(name, content(sent.deps.node.state.notice(name))), "notice")

    if sent.fields.get("act") == "preview":
        try:
            preview = content(sent.deps.node.state.notice(name))
        except PageRefusalError as refused:
            return render_form(sent.reject(refused.row, refused.about))
        return render_form(RejectedForm("notice", "", 200, sent.fields), preview=preview)
    return await _on_own_page(sent, work, render_form, "notices")


@router.post("/notices/{name}/withdraw")
async def withdraw(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Take a notice back."""
    sent = await submissions.read(request, principal, "withdraw")
    command = commands.WithdrawNotice(name, sent.fields.get("reason", ""))
    render_form = functools.partial(views.render_notice_form, request, principal, name)
    return await _on_own_page(sent, _acting(sent, command, "withdraw"), render_form, "notices")


@router.post("/points/{name}")
async def put_point(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Enter or change a place of help; one that was closed is open again."""
    sent = await submissions.read(request, principal, "point")
    node = sent.deps.node

    async def work() -> str:
        before = node.state.point(name)
        _require_unchanged(sent, before)
        try:
            content = form_parsing.point(sent.fields, None if before is None else before.content, node.now())
        except FieldError as error:
            raise PageRefusalError(error.reason, with_label(sent, error)) from None
        return await sent.act(commands.PutPoint(name, content), "point")

    render_form = functools.partial(views.render_point_form, request, principal, name)
    return await _on_own_page(sent, work, render_form, "points")


@router.post("/points/{name}/close")
async def close_point(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Close a place of help."""
    sent = await submissions.read(request, principal, "point_close")
    command = commands.ClosePoint(name, sent.fields.get("reason", ""))
    render_form = functools.partial(views.render_point_form, request, principal, name)
    return await _on_own_page(sent, _acting(sent, command, "point_close"), render_form, "points")


def with_label(sent: Submission, error: FieldError) -> str:
    """What is wrong, with the name that the field has on the page."""
    name, _, rest = error.about.partition(":")
    label = sent.words.text(labels.FIELDS[name]) if name in labels.FIELDS else name
    return f"{label}{f':{rest}' if rest else ''}"


# -- the account -----------------------------------------------------------------------------------------------------


@router.get("/account")
async def account(request: Request, principal: SignedIn) -> Response:
    """Who is signed in, and a form for a new password."""
    return views.render(request, "account.html", principal)


@router.post("/account")
async def change_password(request: Request, principal: SignedIn) -> Response:
    """Set a new password; every other session of the account ends."""
    sent = await submissions.read(request, principal, "password")
    try:
        await _change_password(sent)
    except PageRefusalError as refused:
        # A password never goes back into a page.
        rejected = sent.reject(refused.row, refused.about, with_fields=False)
        return views.render(request, "account.html", principal, rejected=rejected)
    return RedirectResponse("/crisis/staff/account?done=password", 303)


async def _change_password(sent: Submission) -> None:
    """Check the old password, and set the new one. Raises PageRefusalError."""
    name, service, throttle = sent.principal.account, sent.deps.accounts, sent.deps.login_throttle
    old, new = sent.fields.get("old", ""), sent.fields.get("new", "")
    if new != sent.fields.get("again", ""):
        raise PageRefusalError(Reason.PASSWORD_DIFFERS)
    keys = (login_throttle.of_device(f"password {name}"),)
    wait_seconds = throttle.admit(keys)
    if wait_seconds > 0:
        raise PageRefusalError(Reason.SIGN_IN_WAIT, math.ceil(wait_seconds))
    try:
        if not await service.check(name, old):
            raise PageRefusalError(Reason.PASSWORD_WRONG)
        throttle.succeeded(keys)
        this_session = sessions.hash_of(sent.principal.secret)
        await service.run(accounts.set_password, name, new, service.now(), this_session, by=name)
    except accounts.WeakPasswordError as error:
        raise PageRefusalError(Reason.PASSWORD_WEAK, sent.words.text(labels.WEAKNESSES[error.weakness])) from None
    except accounts.AccountError:  # a box does not change what the hub issued
        raise PageRefusalError(Reason.ACCOUNT_FROM_HUB) from None
    except TooManyChecksError:
        raise PageRefusalError(Reason.CHECKS_BUSY, _RETRY_SECONDS) from None
    except NotKept as error:
        raise PageRefusalError(refusals.not_kept(error)) from error
