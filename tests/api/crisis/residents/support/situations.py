"""The fullest situation that is realistic for a residents' page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.model import commands
from crisis.model.contents import Hazard, NoticeContent, NoticeText, PointContent, PointKind, Severity
from devices.readings import Mode
from tests.crisis.support.examples import ANNA, DANA
from translations import languages

if TYPE_CHECKING:
    from crisis.node import Node

# Plausible lengths in each script. Only the size counts, so the words are shuffled.
_TEXTS = {
    "de": "Stromausfall Versorgung Katastrophenschutz Bevölkerung Straße Wasser Bezirk Anlaufstelle geöffnet bitte",
    "ar": "انقطاع التيار الكهربائي المياه السكان الشارع المنطقة مركز المساعدة مفتوح من فضلكم",
    "ru": "Отключение электричества водоснабжение население улица район пункт помощи открыт",
    "uk": "Відключення електроенергії водопостачання населення вулиця район пункт відкрито",
}
_WORDS = {tag: text.split(" ") for tag, text in _TEXTS.items()}
NOTICES, POINTS = 6, 30


def sentence(tag: str, number: int, characters: int) -> str:
    """A text of about so many characters, of words in an order of its own."""
    words = _WORDS.get(tag, _WORDS["de"])
    text, place = "", number
    while len(text) < characters:
        place = (place * 31 + 17) % 1009
        text += f"{words[place % len(words)]} "
    return text.strip() + "."


def texts(number: int) -> dict[str, NoticeText]:
    """A notice in every language, as long as official ones are."""
    tags = [language.tag for language in languages.LANGUAGES]
    return {
        tag: NoticeText(
            headline=sentence(tag, number, 60),
            text=sentence(tag, number + 100, 380),
            instruction=sentence(tag, number + 200, 250),
        )
        for tag in tags
    }


async def fill(node: Node, *, exercise: bool = False, notices: int = NOTICES, points: int = POINTS) -> None:
    """Declare an emergency, by default with as many notices and places of help as a district ever had."""
    now = node.now()
    reason = sentence("de", 1, 120)
    await node.act(commands.SetMode("all", Mode.EMERGENCY, reason, exercise=exercise), DANA)
    severities = [each for each in Severity if each is not Severity.UNKNOWN]
    hazards = list(Hazard)
    for number in range(notices):
        content = NoticeContent(
            texts=texts(number),
            severity=severities[number % len(severities)],
            hazard=hazards[number % len(hazards)],
            until_at=now + timedelta(days=1),
            exercise=exercise,
        )
        await node.act(commands.PutNotice(uuid4(), content), ANNA)
    kinds = list(PointKind)
    for number in range(points):
        point = PointContent(
            kind=kinds[number % len(kinds)],
            name=f"{number + 1}. {sentence('de', number + 300, 25)}",
            latitude=52.45 + (number * 7 % 30) / 1000,
            longitude=13.30 + (number * 11 % 30) / 1000,
            address=sentence("de", number + 400, 34),
            open_now=(True, None, True, False)[number % 4],
            hours="8:00-20:00 Uhr, So 10-18 Uhr",
            offers=("Strom", "Wasser", "Wärme", "Auskunft")[: 1 + number % 4],
            note=sentence("de", number + 500, 90),
            confirmed_at=now - timedelta(minutes=13 * number),
            exercise=exercise,
        )
        await node.act(commands.PutPoint(uuid4(), point), ANNA)
