from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from crisis.alarm.outbox.outbox import Outbox
from crisis.alarm.outbox.requests import SUMMARY
from kiezbox.settings import AlarmSettings, CrisisSettings, GrafanaSettings, Settings
from stack import alarm_channels
from stack.findings import Level

if TYPE_CHECKING:
    from pathlib import Path

    from stack.findings import Finding


async def examined(folder: Path, content: str | bytes, mode: int = 0o600) -> list[Finding]:
    """What doctor says of this file."""
    file = folder / "alarm.toml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    file.chmod(mode)
    return await alarm_channels.examine(Settings(crisis=CrisisSettings(folder=folder), alarm=AlarmSettings(file=file)))


async def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    assert await alarm_channels.examine(Settings(crisis=CrisisSettings(folder=tmp_path))) == []


@pytest.mark.parametrize(("root", "level"), [("msh/EU_868", Level.OK), ("nachbarn/EU_868", Level.WARN)])
async def test_a_gateway_s_root_is_one_that_the_hub_may_use(tmp_path: Path, root: str, level: Level) -> None:
    key = "AAECAwQFBgcICQoLDA0ODw=="
    table = f'type = "radio"\nby = "mqtt"\nchannel = "Kiezwache"\nkey = "{key}"\nroot = "{root}"'

    (finding,) = await examined(tmp_path, f"[channels.netz]\n{table}")

    assert finding.level is level
    assert ("KIEZBOX_MQTT_MESH_ROOTS" in str(finding)) is (level is Level.WARN)


async def test_a_file_that_a_setting_names_must_be_there(tmp_path: Path) -> None:
    named = AlarmSettings(file=tmp_path / "alram.toml")

    (finding,) = await alarm_channels.examine(Settings(crisis=CrisisSettings(folder=tmp_path), alarm=named))

    assert finding.level is Level.FAIL
    assert "alram.toml, and there is no such file" in str(finding)


async def test_each_channel_is_looked_at_and_nothing_is_sent(tmp_path: Path) -> None:
    written = f"""
        [channels.ntfy]
        type = "apprise"
        url = "ntfys://ntfy.bezirk.example/wache"
        place = "inside"
        allows = ["words"]
        reason = "Steht im eigenen Rechenzentrum"

        [channels.divera]
        type = "divera"
        accesskey = "geheim-4711"

        [channels.sms]
        type = "sms"
        config = "{tmp_path}/fehlt"

        [channels.funk]
        type = "radio"
        by = "serial"
    """
    found = await examined(tmp_path, written)

    assert [finding.level for finding in found] == [Level.OK, Level.OK, Level.WARN, Level.WARN]
    said = [str(finding) for finding in found]
    assert "channel ntfy (inside) may carry words: Steht im eigenen Rechenzentrum" in said[0]
    assert "channel divera (outside)" in said[1]
    assert "channel sms (outside, works offline): " in said[2]
    assert "kiezbox radio does not run on this machine" in said[3]
    assert "geheim" not in "".join(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[channels.sms]\ntype = 'fax'", "[channels.sms] Input tag 'fax'"),
        ("kaputt", "is not TOML"),
        ("# Büro".encode("latin-1"), "is not UTF-8"),
    ],
)
async def test_a_file_that_is_wrong_fails(tmp_path: Path, written: str | bytes, said: str) -> None:
    (finding,) = await examined(tmp_path, written)

    assert finding.level is Level.FAIL
    assert said in str(finding)


async def test_a_file_that_others_can_read_is_a_warning(tmp_path: Path) -> None:
    (finding,) = await examined(tmp_path, "", mode=0o640)

    assert finding.level is Level.WARN
    assert f"chmod 600 {tmp_path}/alarm.toml" in str(finding)


@pytest.mark.parametrize(
    ("content", "alert_rules", "said"),
    [
        ('[channels.sms]\ntype = "sms"\n[channels.funk]\ntype = "radio"', "always", "(channels: funk, sms)"),
        ('[channels.sms]\ntype = "sms"', "never", ""),
        ('[channels.sms]\ntype = "sms"', "instead", ""),
        ('[people."anna"]\n', "always", ""),
        ("[channels", "always", ""),
        (None, "always", ""),
    ],
)
def test_it_says_when_grafana_tells_people_whom_our_own_channels_tell(
    tmp_path: Path, content: str | None, alert_rules: Literal["always", "never", "instead"], said: str
) -> None:
    file = tmp_path / "alarm.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    given = Settings(alarm=AlarmSettings(file=file), grafana=GrafanaSettings(alert_rules=alert_rules))

    found = alarm_channels.told_twice(given)

    assert said in found
    assert bool(found) == bool(said)


async def test_who_would_be_told_now_is_said_as_the_node_said_it_last(tmp_path: Path) -> None:
    written = "[people.anna]\n[people.bert]\n"
    (finding,) = await examined(tmp_path, written)
    assert finding.level is Level.WARN
    assert "nobody knows who would be told of a call for help now" in str(finding)
    outbox = Outbox(tmp_path, lambda: 0)
    await outbox.note(SUMMARY, '{"told_now": ["anna", "bert"]}')
    outbox.close()
    (finding,) = await examined(tmp_path, written)

    assert finding.level is Level.OK
    assert "a call for help would be told to anna, bert, in this order" in str(finding)
