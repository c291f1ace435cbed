"""The addresses of alerts: the feed, and one CAP document each. Anyone may read them; all is made from memory."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.crisis import refusals
from api.crisis.alerts import areas, messages, sender
from api.crisis.alerts.messages import Alerts
from api.crisis.deps import CrisisDeps, Deps
from api.crisis.refusals import Reason
from api.crisis.residents import situation
from api.http import etags, problems, public_address
from translations import catalogues, domains

if TYPE_CHECKING:
    from api.crisis.memory.remembered import Remembered

router = APIRouter(tags=["crisis"])
_CAP, _ATOM = "application/cap+xml", "application/atom+xml"


@router.get(
    "/crisis/alerts.atom",
    response_class=Response,
    responses={200: {"content": {_ATOM: {}}, "description": "The feed"}, **problems.documented(304)},
)
async def show_feed(
    request: Request,
    deps: Deps,
    lang: Annotated[
        str | None, Query(description="The language of the titles; German where a notice lacks it.")
    ] = None,
) -> Response:
    """The notices that hold now as an Atom feed, each with a link to its CAP 1.2 document.

    Notices that were withdrawn in the last seven days are in it as Cancel, exercises as Exercise.
    """
    from api.crisis.alerts import feed  # noqa: PLC0415 -- a box loads XML when somebody asks for it

    now = deps.node.now()
    language = domains.RESIDENTS.find(lang) or domains.RESIDENTS.fallback
    made = feed.Feed(
        sender.of(deps.node),
        public_address.root(request),
        catalogues.words(domains.RESIDENTS, language),
        *situation.freshness(deps.node, now),
    )
    return etags.written(request, feed.document(_alerts(deps), made, now), feed.MEDIA_TYPE)


@router.get(
    "/crisis/alerts/{alert}.xml",
    response_class=Response,
    responses={200: {"content": {_CAP: {}}, "description": "The alert"}, **problems.documented(304, 404, 422)},
)
async def show_alert(
    request: Request, deps: Deps, alert: Annotated[UUID, Path(description="The id that the feed gives.")]
) -> Response:
    """One CAP 1.2 message: Alert, Update or Cancel, with a block for each language of the notice.

    It is there as long as the notice is in the log, also when a later message took its place.
    """
    from api.crisis.alerts import cap  # noqa: PLC0415 -- as above

    node = deps.node
    found = _alerts(deps).find(alert, node.now())
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return etags.written(request, cap.document(found, sender.of(node), areas.positions(node)), cap.MEDIA_TYPE)


def _alerts(deps: CrisisDeps) -> Alerts:
    node = deps.node
    remembered: Remembered[Alerts] = deps.alerts
    basis = (node.log.id, node.state.version)
    return remembered.of("all", basis, lambda: messages.of(node.state, deps.alerts_of))
