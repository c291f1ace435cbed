"""The addresses that residents send to. What they acknowledge is on the disk."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from api.crisis import deps
from api.crisis.residents import bulletin, idempotency, json_answers, parsing, reader, rendering
from api.crisis.residents.catalogues import Words, noted
from api.crisis.residents.parsing import Typed
from api.http import problems
from crisis.log.errors import NotKept
from crisis.node import Acknowledgement, Node

router = APIRouter()


@router.post("/crisis/distress", include_in_schema=False)
async def send_distress(request: Request, node: deps.Given) -> Response:
    """Take a call for help, from a form or as JSON."""
    return await _send(request, node, is_distress=True)


@router.post("/crisis/reports", include_in_schema=False)
async def send_report(request: Request, node: deps.Given) -> Response:
    """Take what a resident needs, offers or has seen, from a form or as JSON."""
    return await _send(request, node, is_distress=False)


async def _send(request: Request, node: Node, *, is_distress: bool) -> Response:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {parsing.JSON_TYPE, parsing.FORM_TYPE}:
        raise json_answers.unknown_type(f"{parsing.JSON_TYPE} or {parsing.FORM_TYPE}")
    is_form = media_type == parsing.FORM_TYPE
    try:
        body = await parsing.read_body(request)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody hears it
    except parsing.TooLarge:
        if is_form:
            return _refuse(
                request, node, Typed(), json_answers.too_large(parsing.BODY_BYTES_MAX), is_distress=is_distress
            )
        raise json_answers.too_large(parsing.BODY_BYTES_MAX) from None
    if is_form:
        return await _take_form(request, node, parsing.read_form(body), is_distress=is_distress)
    return await _take_json(request, node, body, is_distress=is_distress)


# -- programs --------------------------------------------------------------------------------------------------------


async def _take_json(request: Request, node: Node, body: bytes, *, is_distress: bool) -> Response:
    key = idempotency.key_of(request)
    said = parsing.read_json(body, parsing.SentDistress if is_distress else parsing.SentReport)
    wait_seconds = idempotency.wait_seconds(request, said)
    if wait_seconds > 0:
        raise json_answers.too_many(wait_seconds)
    try:
        answer = await node.receive(said, key=key)
    except NotKept as error:
        raise json_answers.not_kept(error) from error
    return _receipt(node, answer)


def _receipt(node: Node, answer: Acknowledgement) -> Response:
    """201 for what is new; 200 for what the same key brought before, with the state that it has by now."""
    found = node.state.distress(answer.id) or node.state.report(answer.id)
    url = f"/crisis/reports/{answer.receipt}"
    body = bulletin.Taken(
        receipt=answer.receipt,
        id=str(answer.id),
        state="received" if found is None else bulletin.state_of(found),
        url=url,
        as_of=node.now(),
        age_s=0.0,
    )
    headers = {"Location": url, "Cache-Control": "no-store"}
    return JSONResponse(body.model_dump(mode="json"), status_code=201 if answer.is_new else 200, headers=headers)


# -- forms -----------------------------------------------------------------------------------------------------------


async def _take_form(request: Request, node: Node, typed: Typed, *, is_distress: bool) -> Response:
    words = reader.words_of(request, typed.lang)
    wrong = parsing.wrong_with(typed, is_distress=is_distress)
    if wrong:
        why = words.text(noted("Please correct this and send again:"))
        return _again(request, node, words, typed, why=why, wrong=wrong, status=422, is_distress=is_distress)
    said = parsing.of_form(typed, words.language.tag, is_distress=is_distress)
    wait_seconds = idempotency.wait_seconds(request, said)
    if wait_seconds > 0:
        return _refuse(request, node, typed, json_answers.too_many(wait_seconds), is_distress=is_distress)
    try:
        answer = await idempotency.take_form(node, said, typed.token)
    except NotKept as error:
        return _refuse(request, node, typed, json_answers.not_kept(error), is_distress=is_distress)
    # A browser that reloads what follows asks for it again, and sends nothing.
    return RedirectResponse(f"/crisis/reports/{answer.receipt}?lang={words.language.tag}", status_code=303)


def _refuse(request: Request, node: Node, typed: Typed, problem: problems.Problem, *, is_distress: bool) -> Response:
    """The form again, with what was typed, and why it was not taken."""
    words = reader.words_of(request, typed.lang)
    why = {
        429: noted("Too much was sent from here. Your message was NOT stored. Wait a little and send it again."),
        413: noted("This is too long. Your message was NOT stored. Please write less."),
        507: noted("This box has no room left. Your message was NOT stored. Call 112 or go to a place of help."),
    }.get(
        problem.status,
        noted("This box can store nothing at the moment. Your message was NOT stored. Send it again soon."),
    )
    response = _again(
        request, node, words, typed, why=words.text(why), wrong={}, status=problem.status, is_distress=is_distress
    )
    response.headers.update(problem.headers or {})
    return response


def _again(
    request: Request,
    node: Node,
    words: Words,
    typed: Typed,
    *,
    why: str,
    wrong: dict[str, str],
    status: int,
    is_distress: bool,
) -> Response:
    shown, now = reader.picture_at(node)
    token = {"token": typed.token} if typed.token else {}
    return rendering.render(
        request,
        "again.html",
        words,
        shown,
        now,
        status=status,
        why=why,
        wrong=wrong,
        typed=typed,
        is_distress=is_distress,
        **token,
    )
