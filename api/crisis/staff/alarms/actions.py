"""What staff send from the page of alarms. Done, it leads back there; rejected, the page returns as it was typed."""

import functools
import uuid
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import form_parsing, labels, submissions
from api.crisis.staff.alarms import pages
from api.crisis.staff.form_parsing import FieldError
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.submissions import Submission, Work
from crisis.alarm.speaking.composing import PATH
from crisis.model import commands
from crisis.model.alarm_bodies import AlarmsSilenced, DutyPut

router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)


async def _on_page(sent: Submission, work: Work, anchor: str) -> Response:
    outcome = await sent.once(work)
    if isinstance(outcome, RejectedForm):
        return await pages.render(sent.request, sent.principal, outcome)
    return RedirectResponse(f"{PATH}?done={outcome}#{anchor}", 303)


@router.post("/seen")
async def seen(request: Request, principal: SignedIn) -> Response:
    """Say that this person has read an alarm. It takes nothing over."""
    sent = await submissions.read(request, principal, "seen")
    command = commands.SeeAlarm(sent.fields.get("alarm", ""))
    return await _on_page(sent, functools.partial(sent.act, command, "alarm_seen"), "open")


@router.post("/duty")
async def put_duty(request: Request, principal: SignedIn) -> Response:
    """Put somebody on duty, every week or once."""
    sent = await submissions.read(request, principal, "duty")

    async def work() -> str:
        return await sent.act(commands.PutDuty(_duty(sent)), "duty")

    return await _on_page(sent, work, "duty")


def _duty(sent: Submission) -> DutyPut:
    """The entry that the form describes. Raises PageRefusalError, which names the field."""
    fields = sent.fields
    try:
        from_at, until_at = (form_parsing.time(fields, name, None) for name in ("from_at", "until_at"))
        return DutyPut(
            uuid.uuid4(),
            fields.get("person", "").strip(),
            fields.get("area", "").strip().lower() or "all",
            2 if fields.get("rank") == "2" else 1,
            tuple(day for day in range(7) if f"day{day}" in fields),
            fields.get("begins", "").strip() or "00:00",
            fields.get("ends", "").strip() or "00:00",
            from_at,
            until_at,
        )
    except FieldError as error:
        raise PageRefusalError(error.reason, _label(sent, error.about.partition(":")[0])) from None
    except ValidationError as error:
        raise PageRefusalError(Reason.BAD_CHOICE, _label(sent, str(error.errors()[0]["loc"][0]))) from None


def _label(sent: Submission, name: str) -> str:
    return sent.words.text(labels.FIELDS[name]) if name in labels.FIELDS else name


@router.post("/duty/{name}/remove")
async def remove_duty(request: Request, principal: SignedIn, name: UUID) -> Response:
    """Take an entry out of the rota."""
    sent = await submissions.read(request, principal, f"duty-{name}")
    return await _on_page(sent, functools.partial(sent.act, commands.RemoveDuty(name), "duty_removed"), "duty")


@router.post("/silence")
async def silence(request: Request, principal: SignedIn) -> Response:
    """Silence a kind of alarm in an area for some hours, with a reason."""
    sent = await submissions.read(request, principal, "silence")

    async def work() -> str:
        try:
            hours = float(sent.fields.get("hours", "").replace(",", "."))
            until = sent.deps.node.now() + timedelta(hours=hours)
            area = sent.fields.get("area", "").strip().lower() or "all"
            entry = AlarmsSilenced(
                uuid.uuid4(), sent.fields.get("kind", ""), until, sent.fields.get("reason", ""), area
            )
        except ValidationError as error:
            raise PageRefusalError(Reason.BAD_CHOICE, _label(sent, str(error.errors()[0]["loc"][0]))) from None
        except (ValueError, OverflowError):
            raise PageRefusalError(Reason.BAD_CHOICE, _label(sent, "hours")) from None
        return await sent.act(commands.SilenceAlarms(entry), "silence")

    return await _on_page(sent, work, "silences")


@router.post("/silence/{name}/end")
async def end_silence(request: Request, principal: SignedIn, name: UUID) -> Response:
    """End a silence before its time."""
    sent = await submissions.read(request, principal, f"silence-{name}")
    return await _on_page(sent, functools.partial(sent.act, commands.EndSilence(name), "silence_ended"), "silences")


@router.post("/test")
async def test(request: Request, principal: SignedIn) -> Response:
    """Try every channel of everybody now."""
    sent = await submissions.read(request, principal, "test")
    command = commands.TestChannels(uuid.uuid4(), sent.deps.node.default_area)
    return await _on_page(sent, functools.partial(sent.act, command, "alarm_test"), "open")


@router.post("/test/end")
async def end_test(request: Request, principal: SignedIn) -> Response:
    """End a test."""
    sent = await submissions.read(request, principal, "test_end")
    command = commands.EndTest(sent.fields.get("alarm", ""))
    return await _on_page(sent, functools.partial(sent.act, command, "alarm_test_ended"), "open")
