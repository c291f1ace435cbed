"""`/crisis/uebergabe`: the hand-over of a shift. Both sign on one screen, the taker with their password.

That password opens nothing here: it says that this person stood there.
"""

import dataclasses
import math
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps
from api.crisis.auth import access, login_throttle
from api.crisis.auth.check_queue import TooManyChecksError
from api.crisis.auth.principal import Principal
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import labels, submissions, views
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.reports import freezing, handover_report, recent, report_pages, sheets, situation_report
from api.crisis.staff.reports.freezing import Draft
from api.crisis.staff.reports.situation_report import Typed
from api.crisis.staff.submissions import Submission
from api.maps.drawing import views as map_views
from crisis.accounts import accounts
from crisis.model import roles, texts
from crisis.model.commands import Actor
from crisis.model.log_bodies import EntrySort, EntryWritten
from crisis.model.roles import Right
from translations import berlin
from translations.marks import N_

router = APIRouter(include_in_schema=False, route_class=PageRoute)

PATH = "/crisis/uebergabe"
_REMARKS_MAX = 3_000
_PASSWORD, _TAKER = "password", "taker"
_RETRY_SECONDS = 2  # while too many passwords wait to be checked


@dataclass(frozen=True, slots=True)
class _Made:
    """The sheets of a hand-over, and since when they tell."""

    bodies: list[str]
    since: datetime


@router.get(PATH)
async def show(request: Request, principal: SignedIn) -> Response:
    """What happened since this person's last hand-over."""
    return await _render(request, principal)


async def _render(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    node = deps.node_of(request)
    made = await _made(request, principal, node.now(), "", "" if rejected is None else rejected.fields["remarks"])
    return views.render(
        request,
        "handover.html",
        principal,
        rejected=rejected,
        more_style="reports.css",
        bodies=made.bodies,
        since=made.since,
        is_exercise=situation_report.is_exercise(node),
        link=await node.sealing.link(),
        may_sign=principal.may(Right.SEAL),
        may_print=principal.may(Right.EXPORT_LOG),
        remarks_max=_REMARKS_MAX,
    )


async def _made(request: Request, principal: Principal, now: datetime, taker: str, remarks: str) -> _Made:
    node = deps.node_of(request)
    last = await recent.last_handover(node, principal.account)
    since = now - situation_report.SPAN if last is None else node.state.time_of(last)
    found = await report_pages.material(request, principal, map_views.CITY, now, since=since, typed=Typed())
    sections = handover_report.of(found, taker=taker, remarks=remarks, is_first=last is None)
    return _Made(sheets.of(sections), since)


@router.post(PATH)
async def hand_over(request: Request, principal: SignedIn) -> Response:
    """Hand over to whoever signs with their password, enter it for both, and seal."""
    access.require(principal, Right.SEAL)
    sent = await submissions.read(request, principal, "handover")
    password = sent.fields.get(_PASSWORD, "")
    fields = {"remarks": "", **{name: text for name, text in sent.fields.items() if name != _PASSWORD}}
    sent = dataclasses.replace(sent, fields=fields)  # what is kept of a refused form has no password

    async def work() -> str:
        remarks = texts.clean(fields["remarks"])
        if len(remarks) > _REMARKS_MAX:
            raise PageRefusalError(Reason.TOO_LONG, sent.words.text(labels.FIELDS["remarks"]))
        taker = await _taker(sent, password)
        node = sent.deps.node
        now = node.now()
        made = await _made(request, principal, now, taker.name, remarks)
        is_exercise = situation_report.is_exercise(node)
        return str((await freezing.freeze(sent, _draft(sent, made, now, taker, remarks, is_exercise=is_exercise))).id)

    outcome = await sent.once(work)
    if isinstance(outcome, RejectedForm):
        return await _render(request, principal, outcome)
    return RedirectResponse(f"{report_pages.PATH}/{outcome}", 303)


def _draft(sent: Submission, made: _Made, now: datetime, taker: Actor, remarks: str, *, is_exercise: bool) -> Draft:
    text, giver = sent.words.text, sent.principal.account
    said = text(
        N_("%(giver)s hands over to %(taker)s, as of %(time)s."),
        giver=giver,
        taker=taker.name,
        time=berlin.time_group(now),
    )
    entry = EntryWritten(
        text="\n".join(filter(None, (said, remarks))),
        sort=EntrySort.HANDOVER,
        recipient=taker.name,
        area=sent.deps.node.default_area,
        exercise=is_exercise,
    )
    taken = text(N_("%(taker)s has taken over from %(giver)s."), taker=taker.name, giver=giver)
    return Draft(freezing.HANDOVER, made.bodies, now, is_exercise, entry, taker, taken)


async def _taker(sent: Submission, password: str) -> Actor:
    """Who takes over, once their password is right. Raises PageRefusalError."""
    name, service, throttle = (
        accounts.known_name(sent.fields.get(_TAKER, "")),
        sent.deps.accounts,
        sent.deps.login_throttle,
    )
    if not name or not password:
        raise PageRefusalError(Reason.EMPTY, sent.words.text(labels.FIELDS["taker"]))
    if name == sent.principal.account:
        raise PageRefusalError(Reason.HANDOVER_TO_SELF)
    keys = (login_throttle.of_device(f"handover {sent.principal.account}"),)
    wait_seconds = throttle.admit(keys)
    if wait_seconds > 0:
        raise PageRefusalError(Reason.SIGN_IN_WAIT, math.ceil(wait_seconds))
    try:
        is_right = await service.check(name, password)
    except TooManyChecksError:
        raise PageRefusalError(Reason.CHECKS_BUSY, _RETRY_SECONDS) from None
    found = await service.run(accounts.find, name)
    if not is_right or found is None:
        if found is not None:
            service.refused.add(found.name)  # the history of the account says so
        raise PageRefusalError(Reason.SIGN_IN_WRONG)
    throttle.succeeded(keys)
    if not roles.may(found.role, Right.WRITE_LOG):
        raise PageRefusalError(Reason.HANDOVER_ROLE, found.name)
    return Actor(found.name, found.role, sent.principal.actor.device)
