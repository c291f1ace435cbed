"""What the holder of a call's receipt sends later: more about it, or that nobody needs to come any more.

A withdrawal closes nothing: staff see it, look, and close the call.
"""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from api.crisis import limits, refusals
from api.crisis.deps import CrisisDeps, Deps
from api.crisis.refusals import Reason
from api.crisis.residents import body as bodies
from api.crisis.residents import (
    bulletin,
    idempotency,
    json_answers,
    parsing,
    request_context,
    situation,
    submit,
)
from api.crisis.residents.receipts import lookup, pages
from api.http.problems import Problem
from crisis.log.errors import NotKept
from crisis.model import texts
from crisis.model.call_bodies import CallerSaid
from crisis.state.views import Distress
from translations.marks import N_

router = APIRouter(include_in_schema=False)

TEXT_MAX = 4_000  # characters; more is cut


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nothing was kept: for programs, and as a text for people, to be translated."""

    problem: Problem
    why: str


_NOT_A_CALL = _Refusal(
    Problem(
        409, None, "Not a call for help", "Only a call for help can be added to or withdrawn: send another report."
    ),
    N_("You can add to a call for help only. Please write a new message."),
)
_TOO_MUCH = _Refusal(
    Problem(409, None, "Too much was added", "So much was added to this call that this was not kept: send a new one."),
    N_("Too much was added to this call. If you still need help, send a new call for help."),
)
_EMPTY = _Refusal(
    Problem(422, None, "Nothing to add", "`text` is empty. Nothing was kept: say what is to be added."),
    N_("Write your message."),
)


@dataclass(frozen=True, slots=True)
class _Sent:
    text: str
    token: str
    lang: str
    is_form: bool


@router.post("/crisis/reports/{receipt}/add")
async def add(request: Request, deps: Deps, receipt: str) -> Response:
    """Add to a call for help: on which floor somebody is, what has changed. What is closed is open again then."""
    return await _send(request, deps, receipt, CallerSaid.ADDED)


@router.post("/crisis/reports/{receipt}/withdraw")
async def withdraw(request: Request, deps: Deps, receipt: str) -> Response:
    """Say that nobody needs to come any more; why, if they want to say that."""
    return await _send(request, deps, receipt, CallerSaid.WITHDRAWN)


async def _send(request: Request, deps: CrisisDeps, receipt: str, said: CallerSaid) -> Response:
    try:
        sent = _read(await bodies.read(request))
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except bodies.TooLargeError:
        sent = None
    known = lookup.of(request, deps, receipt)
    if isinstance(known, Response):
        return known
    code, found = known
    refusal = _refusal(request, deps, found, said, sent)
    if refusal is None and sent is not None and isinstance(found, Distress):
        key = f"form/{sent.token}" if sent.token else idempotency.key_of(request) or idempotency.new_token()
        try:
            await deps.node.hear_caller(found.id, said, sent.text, key=key)
        except NotKept as error:
            refusal = _of(refusals.call_not_kept(error))
    if refusal is not None:
        return _refuse(request, deps, code, sent, refusal)
    assert sent is not None
    if sent.is_form or json_answers.wants_page(request):
        words = request_context.words_of(request, sent.lang)
        return RedirectResponse(f"/crisis/reports/{code}?lang={words.language.tag}#state", status_code=303)
    return _state(deps, code)


def _read(body: bodies.Body) -> _Sent:
    """A form, a JSON object with `text`, or any text."""
    if body.is_form and not parsing.is_json(body):
        fields = bodies.fields(body)
        text, token, lang = (fields.get(name, "") for name in ("text", "token", "lang"))
        token = texts.clean(token)[: parsing.FormFields.TOKEN_MAX]
        return _Sent(texts.clean(text, TEXT_MAX), token, texts.clean(lang, parsing.LINE_MAX), True)
    return _Sent(texts.clean(parsing.read_json(body, is_distress=False).text, TEXT_MAX), "", "", False)


def _refusal(
    request: Request, deps: CrisisDeps, found: object, said: CallerSaid, sent: _Sent | None
) -> _Refusal | None:
    """Why this is not kept; None when it is, and then it has been counted against the limits of calls for help."""
    if sent is None:
        return _of(refusals.problem(Reason.TOO_LARGE, bytes_max=bodies.BYTES_MAX))
    if not isinstance(found, Distress):
        return _NOT_A_CALL
    if said is CallerSaid.ADDED and not sent.text:
        return _EMPTY
    if pages.count(found) >= lookup.SAID_MAX:
        return _TOO_MUCH
    wait_seconds = deps.limits.distress.admit(deps.limits.client_of(request), limits.cost(sent.text))
    return _of(refusals.too_many(wait_seconds)) if wait_seconds > 0 else None


def _of(problem: Problem) -> _Refusal:
    return _Refusal(problem, submit.why(problem))


def _state(deps: CrisisDeps, code: str) -> Response:
    node, now = deps.node, deps.node.now()
    found = node.state.by_receipt(code)
    assert found is not None
    as_of, is_stale = situation.freshness(node, now)
    body = bulletin.receipt(code, found, **bulletin.aged(as_of, now, is_stale=is_stale))
    return JSONResponse(body.model_dump(mode="json"), headers={"Cache-Control": "no-store"})


def _refuse(request: Request, deps: CrisisDeps, code: str, sent: _Sent | None, refusal: _Refusal) -> Response:
    """The page of the receipt with what was typed, and why it was not kept. Raises Problem for programs."""
    problem = refusal.problem
    if not (sent is None or sent.is_form or json_answers.wants_page(request)):
        raise problem
    words = request_context.words_of(request, None if sent is None else sent.lang)
    found = deps.node.state.by_receipt(code)
    if found is None:  # its words went meanwhile
        return lookup.unknown(request, words, deps.node)
    typed, token = ("", "") if sent is None else (sent.text, sent.token.removesuffix("w"))
    why = words.text(refusal.why)
    response = pages.page(
        request, words, deps.node, code, found, status=problem.status, why=why, typed=typed, token=token
    )
    response.headers.update(problem.headers or {})
    return response
