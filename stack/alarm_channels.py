"""Whether alarms can leave: the operator's file, who else can read it, and each of its channels. Sends nothing."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crisis.alarm import channels, plan
from crisis.alarm.apprise.process import AppriseProcess
from crisis.alarm.outbox import requests
from crisis.alarm.plans import PlanFile, file_of, in_force, last_good_of
from kiezbox.errors import OperatorError
from radio.radios import Radios
from stack.findings import Finding, Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from crisis.alarm.channel import Channel
    from kiezbox.settings import Settings

_PART = "alarms"
ONCE_HINT = (
    "KIEZBOX_GRAFANA_ALERT_RULES=instead, then publish again: Grafana alerts only while Kiezbox tells nobody itself"
)
_CHECK_SECONDS = 20.0
_RADIO_SECONDS = 2.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Checked:
    """A channel, and what is wrong with it in a sentence; "" when nothing is."""

    channel: Channel
    wrong: str


async def examine(settings: Settings) -> list[Finding]:
    """Findings about the channels of the operator's file; none without such a file, unless a setting names it."""
    path = file_of(settings)
    now = PlanFile(path, last_good_of(settings), is_kept=False)
    if settings.alarm.file is not None and not now.problem and not await asyncio.to_thread(path.exists):
        text = f"KIEZBOX_ALARM_FILE names {path}, and there is no such file: nobody is told of anything"
        return [Finding(Level.FAIL, _PART, text, "write it (docs/alarm.md), or correct the name")]
    told = await asyncio.to_thread(_told_now, settings) if now.current().people else []
    if now.problem:
        people = ", ".join(now.current().people) or "nobody"
        text = (
            f"the plan is wrong: {now.problem}. The last one that was right counts: {last_good_of(settings)}, {people}"
        )
        return [Finding(Level.FAIL, _PART, text, "mend the file; it counts at once, channels after a restart"), *told]
    try:
        found = await checked(settings)
    except OperatorError as error:
        return [Finding(Level.FAIL, _PART, f"{path}: {error.message}", error.hint), *told]
    return [*await asyncio.to_thread(_readers, path), *map(_finding, found), *told]


def told_twice(settings: Settings) -> str:
    """What to say when both Grafana and our own channels tell people; "" when at most one of them does."""
    if settings.grafana.alert_rules != "always":
        return ""
    names = sorted(in_force(settings).channels)
    if not names:
        return ""
    return f"Kiezbox tells people of alarms itself (channels: {', '.join(names)}), and Grafana's rules tell them again"


async def checked(settings: Settings) -> list[Checked]:
    """The channels of the operator's file, in its order, each looked at. Raises OperatorError for a wrong file."""
    apprise = AppriseProcess()
    radios = Radios(settings.radio_socket, None)
    listening = asyncio.create_task(radios.run(), name="doctor listens to the radio")
    try:
        written = plan.read(file_of(settings)).channels
        made = channels.made(written, settings.crisis.folder, radios, apprise)
        if any(table.get("type") == "radio" and table.get("by") == "serial" for table in written.values()):
            await _told(radios)
        found = await asyncio.gather(*(_checked(channel) for channel in made))
        roots = settings.mqtt.mesh_roots
        return [Checked(each.channel, each.wrong or _unread(each.channel.name, written, roots)) for each in found]
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await apprise.close()


def _unread(name: str, written: Mapping[str, Any], roots: Sequence[str]) -> str:
    """What is wrong with a gateway's topics: outside these roots the broker lets the hub neither write nor read."""
    topics = channels.mesh_topics({name: written[name]})
    if all(topic.startswith(tuple(f"{root}/" for root in roots)) for topic in topics):
        return ""
    return "its root is not below KIEZBOX_MQTT_MESH_ROOTS: add it there, then kiezbox broker apply"


async def _told(radios: Radios) -> None:
    """Wait a little until the radio here has told about itself."""
    for _ in range(int(_RADIO_SECONDS / 0.1)):
        if len(radios.own) > 1:
            return
        await asyncio.sleep(0.1)


async def _checked(channel: Channel) -> Checked:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            wrong = await channel.check()
    except TimeoutError:
        wrong = "it does not answer"
    except OSError as error:
        wrong = error.strerror or type(error).__name__
    return Checked(channel, wrong)


def _finding(found: Checked) -> Finding:
    channel = found.channel
    what = f"channel {channel.name} ({channel.place}{', works offline' if channel.works_offline else ''})"
    if channel.allows:
        what += f" may carry {', '.join(sorted(channel.allows))}: {channel.reason}"
    if found.wrong:
        return Finding(Level.WARN, _PART, f"{what}: {found.wrong}", "docs/channels.md says what each channel needs")
    return Finding(Level.OK, _PART, what)


def _told_now(settings: Settings) -> list[Finding]:
    """Who would be told of a call for help now, as the running node said last."""
    try:
        told = requests.summary(settings.crisis.folder)["told_now"]
    except OperatorError as error:
        text = f"nobody knows who would be told of a call for help now: {error.message}"
        return [Finding(Level.WARN, _PART, text, error.hint)]
    return [Finding(Level.OK, _PART, f"a call for help would be told to {', '.join(told)}, in this order")]


def _readers(path: Path) -> list[Finding]:
    """A warning when others can read the keys and telephone numbers in the file."""
    try:
        mode = path.stat().st_mode
    except OSError:  # there is none
        return []
    if not mode & _OTHERS:
        return []
    text = f"{path} holds keys and telephone numbers, and others on this machine can read it"
    return [Finding(Level.WARN, _PART, text, f"chmod 600 {path}")]
