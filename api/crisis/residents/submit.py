"""The addresses to which residents send. What they acknowledge is on the disk."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from api.crisis import refusals
from api.crisis.deps import CrisisDeps, Deps
from api.crisis.refusals import Reason
from api.crisis.residents import body as bodies
from api.crisis.residents import bulletin, idempotency, parsing, rendering, request_context
from api.crisis.residents.body import Body
from api.crisis.residents.parsing import FormFields
from api.http import public_address
from api.http.problems import Problem
from crisis.log.errors import NotKept
from crisis.node import Acknowledgement, Node
from translations.marks import N_
from translations.words import Words

router = APIRouter()


@router.post("/crisis/distress", include_in_schema=False)
async def send_distress(request: Request, deps: Deps) -> Response:
    """Receive a call for help, from a form, as JSON or as text."""
    return await _send(request, deps, is_distress=True)


@router.post("/crisis/reports", include_in_schema=False)
async def send_report(request: Request, deps: Deps) -> Response:
    """Receive what a resident needs, offers or has seen, from a form, as JSON or as text."""
    return await _send(request, deps, is_distress=False)


async def _send(request: Request, deps: CrisisDeps, *, is_distress: bool) -> Response:
    try:
        body = await bodies.read(request)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to read it
    except bodies.TooLargeError:
        too_large = refusals.problem(Reason.TOO_LARGE, bytes_max=bodies.BYTES_MAX)
        if bodies.of(b"", request.headers.get("content-type", "")).is_form:
            return _refuse(request, deps.node, FormFields(), too_large, is_distress=is_distress)
        raise too_large from None
    if body.is_form and not parsing.is_json(body):
        return await _receive_form(request, deps, parsing.read_form(body), is_distress=is_distress)
    return await _receive_json(request, deps, body, is_distress=is_distress)


# -- programs --------------------------------------------------------------------------------------------------------


async def _receive_json(request: Request, deps: CrisisDeps, body: Body, *, is_distress: bool) -> Response:
    key = idempotency.key_of(request)
    sent = parsing.read_json(body, is_distress=is_distress)
    wait_seconds = idempotency.admit(deps.limits, deps.limits.client_of(request), sent)
    if wait_seconds > 0:
        raise refusals.too_many(wait_seconds)
    try:
        answer = await deps.node.receive(sent, key=key)
    except NotKept as error:
        raise refusals.call_not_kept(error) from error
    return _receipt(request, deps.node, answer)


def _receipt(request: Request, node: Node, answer: Acknowledgement) -> Response:
    """201 for a new call or report; 200 for one that came with the same key before, with the state that it has now."""
    found = node.state.distress(answer.id) or node.state.report(answer.id)
    url = f"/crisis/reports/{answer.receipt}"
    body = bulletin.Accepted(
        receipt=answer.receipt,
        id=str(answer.id),
        state="received" if found is None else bulletin.state_of(found),
        url=public_address.prefix(request.scope) + url,
        as_of=node.now(),
        age_s=0.0,
    )
    headers = {"Location": url, "Cache-Control": "no-store"}
    return JSONResponse(body.model_dump(mode="json"), status_code=201 if answer.is_new else 200, headers=headers)


# -- forms -----------------------------------------------------------------------------------------------------------


async def _receive_form(request: Request, deps: CrisisDeps, typed: FormFields, *, is_distress: bool) -> Response:
    node, words = deps.node, request_context.words_of(request, typed.lang)
    wrong = parsing.errors_of(typed, is_distress=is_distress)
    if wrong:
        why = words.text(N_("Please correct this and send again:"))
        return _again(request, node, words, typed, why=why, wrong=wrong, status=422, is_distress=is_distress)
    sent = parsing.body_of(typed, words.language.tag, is_distress=is_distress)
    wait_seconds = idempotency.admit(deps.limits, deps.limits.client_of(request), sent)
    if wait_seconds > 0:
        return _refuse(request, node, typed, refusals.too_many(wait_seconds), is_distress=is_distress)
    try:
        answer = await idempotency.receive_form(node, sent, typed.token)
    except NotKept as error:
        return _refuse(request, node, typed, refusals.call_not_kept(error), is_distress=is_distress)
    # A browser that reloads the page that follows asks for it again, and sends nothing.
    return RedirectResponse(f"/crisis/reports/{answer.receipt}?lang={words.language.tag}", status_code=303)


def _refuse(request: Request, node: Node, typed: FormFields, problem: Problem, *, is_distress: bool) -> Response:
    """The form again, with what was typed, and why it was not accepted."""
    words = request_context.words_of(request, typed.lang)
    said = words.text(why(problem))
    response = _again(request, node, words, typed, why=said, wrong={}, status=problem.status, is_distress=is_distress)
    response.headers.update(problem.headers or {})
    return response


def why(problem: Problem) -> str:
    """Why something was not stored, for who sent it; a text to be translated."""
    return {
        "why_too_many": N_(
            "Too much was sent from here. Your message was NOT stored. Wait a little and send it again."
        ),
        "why_too_large": N_("This is too long. Your message was NOT stored. Please write less."),
        "why_full": N_("This box has no room left. Your message was NOT stored. Call 112 or go to a place of help."),
        "why_unwritable": N_(
            "This box can store nothing at the moment. Your message was NOT stored. Send it again soon."
        ),
    }[refusals.text_of(problem)]


def _again(
    request: Request,
    node: Node,
    words: Words,
    typed: FormFields,
    *,
    why: str,
    wrong: dict[str, str],
    status: int,
    is_distress: bool,
) -> Response:
    found, now = request_context.situation_at(node)
    token = {"token": typed.token} if typed.token else {}
    return rendering.render(
        request,
        "again.html",
        words,
        found,
        now,
        status=status,
        why=why,
        wrong=wrong,
        typed=typed,
        is_distress=is_distress,
        **token,
    )
