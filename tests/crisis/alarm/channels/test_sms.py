from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.alarm import channels
from crisis.alarm.channel import ChannelRefused, ChannelUnavailable
from crisis.alarm.channels import sms
from tests.crisis.alarm.support import gammu
from tests.crisis.alarm.support.messages import GENERAL, message

if TYPE_CHECKING:
    from crisis.alarm.channel import Channel
    from tests.crisis.alarm.support.gammu import Smsd

NUMBER = "+49 151/234-5678"


def channel(config: Path, **table: Any) -> Channel:
    (made,) = channels.made({"sms": {"type": "sms", "config": str(config), **table}}, Path())
    return made


@pytest.fixture
def smsd(tmp_path: Path) -> Smsd:
    return gammu.made(tmp_path / "gammu")


@given(st.text(max_size=500), st.integers(min_value=1, max_value=4))
def test_a_text_fits_into_its_parts(text: str, parts: int) -> None:
    short, is_unicode = sms.fitting(text, parts)

    each = (70 if parts == 1 else 67) if is_unicode else (160 if parts == 1 else 153)
    assert sms._units(short) <= parts * each
    assert is_unicode or set(short) <= sms._ALPHABET


@pytest.mark.parametrize(
    ("text", "parts", "length", "is_unicode"),
    [
        ("ü" * 160, 1, 160, False),
        ("ü" * 161, 1, 160, False),
        ("ü" * 306, 2, 306, False),
        ("ü" * 307, 2, 306, False),
        ("ł" * 134, 2, 134, True),
        ("ł" * 135, 2, 134, True),
    ],
)
def test_umlauts_cost_no_more_than_other_letters(text: str, parts: int, length: int, is_unicode: bool) -> None:
    found = sms.fitting(text, parts)

    assert (len(found[0]), found[1]) == (length, is_unicode)


@pytest.mark.parametrize("letter", ["ü", "ł"])
def test_what_is_cut_is_the_text_and_not_the_link_behind_it(letter: str) -> None:
    tail = "https://hub.example/crisis/alarms/s/abc #0abcde"

    short, is_unicode = sms.fitting(letter * 500, 2, tail)

    assert short.endswith(f"{letter}... {tail}")
    assert len(short) == (134 if is_unicode else 306)


@pytest.mark.parametrize(
    "written", ["+49 151/234-5678", "+49 (0) 151 2345678", "0049 (0)151 2345678", "(0151) 234 56 78"]
)
async def test_a_number_is_dialled_as_people_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    dialled = []

    async def inject(self: sms.SmsChannel, number: str, text: str, *, is_unicode: bool) -> None:
        del self, text, is_unicode
        dialled.append(number.replace("0049", "+49").replace("+49", "0"))

    monkeypatch.setattr(sms.SmsChannel, "_inject", inject)
    monkeypatch.setattr("shutil.which", lambda name: name)

    await channel(tmp_path / "x").send(message(to=written))

    assert dialled == ["01512345678"]


def test_marks_that_telephones_lack_are_replaced() -> None:
    assert sms.fitting("„Kiez“ \u2013 „ÜBUNG“ … 5 €", 1) == ('"Kiez" - "ÜBUNG" ... 5 EUR', False)


async def test_the_modem_sends_it_with_its_umlauts(smsd: Smsd) -> None:
    text = f"{GENERAL} am Straßenübergang, große Höhe. " * 3
    made = channel(smsd.config)

    with smsd.running():
        await made.send(message(to=NUMBER, title="ÜBUNG Hilferuf H 17", exercise=True, link=text))
        check = await made.check()

    ((number, sent, parts),) = await asyncio.to_thread(smsd.sent)
    whole, _ = sms.fitting(f"ÜBUNG Hilferuf H 17 {GENERAL} {text.strip()}", 2)
    assert number == "+491512345678"
    assert sent.startswith(f"ÜBUNG Hilferuf H 17 {GENERAL} ")
    assert "Straßenübergang" in sent
    assert (len(sent), parts) == (len(whole), 2)
    assert check == ""


async def test_what_the_modem_does_not_send_is_taken_back_for_another_channel(
    smsd: Smsd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "_WATCH_SECONDS", 1.0)

    with pytest.raises(ChannelUnavailable, match="the modem did not send it") as raised:
        await channel(smsd.config).send(message(to=NUMBER))

    assert raised.value.slug == "not_sent"
    assert await asyncio.to_thread(smsd.waiting) == 0
    assert await channel(smsd.config).check() == "gammu-smsd does not run: start it"


async def test_what_the_network_refuses_is_told(smsd: Smsd, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(config: Path, folder: Path) -> None:
        while not (found := list((folder / "outbox").iterdir())):
            await asyncio.sleep(0.02)
        found[0].rename(folder / "error" / found[0].name)
        del config

    monkeypatch.setattr(sms, "_LOOK_SECONDS", 0.05)
    refusing = asyncio.create_task(refuse(smsd.config, smsd.folder))

    with pytest.raises(ChannelUnavailable, match="the network did not take it"):
        await channel(smsd.config).send(message(to=NUMBER))

    await refusing


@pytest.mark.parametrize("number", ["", "Anna", "+49151; rm -rf", "-c /etc/passwd", "12"])
async def test_what_is_no_telephone_number_is_refused(smsd: Smsd, number: str) -> None:
    with pytest.raises(ChannelRefused) as raised:
        await channel(smsd.config).send(message(to=number))

    assert raised.value.slug == "bad_address"


async def test_a_configuration_that_is_wrong_is_said(tmp_path: Path, smsd: Smsd) -> None:
    broken = tmp_path / "broken"
    await asyncio.to_thread(broken.write_text, "kein Abschnitt")

    assert await channel(tmp_path / "missing").check() == f"{tmp_path / 'missing'}: No such file or directory"
    assert "is no configuration" in await channel(broken).check()
    with pytest.raises(ChannelUnavailable) as raised:
        await channel(tmp_path / "missing").send(message(to=NUMBER))

    del smsd
    assert raised.value.slug in {"not_injected", "unreachable"}


async def test_without_gammu_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ChannelRefused, match="Debian: gammu-smsd"):
        await channel(tmp_path / "x").send(message(to=NUMBER))

    assert "is not installed" in await channel(tmp_path / "x").check()
