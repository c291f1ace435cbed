"""What apprise carries, through its real process to real servers."""

from __future__ import annotations

import asyncio
import email
import logging
import time
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crisis.alarm import channels
from crisis.alarm.apprise import process as apprise_process
from crisis.alarm.channel import ChannelRefused, ChannelUnavailable, Sort
from crisis.alarm.channels import apprise_line
from tests.conftest import unused_port
from tests.crisis.alarm.support.messages import GENERAL, message
from tests.crisis.alarm.support.services import http_service

if TYPE_CHECKING:
    from crisis.alarm.apprise.process import AppriseProcess
    from crisis.alarm.channel import Channel
    from tests.crisis.alarm.support.services import HttpService, MailServer

pytestmark = pytest.mark.asyncio(loop_scope="module")  # in which the apprise process lives
KEY = "geheim-4711/0815"


def channel(apprise: AppriseProcess, **table: Any) -> Channel:
    (made,) = channels.made({"probe": table}, Path(), apprise=apprise)
    return made


def divera(apprise: AppriseProcess, service: HttpService, **more: Any) -> Channel:
    return channel(apprise, type="divera", accesskey=KEY, url=service.url, **more)


async def test_divera_gets_an_alarm(apprise: AppriseProcess, service: HttpService) -> None:
    await divera(apprise, service, ric="71").send(message(title="ü" * 60, link="https://hub.example/crisis/a/1"))

    (path, _, _), (body,) = service.requests[0], service.bodies
    assert path == "/api/v2/alarms?accesskey=geheim-4711%2F0815"
    assert body == {
        "Alarm": {
            "title": "ü" * 49 + "…",
            "text": f"{GENERAL}\nhttps://hub.example/crisis/a/1\n#0abcde",
            "foreign_id": "7d6c8f1e-0000-4000-8000-0000000abcde",
            "ric": "71",
            "priority": True,
            "send_push": True,
            "notification_type": 3,
        }
    }


async def test_divera_s_free_edition_gets_its_title_and_one_alarm_in_five_minutes(
    apprise: AppriseProcess, service: HttpService
) -> None:
    free = divera(apprise, service, free=True)

    await free.send(message(title="Hilferuf H 17, Bezirk 71, Schöneberg"))
    with pytest.raises(ChannelUnavailable, match="five minutes") as raised:
        await free.send(message(number="H 18"))

    assert service.bodies == [
        {
            "Alarm": {
                "title": "Hilferuf H 17, Bezirk 71, Sch…",
                "priority": True,
                "send_push": True,
                "notification_type": 2,
            }
        }
    ]
    assert 290 < (raised.value.retry_after_seconds or 0) <= 300


@pytest.mark.parametrize(("personal", "header"), [(False, "Api-Token"), (True, "Personal-Access-Token")])
async def test_groupalarm_gets_an_alarm(
    apprise: AppriseProcess, service: HttpService, personal: bool, header: str
) -> None:
    group = channel(
        apprise,
        type="groupalarm",
        token=KEY,
        organization=4711,
        labels=[12],
        users=[3, 4],
        url=service.url,
        personal=personal,
    )

    await group.send(message())

    (path, headers, _), (body,) = service.requests[0], service.bodies
    assert path == "/api/v1/alarm"
    assert {name.lower(): value for name, value in headers.items()}[header.lower()] == KEY
    assert body == {
        "organizationID": 4711,
        "alarmResources": {"users": [3, 4], "labels": [{"labelID": 12, "amount": 0}]},
        "eventName": "Hilferuf H 17, Bezirk 71",
        "message": f"Hilferuf H 17, Bezirk 71\n{GENERAL}\n#0abcde",
        "mode": "best-effort",
    }


async def test_a_mail_goes_to_the_person(apprise: AppriseProcess, mail_server: MailServer) -> None:
    mail = channel(
        apprise,
        type="apprise",
        url=f"mailto://127.0.0.1:{mail_server.port}?from=kiezbox@hub.example&to={{to}}&name=Kiezbox&format=text",
    )

    await mail.send(message(to="anna+wache@bezirk.example", title="ÜBUNG Hilferuf H 17", exercise=True))

    ((receivers, content),) = mail_server.mails
    found = email.message_from_bytes(content, policy=policy.default)
    body = found.get_body(("plain",))
    assert receivers == ["anna+wache@bezirk.example"]
    assert found["Subject"] == "ÜBUNG Hilferuf H 17"
    assert body is not None
    assert GENERAL in body.get_content()


async def test_ntfy_gets_a_message(apprise: AppriseProcess, service: HttpService) -> None:
    service.status = 200
    ntfy = channel(apprise, type="apprise", url=f"ntfy://127.0.0.1:{service.port}/alarm", place="inside")

    await ntfy.send(message(sort=Sort.END, title="Entwarnung H 17"))

    assert b"Entwarnung H 17" in service.requests[0][2]


@pytest.mark.parametrize(
    ("status", "headers", "found"),
    [
        (429, {"Retry-After": "120"}, (ChannelUnavailable, "limited", 120.0)),
        (500, {}, (ChannelUnavailable, "failed", None)),
        (401, {}, (ChannelRefused, "rejected", None)),
        (302, {"Location": "http://127.0.0.1:1/"}, (ChannelRefused, "redirected", None)),
    ],
    ids=["too many", "broken", "refused", "redirect"],
)
async def test_what_a_service_answers_decides_what_happens_next(
    apprise: AppriseProcess, service: HttpService, status: int, headers: dict[str, str], found: tuple[object, ...]
) -> None:
    service.status, service.headers = status, headers

    with pytest.raises((ChannelRefused, ChannelUnavailable)) as raised:
        await divera(apprise, service).send(message())

    error = raised.value
    assert (type(error), vars(error)["slug"], vars(error).get("retry_after_seconds")) == found
    assert len(service.requests) == 1
    assert KEY not in str(error)


async def test_divera_that_says_it_alarmed_nobody_has_refused(apprise: AppriseProcess, service: HttpService) -> None:
    service.status, service.body = 200, b'{"success": false, "message": "no permission"}'
    with pytest.raises(ChannelRefused, match="alarmed nobody") as refused:
        await divera(apprise, service).send(message())
    service.body = b"<html>Wartung</html>"
    with pytest.raises(ChannelUnavailable):
        await divera(apprise, service).send(message())
    service.body = b'{"success": true, "data": {"id": 4711}}'
    await divera(apprise, service).send(message())

    assert refused.value.slug == "rejected"


async def test_a_service_that_apprise_knows_is_judged_by_its_status(
    apprise: AppriseProcess, service: HttpService
) -> None:
    service.status = 403
    hook = channel(apprise, type="apprise", url=f"json://127.0.0.1:{service.port}/alarm?token={KEY}")

    with pytest.raises(ChannelRefused, match="it answered 403"):
        await hook.send(message())


async def test_a_service_that_is_not_there_is_tried_again(apprise: AppriseProcess, service: HttpService) -> None:
    service.port = unused_port()

    with pytest.raises(ChannelUnavailable) as raised:
        await divera(apprise, service).send(message())

    assert raised.value.slug == "unreachable"
    assert KEY not in str(raised.value)


async def test_what_never_reached_divera_costs_its_free_edition_no_five_minutes(
    apprise: AppriseProcess, service: HttpService
) -> None:
    there, service.port = service.port, unused_port()
    free = divera(apprise, service, free=True)
    for _ in range(2):
        with pytest.raises(ChannelUnavailable) as raised:
            await free.send(message())
        assert raised.value.slug == "unreachable"

    service.port = there


@pytest.mark.parametrize(
    ("url", "is_right"),
    [
        ("signal://127.0.0.1/+4930123456/{to}", True),
        ("mailtos://u:p@mail.example?from=a@b.example&to={to}", True),
        ("nosuch://x/{to}", False),
    ],
)
async def test_a_line_is_right_whatever_kind_of_address_its_service_takes(
    apprise: AppriseProcess, url: str, is_right: bool
) -> None:
    found = await channel(apprise, type="apprise", url=url).check()

    assert (found == "") is is_right


async def test_a_process_that_does_not_say_results_is_ended_and_costs_one_message(
    service: HttpService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "crisis" / "alarm" / "apprise"
    await asyncio.to_thread(folder.mkdir, parents=True)
    babbling = "import sys\nsys.stdin.readline()\nprint('hello', flush=True)\nsys.stdin.readline()\n"
    await asyncio.to_thread((folder / "__main__.py").write_text, babbling)
    for package in (folder, folder.parent, folder.parent.parent):
        await asyncio.to_thread((package / "__init__.py").touch)
    process, right = apprise_process.AppriseProcess(), apprise_process._environment
    try:
        monkeypatch.setattr(apprise_process, "_environment", lambda: right() | {"PYTHONPATH": str(tmp_path)})
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ChannelUnavailable, match="the process for apprise ended"):
            await divera(process, service).send(message())
        monkeypatch.undo()
        await divera(process, service).send(message())
    finally:
        await process.close()

    assert len(service.requests) == 1


async def test_a_service_that_hangs_delays_no_other(
    apprise: AppriseProcess, service: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_service() as slow:
        slow.silent = True
        hanging = asyncio.create_task(divera(apprise, slow).send(message()))
        while not slow.requests:
            await asyncio.sleep(0.02)
        await divera(apprise, service).send(message())

        assert not hanging.done()
        monkeypatch.setattr(apprise_process, "_UNANSWERED_MAX", 0)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        await divera(apprise, service).send(message())  # in a new process, since the other one hangs

    assert len(service.requests) == 2


async def test_a_process_that_was_killed_is_started_again(apprise: AppriseProcess, service: HttpService) -> None:
    with http_service() as slow:
        slow.silent = True
        hanging = asyncio.create_task(divera(apprise, slow).send(message()))
        while not slow.requests:
            await asyncio.sleep(0.02)
        assert apprise._process is not None
        apprise._process.kill()
        with pytest.raises(ChannelUnavailable, match="ended"):
            await hanging

    await divera(apprise, service).send(message())

    assert len(service.requests) == 1


async def test_secrets_are_in_no_argument_of_a_process_and_in_no_log_line(
    apprise: AppriseProcess, service: HttpService, caplog: pytest.LogCaptureFixture
) -> None:
    service.status = 500
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelUnavailable):
        await divera(apprise, service).send(message())

    assert apprise._process is not None
    folder = Path(f"/proc/{apprise._process.pid}")
    seen = [await asyncio.to_thread((folder / name).read_text, errors="replace") for name in ("cmdline", "environ")]
    assert "geheim" not in "".join(seen) + caplog.text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ntfys://ntfy.example/alarm", ""),
        ("mailtos://user:pass@mail.example?to={to}", ""),
        ("gibtsnicht://x", "apprise does not know such an address"),
    ],
)
async def test_an_address_is_checked_without_sending(apprise: AppriseProcess, url: str, said: str) -> None:
    found = await channel(apprise, type="apprise", url=url).check()

    assert found.startswith(said) if said else found == ""


async def test_a_person_without_an_address_is_told_by_another_channel(apprise: AppriseProcess) -> None:
    mail = channel(apprise, type="apprise", url="mailto://127.0.0.1?to={to}")

    with pytest.raises(ChannelRefused, match="no address") as raised:
        await mail.send(message())

    assert raised.value.slug == "bad_address"


async def test_without_apprise_its_channels_say_so(
    apprise: AppriseProcess, service: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise_line, "is_installed", lambda: False)

    with pytest.raises(ChannelRefused, match=r"pip install 'kiezbox\[alarm\]'"):
        await divera(apprise, service).send(message())

    assert await divera(apprise, service).check() == apprise_line.MISSING
    await divera(apprise, service).run(_nobody)


async def _nobody(_answer: object) -> None:
    raise AssertionError


async def test_apprise_is_ready_before_the_first_alarm(apprise: AppriseProcess, service: HttpService) -> None:
    made = divera(apprise, service)
    await made.run(_nobody)
    await made.check()  # it has started by then

    began = time.monotonic()
    await made.send(message())

    assert time.monotonic() - began < 10
    assert len(service.requests) == 1
