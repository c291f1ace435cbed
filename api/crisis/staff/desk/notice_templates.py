"""Notices to begin with: what has to be said in the first minutes, in German and English, for people to complete."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crisis.model.contents import GERMAN, Certainty, Hazard, NoticeContent, NoticeText, Severity, Urgency
from translations import catalogues, domains, languages
from translations.marks import N_

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class _Template:
    headline: str
    text: str
    instruction: str
    severity: Severity = Severity.SEVERE
    urgency: Urgency = Urgency.IMMEDIATE
    certainty: Certainty = Certainty.OBSERVED


_TEMPLATES: Mapping[Hazard, _Template] = MappingProxyType(
    {
        Hazard.BLACKOUT: _Template(
            N_("Power cut"),
            N_("The power is out in this area. It is not known yet how long that lasts."),
            N_(
                "Switch off cookers and heaters. Use torches, no candles. Look after neighbours who need power for"
                " medical devices. In an emergency go to the nearest place of help."
            ),
        ),
        Hazard.HEAT: _Template(
            N_("Great heat"),
            N_("It stays very hot today and tomorrow."),
            N_("Drink often, stay in the shade or in cool rooms, look after old and ill neighbours."),
            urgency=Urgency.EXPECTED,
            certainty=Certainty.LIKELY,
        ),
        Hazard.FLOOD: _Template(
            N_("Heavy rain and flooding"),
            N_("Streets, cellars and underpasses may be under water."),
            N_("Leave cellars and garages below ground at once. Stay out of the water. Go to a higher floor."),
        ),
        Hazard.STORM: _Template(
            N_("Storm"),
            N_("A storm is coming. Trees and roofs may fall."),
            N_("Stay indoors, close windows and doors, bring in what can fly away, keep away from trees."),
            urgency=Urgency.EXPECTED,
            certainty=Certainty.LIKELY,
        ),
        Hazard.FIRE: _Template(
            N_("Fire: smoke in this area"),
            N_("There is a large fire. Smoke is moving over this area."),
            N_("Go indoors, close windows and doors, switch off ventilation. Keep the streets clear."),
        ),
    }
)
HAZARDS = tuple(_TEMPLATES)


def of(name: str) -> NoticeContent | None:
    """The notice that a template makes, for the whole city; None for a name that no template has."""
    found = next((_TEMPLATES[hazard] for hazard in HAZARDS if hazard.value == name), None)
    if found is None:
        return None
    german = catalogues.words(domains.STAFF, languages.GERMAN)
    parts = (found.headline, found.text, found.instruction)
    texts = {GERMAN: NoticeText(*map(german.text, parts)), ENGLISH: NoticeText(*parts)}
    return NoticeContent(texts, found.severity, found.urgency, found.certainty, Hazard(name))
