"""What an operator writes, and what is made of it or said about it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crisis.alarm import channels
from crisis.alarm.channel import Disclosure, Place
from kiezbox.errors import OperatorError

_SECRET = "geheim-4711-0815"
_WELL = f"""
[ntfy]
type = "apprise"
url = "ntfys://ntfy.example/alarm?token={_SECRET}"
place = "inside"
offline = true

[divera]
type = "divera"
accesskey = "{_SECRET}"
free = true

[groupalarm]
type = "groupalarm"
token = "{_SECRET}"
organization = 4711
labels = [12]
real_only = true

[sms]
type = "sms"
allows = ["place"]
reason = "Die Wache hat keinen anderen Weg"

[funk]
type = "radio"
by = "serial"
known = ["!A1B2C3D4"]

[box]
type = "radio"
by = "box"
box = "71-03"

[netz]
type = "radio"
by = "mqtt"
root = "msh/EU_868"
channel = "Kiezwache"
key = "AAECAwQFBgcICQoLDA0ODw=="
"""


def test_every_kind_of_channel_is_made_as_it_is_written() -> None:
    made = channels.made(tomllib.loads(_WELL), Path())

    assert [channel.name for channel in made] == ["ntfy", "divera", "groupalarm", "sms", "funk", "box", "netz"]
    assert [channel.name for channel in made if channel.place is Place.INSIDE] == ["ntfy"]
    assert [channel.name for channel in made if channel.real_only] == ["groupalarm"]
    assert [channel.name for channel in made if channel.works_offline] == ["ntfy", "sms", "funk", "box", "netz"]
    assert {channel.name: channel.allows for channel in made if channel.allows} == {"sms": {Disclosure.PLACE}}
    assert channels.mesh_topics(tomllib.loads(_WELL)) == ("msh/EU_868/2/e/Kiezwache/+",)


def test_a_table_that_is_wrong_costs_no_other_channel() -> None:
    found, wrong = channels.usable(tomllib.loads(_WELL) | {"fax": {"type": "fax"}, "x": {"type": "radio"}}, Path())

    assert [channel.name for channel in found] == ["ntfy", "divera", "groupalarm", "sms", "funk", "box", "netz"]
    assert [error.message.partition("]")[0] for error in wrong] == ["[channels.fax", "[channels.x"]
    assert channels.mesh_topics(tomllib.loads(_WELL) | {"x": {"type": "radio"}}) == ("msh/EU_868/2/e/Kiezwache/+",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sms = 3", r"\[channels.sms\] is no table"),
        ('[Wache]\ntype = "sms"', "a-z, 0-9, - and _"),
        ('[x]\ntype = "fax"', "'apprise', 'divera', 'groupalarm', 'sms', 'radio'"),
        ("[x]\nparts = 2", "does not say what it is"),
        ('[x]\ntype = "sms"\nparts = 9', "parts: Input should be less than or equal to 6"),
        ('[x]\ntype = "sms"\nplce = "inside"', "plce: Extra inputs are not permitted"),
        ('[x]\ntype = "sms"\nplace = "drinnen"', "place: Input should be 'inside' or 'outside'"),
        ('[x]\ntype = "sms"\nallows = ["words"]', "who allows more says why"),
        ('[x]\ntype = "apprise"\nurl = "geheim-4711-0815"', "url: write an address of apprise"),
        (
            '[x]\ntype = "divera"\naccesskey = "geheim-4711-0815"\nurl = "divera.bezirk.example"',
            "url: write the address",
        ),
        ('[x]\ntype = "divera"\naccesskey = "kurz"', "accesskey: Value should have at least 8 items"),
        ('[x]\ntype = "groupalarm"\ntoken = "geheim-4711-0815"\norganization = 1', "write who is alarmed"),
        ('[x]\ntype = "radio"\nby = "box"', "`box` names the box"),
        ('[x]\ntype = "radio"\nby = "mqtt"\nchannel = "Kiez"', "`channel` and `key`"),
        ('[x]\ntype = "radio"\nby = "serial"\nknown = ["Anna"]', "known: 'Anna' is no node"),
        (
            '[x]\ntype = "radio"\nby = "mqtt"\nchannel = "Kiez"\nkey = "geheim-4711-0815!"',
            r"\[channels.x\] key: the key of channel Kiez is no base64",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_never_with_a_secret(written: str, said: str) -> None:
    with pytest.raises(OperatorError, match=said) as raised:
        channels.made(tomllib.loads(written), Path())

    assert "[channels." in raised.value.message
    assert _SECRET not in raised.value.message + raised.value.hint


def test_no_channel_shows_its_secrets() -> None:
    made = channels.made(tomllib.loads(_WELL), Path())

    assert _SECRET not in repr(made) + "".join(repr(getattr(channel, "_table", "")) for channel in made)
