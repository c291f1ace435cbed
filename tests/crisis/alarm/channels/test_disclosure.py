"""Every message on every channel, as it arrives at the other end: nothing of a resident, and ÜBUNG first."""

from __future__ import annotations

import asyncio
import contextlib
import email
import json
from dataclasses import dataclass
from email import policy
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from crisis.alarm import channels
from crisis.alarm.channel import ChannelRefused, Severity, Sort
from crisis.alarm.channels import tables
from radio.radios import Radios
from tests.crisis.alarm.support import gammu, services
from tests.crisis.alarm.support.messages import PLACE, SECRETS, message
from tests.radio.support import owners, simulated_node
from tests.support import waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from crisis.alarm.apprise.process import AppriseProcess
    from crisis.alarm.channel import Channel

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class FarEnd:
    """A channel and what arrived at its other end: all that can be read there."""

    channel: Channel
    arrived: Callable[[], list[str]]
    to: str = ""


def _channel(
    table: dict[str, Any], common: dict[str, Any], apprise: AppriseProcess | None = None, radios: Radios | None = None
) -> Channel:
    (made,) = channels.made({"probe": table | common}, Path(), radios, apprise)
    return made


@contextlib.asynccontextmanager
async def _divera(folder: Path, apprise: AppriseProcess, common: dict[str, Any]) -> AsyncIterator[FarEnd]:
    del folder
    with services.http_service() as service:
        table = {"type": "divera", "accesskey": "geheim-4711", "url": service.url}
        yield FarEnd(_channel(table, common, apprise), lambda: [_words(body["Alarm"]) for body in service.bodies])


@contextlib.asynccontextmanager
async def _groupalarm(folder: Path, apprise: AppriseProcess, common: dict[str, Any]) -> AsyncIterator[FarEnd]:
    del folder
    with services.http_service() as service:
        who = {"organization": 1, "labels": [2], "url": service.url}
        table = {"type": "groupalarm", "token": "geheim-4711", **who}
        yield FarEnd(_channel(table, common, apprise), lambda: [_words(body, "eventName") for body in service.bodies])


@contextlib.asynccontextmanager
async def _mail(folder: Path, apprise: AppriseProcess, common: dict[str, Any]) -> AsyncIterator[FarEnd]:
    del folder

    def arrived() -> list[str]:
        mails = [email.message_from_bytes(content, policy=policy.default) for _, content in server.mails]
        return [f"{mail['Subject']}\n{mail.as_string()}\n{_text(mail)}" for mail in mails]

    with services.mail_server() as server:
        url = f"mailto://127.0.0.1:{server.port}?from=kiezbox@hub.example&to={{to}}&format=text"
        yield FarEnd(_channel({"type": "apprise", "url": url}, common, apprise), arrived, "anna@bezirk.example")


@contextlib.asynccontextmanager
async def _sms(folder: Path, apprise: AppriseProcess, common: dict[str, Any]) -> AsyncIterator[FarEnd]:
    del apprise
    smsd = gammu.made(folder / "gammu")
    with smsd.running():
        table = {"type": "sms", "config": str(smsd.config), "parts": 4}
        yield FarEnd(_channel(table, common), lambda: [text for _, text, _ in smsd.sent()], "+4915112345678")


@contextlib.asynccontextmanager
async def _radio(folder: Path, apprise: AppriseProcess, common: dict[str, Any]) -> AsyncIterator[FarEnd]:
    del apprise
    socket = folder / "radio.sock"
    with simulated_node.plugged_in(folder) as node:
        async with owners.owning(node, socket):
            radios = Radios(socket, None)
            running = asyncio.create_task(radios.run())
            await waiting.until(lambda: len(radios.own) == 2)
            table = {"type": "radio", "by": "serial"}
            yield FarEnd(_channel(table, common, radios=radios), lambda: [text for _, _, text in node.texts])
            running.cancel()


def _words(body: dict[str, Any], title: str = "title") -> str:
    return f"{body[title]}\n{json.dumps(body, ensure_ascii=False)}"


def _text(mail: Any) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())


FAR_ENDS = {"divera": _divera, "groupalarm": _groupalarm, "apprise": _mail, "sms": _sms, "radio": _radio}


async def test_every_kind_of_channel_has_its_other_end_here() -> None:
    kinds = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(tables.Table)}

    assert kinds == set(FAR_ENDS)


@pytest.mark.parametrize("kind", FAR_ENDS)
@pytest.mark.parametrize(("place", "carried"), [("outside", []), ("inside", [PLACE])])
async def test_of_a_resident_nothing_arrives(
    kind: str, place: str, carried: list[str], tmp_path: Path, apprise: AppriseProcess
) -> None:
    sorts = list(Sort) if kind not in {"radio", "sms"} else [Sort.ALARM]  # those take a minute and a second each
    async with FAR_ENDS[kind](tmp_path, apprise, {"place": place}) as far:
        for sort in sorts:
            severity = Severity.CALL if sort is Sort.ALARM else Severity.WARNING
            await far.channel.send(message(to=far.to, sort=sort, severity=severity))
        arrived = await asyncio.to_thread(far.arrived)

    assert len(arrived) == len(sorts)
    for words in arrived:
        assert words.startswith("Hilferuf H 17, Bezirk 71")
        found = [secret for secret in SECRETS.values() if secret in words]
        assert found == (carried if kind != "radio" else carried[: PLACE in words])  # cut at 180 bytes


@pytest.mark.parametrize("kind", FAR_ENDS)
async def test_an_exercise_arrives_with_its_word_first_and_nowhere_that_is_for_what_is_real(
    kind: str, tmp_path: Path, apprise: AppriseProcess
) -> None:
    (tmp_path / "real").mkdir()
    async with (
        FAR_ENDS[kind](tmp_path, apprise, {}) as far,
        FAR_ENDS[kind](tmp_path / "real", apprise, {"real_only": True}) as real,
    ):
        await far.channel.send(message(to=far.to, exercise=True))
        with pytest.raises(ChannelRefused):
            await real.channel.send(message(to=real.to, exercise=True))
        arrived = await asyncio.to_thread(far.arrived), await asyncio.to_thread(real.arrived)

    assert [words.split()[0] for words in arrived[0]] == ["ÜBUNG"]
    assert arrived[1] == []
