"""A plan that is broken by an edit, or gone, keeps nobody from being told, not even after a restart."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from crisis.alarm import plan, plans
from crisis.alarm import service as alarm_service
from crisis.alarm.plans import PlanFile
from crisis.model.event_bodies import DistressReceived
from kiezbox.settings import AlarmSettings, CrisisSettings, Settings
from stack import alarm_channels
from stack.findings import Level
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.services import http_service
from tests.crisis.alarm.support.speaking import speaking

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.node import Node

GOOD = '[channels.push]\n[people.anna]\npush = "a"\n[chains.call]\nsteps = [{after_minutes = 0, to = ["anna"]}]\n'
BROKEN = GOOD + "[people.bert\n"


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def file_in(folder: Path, seconds: Seconds | None = None) -> PlanFile:
    return PlanFile(folder / plan.FILE, folder / plans.LAST_GOOD, seconds=seconds or Seconds())


def write(folder: Path, text: str) -> None:
    (folder / plan.FILE).write_text(text, encoding="utf-8")


def test_a_plan_that_is_right_is_copied_for_us_alone(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    file_in(tmp_path)
    copy = tmp_path / plans.LAST_GOOD

    assert plan.read(copy) == plan.read(tmp_path / plan.FILE)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [plans.LAST_GOOD, plan.FILE]


@pytest.mark.parametrize("broken", [BROKEN, "", "\n", "\x00", None])
def test_after_a_restart_the_last_good_plan_is_in_force(tmp_path: Path, broken: str | None) -> None:
    write(tmp_path, GOOD)
    file_in(tmp_path)
    if broken is None:
        (tmp_path / plan.FILE).unlink()
    else:
        write(tmp_path, broken)
    again = file_in(tmp_path)

    assert list(again.current().people) == ["anna"]
    assert again.problem
    assert again.is_last_good
    assert again.wrong_seconds() == plans.SAVING_SECONDS  # at a start nobody is saving it: it is an alarm at once
    assert list(again.last_good().people) == ["anna"]  # the copy is not overwritten


def test_whoever_wants_no_alarms_says_so_by_a_comment(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    file_in(tmp_path)
    write(tmp_path, "# no alarms\n")
    again = file_in(tmp_path)

    assert (list(again.current().people), again.problem, again.is_last_good) == ([], "", False)
    assert list(file_in(tmp_path).last_good().people) == []


def test_a_wrong_plan_without_one_before_is_not_said_to_be_in_force(tmp_path: Path) -> None:
    write(tmp_path, BROKEN)
    found = file_in(tmp_path)

    assert (list(found.current().people), found.is_last_good) == ([], False)
    assert found.problem


def test_a_plan_that_becomes_wrong_leaves_the_one_before_and_is_over_when_it_is_right(tmp_path: Path) -> None:
    seconds = Seconds()
    write(tmp_path, GOOD)
    found = file_in(tmp_path, seconds)
    write(tmp_path, BROKEN)
    people = list(found.current().people)
    seconds.now += 61
    found.current()
    wrong = found.wrong_seconds()
    write(tmp_path, GOOD + '[people.bert]\npush = "b"\n')

    assert (people, wrong) == (["anna"], 61.0)
    assert list(found.current().people) == ["anna", "bert"]
    assert (found.wrong_seconds(), found.problem, found.is_last_good) == (None, "", False)


def test_a_folder_that_takes_no_copy_is_tried_again(tmp_path: Path) -> None:
    seconds = Seconds()
    write(tmp_path, GOOD)
    copies = tmp_path / "not there yet"
    found = PlanFile(tmp_path / plan.FILE, copies / plans.LAST_GOOD, seconds=seconds)
    copies.mkdir()
    seconds.now += 61
    found.current()

    assert list(found.last_good().people) == ["anna"]


async def test_a_plan_that_is_wrong_for_a_minute_is_told_to_those_of_the_last_good_one(node: Node) -> None:
    push, seconds = KeepingChannel("push"), Seconds()
    async with speaking(node, push, plan=GOOD):
        pass
    async with speaking(node, push, plan=BROKEN) as alarms:
        alarms.service.plan_file._seconds = seconds
        alarms.service.plan_file._wrong_since = 0.0
        await node.receive(DistressReceived(text="Hilfe", box="71-01"))
        await alarms.look()
        before = [each.kind for each in push.sent if each.kind == "plan_wrong"]
        seconds.now += plans.SAVING_SECONDS
        await alarms.look()

    assert before == []
    assert {(each.kind, each.person) for each in push.sent} >= {("distress", "anna"), ("plan_wrong", "anna")}


async def test_a_node_that_starts_with_a_wrong_file_has_the_channels_of_the_last_good_one(
    node: Node, tmp_path: Path
) -> None:
    del tmp_path
    folder = node.settings.folder
    settings = Settings(crisis=node.settings.model_copy(update={"copies": False}), alarm=AlarmSettings())
    sms = '[channels.sms]\ntype = "sms"\n[people.anna]\nsms = "+491700000001"\n'
    write(folder, sms)
    async with alarm_service.running(node, settings) as alarms:
        assert (list(alarms.channels), alarms.plan_file.problem) == (["sms"], "")
    for broken in (sms + "[[", sms.replace('"sms"\n[', '"smms"\n[')):  # the file, or only the channel
        write(folder, broken)
        async with alarm_service.running(node, settings) as alarms:
            assert list(alarms.channels) == ["sms"]
            assert alarms.plan_file.problem
            assert list(alarms.plan_file.current().people) == ["anna"]


async def test_doctor_says_what_is_wrong_and_which_plan_counts(tmp_path: Path) -> None:
    settings = Settings(crisis=CrisisSettings(folder=tmp_path))
    with http_service() as service:
        url = f"json://127.0.0.1:{service.port}/"
        good = f'[channels.web]\ntype = "apprise"\nurl = "{url}"\n[people.anna]\nweb = "x"\n'
        write(tmp_path, good)
        file_in(tmp_path)
        write(tmp_path, good + "[[")
        wrong, *_ = await alarm_channels.examine(settings)
        (tmp_path / plan.FILE).unlink()
        gone, *_ = await alarm_channels.examine(settings)

    assert (wrong.level, gone.level) == (Level.FAIL, Level.FAIL)
    assert "is not TOML" in wrong.text
    assert "anna" in wrong.text
    assert "is gone" in gone.text
