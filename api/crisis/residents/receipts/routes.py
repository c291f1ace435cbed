"""The addresses of receipts that are read."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis.deps import Deps, ServedNode
from api.crisis.residents import bulletin, json_answers, request_context, situation
from api.crisis.residents.receipts import lookup, pages
from api.http import etags, unknown_paths
from crisis.model import receipts

router = APIRouter(include_in_schema=False)


@router.get("/crisis/receipt")
async def find_receipt(request: Request, node: ServedNode, receipt: str = "") -> Response:
    """Lead from the number that somebody typed to its page."""
    words = request_context.words_of(request)
    code = receipts.read(receipt)
    if code is None:
        return lookup.unknown(request, words, node)
    return RedirectResponse(f"/crisis/reports/{code}?lang={words.language.tag}", status_code=303)


@router.get("/crisis/reports/{receipt}")
async def show_receipt(request: Request, deps: Deps, receipt: str) -> Response:
    """How far a call for help or a report got, and the answers to it: as JSON, or for browsers as a page.

    A client that tries many wrong numbers has to wait: 429.
    """
    known = lookup.of(request, deps, receipt)
    if isinstance(known, Response):
        return known
    code, found = known
    node = deps.node
    if json_answers.wants_page(request):
        return pages.page(request, request_context.words_of(request), node, code, found)
    now = node.now()
    as_of, is_stale = situation.freshness(node, now)
    body = bulletin.receipt(code, found, **bulletin.aged(as_of, now, is_stale=is_stale))
    return etags.answer(request, etags.of((), code, found, is_stale), lambda: body)


@router.get("/crisis/reports/{receipt}/add")
@router.get("/crisis/reports/{receipt}/withdraw")
async def lead_to_receipt(receipt: str) -> Response:
    """Lead from the address of a form, which a browser reloads, to the page of its receipt."""
    code = receipts.read(receipt)
    return unknown_paths.lead_to("/crisis" if code is None else f"/crisis/reports/{code}")
