"""`/crisis/alarms` for staff: what is open, who was told, what comes next; duty, silences, channels, history."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.crisis import deps
from api.crisis.auth.principal import Principal
from api.crisis.memory.submissions import RejectedForm
from api.crisis.staff import rendering, views
from api.crisis.staff.alarms import alarm_views
from api.crisis.staff.desk import named_areas
from api.crisis.staff.labels import alarms as alarm_words
from api.crisis.staff.page_route import PageRoute, SignedIn
from crisis.alarm import kinds, wording
from crisis.alarm.speaking.composing import PATH
from crisis.model.roles import Right
from translations import catalogues, domains

router = APIRouter(include_in_schema=False, route_class=PageRoute)

# What may be silenced: everything but calls, and tests, which end by themselves.
SILENCED = tuple(name for name in kinds.KINDS if name not in {kinds.DISTRESS, kinds.TEST})


@router.get(PATH)
async def show(request: Request, principal: SignedIn) -> Response:
    """The alarms as of now."""
    return await render(request, principal)


async def render(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    """The page; with a form as it was filled in, when that was refused."""
    made = deps.CRISIS_DEPS(request)
    words = rendering.words_of(request)
    crisis_words = catalogues.words(domains.CRISIS, words.language)
    page = await alarm_views.page_of(made.node, made.alarms, words, crisis_words)
    return views.render(
        request,
        "alarms.html",
        principal,
        rejected=rejected,
        page=page,
        area_names=named_areas.of(made.node).names(),
        path=PATH,
        targets=alarm_views.TARGETS,
        sorts=alarm_words.SORTS,
        seen_by=alarm_words.SEEN_BY,
        closed_by=alarm_words.CLOSED_BY,
        failures=alarm_words.FAILURES,
        days=alarm_words.DAYS,
        duty_times=alarm_words.duty_times,
        kind_titles={name: wording.kind_title(name, crisis_words) for name in SILENCED},
        moment_of=_moment_of,
        may_see=principal.may(Right.WRITE_LOG),
        may_manage=principal.may(Right.MANAGE_DUTY),
        may_silence=principal.may(Right.SILENCE_ALARMS),
    )


def _moment_of(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
