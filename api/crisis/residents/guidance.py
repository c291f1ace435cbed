"""What to do in a blackout, heat, flood, storm, fire and with dangerous substances: short, in words of our own.

The official sources are named by office and domain; their recommendations are followed, not copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from crisis.model.contents import Hazard
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.crisis.residents.situation import Situation

_BBK = "Bundesamt für Bevölkerungsschutz und Katastrophenhilfe (BBK), bbk.bund.de"
_FIRE_BRIGADE = "Berliner Feuerwehr, berliner-feuerwehr.de"
_WEATHER = "Deutscher Wetterdienst (DWD), dwd.de"
_RADIATION = "Bundesamt für Strahlenschutz (BfS), bfs.de"


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of guidance: texts of the catalogues, and the offices behind them.

    `first`: which three of the steps come first now, by their places: those that save lives.
    """

    title: str
    steps: tuple[str, ...]
    sources: tuple[str, ...]
    first: tuple[int, int, int]

    @property
    def rules(self) -> tuple[str, ...]:
        """What to do now, in three rules."""
        return tuple(self.steps[place] for place in self.first)


TOPICS: Mapping[Hazard, Topic] = MappingProxyType(
    {
        Hazard.BLACKOUT: Topic(
            N_("Power cut"),
            (
                N_("Switch off the cooker, the iron and heaters. They could start a fire when the power returns."),
                N_("Use a torch. Candles only where nothing can catch fire, and never leave them alone."),
                N_("Never use a grill, camping stove or generator indoors. The gas has no smell and kills."),
                N_("Save the battery of your phone: dark screen, short messages. Listen to a battery or car radio."),
                N_("Keep fridge and freezer closed. Eat first what spoils first."),
                N_("When it is cold: put on several layers, and stay together in one room."),
                N_("Ask your neighbours what they need. Who lives on a medical device needs help at once: call 112."),
            ),
            (_BBK, _FIRE_BRIGADE),
            first=(2, 0, 6),
        ),
        Hazard.HEAT: Topic(
            N_("Heat"),
            (
                N_("Drink often, before you are thirsty. Water is best. No alcohol."),
                N_("Close curtains and blinds in the daytime. Open the windows at night and early in the morning."),
                N_("Stay in the shade or in cool rooms. Do nothing strenuous at noon and in the afternoon."),
                N_("Never leave children or animals in a parked car, not even for a moment."),
                N_("Look after old and ill people who live alone, morning and evening."),
                N_(
                    "Somebody is confused, faints, or has hot dry skin: call 112, bring them into the shade, cool them."
                ),
            ),
            (_WEATHER, _BBK),
            first=(0, 2, 5),
        ),
        Hazard.FLOOD: Topic(
            N_("Flood and heavy rain"),
            (
                N_("Leave cellars and underground garages at once. Water can hold the doors shut."),
                N_("Do not walk or drive through flood water. It is deeper and stronger than it looks."),
                N_("Go to a higher floor and wait there for help."),
                N_("Switch off the power for rooms in danger. Never touch switches while you stand in water."),
                N_("Take along: medicine, papers, phone, drinking water, warm clothes."),
                N_("Flood water is dirty. Wash your hands. Do not eat what it has touched."),
            ),
            (_BBK, _WEATHER),
            first=(0, 1, 2),
        ),
        Hazard.STORM: Topic(
            N_("Storm"),
            (
                N_("Stay indoors. Close windows and doors, and keep away from windows."),
                N_("Bring in what can fly away: flower pots, chairs, parasols."),
                N_("Outdoors: keep away from trees, scaffolding and walls. Go into a solid house."),
                N_("In a thunderstorm a house or a closed car protects you. Never stand under a tree."),
                N_("Keep 20 metres away from power lines that hang down or lie on the ground. Call 112."),
                N_("After the storm: beware of loose branches and roof tiles. Stay out of parks and woods."),
            ),
            (_WEATHER, _BBK),
            first=(0, 2, 4),
        ),
        Hazard.FIRE: Topic(
            N_("Fire"),
            (
                N_("Get out, warn the others, leave everything behind. Close the doors behind you."),
                N_("Do not use the lift. Smoke is deadly: keep close to the floor."),
                N_("Call 112: Where is the fire? What is burning? How many people are in danger?"),
                N_("Smoke in the staircase: stay in your flat, close the door, seal gaps with wet cloths."),
                N_("Then go to a window and make yourself seen. Wait for the fire brigade."),
                N_("Never put water on burning fat. Put a lid on it and switch off the cooker."),
            ),
            (_FIRE_BRIGADE, _BBK),
            first=(0, 1, 2),
        ),
        Hazard.CBRN: Topic(
            N_("Dangerous substances (poison, germs, radiation)"),
            (
                N_("Go indoors and take others in with you. Close windows and doors. Switch off ventilation."),
                N_("Go to a room in the middle of the building, with few windows. With gas: not into the cellar."),
                N_("Outdoors: hold a cloth or mask over mouth and nose. Walk across the wind, away from the danger."),
                N_("You were outdoors: leave jacket and shoes outside the flat. Wash hands, face and hair."),
                N_("Follow the announcements. Eat and drink only what was indoors and closed."),
                N_("Take iodine tablets only when the authorities say so."),
                N_("Stay indoors until the authorities give the all-clear."),
            ),
            (_BBK, _RADIATION),
            first=(0, 1, 4),
        ),
    }
)


def now(found: Situation) -> Topic | None:
    """What to do in the hazard of the worst notice that holds here and that we have rules for; None without one.

    While there is an emergency, a notice of a drill gives no rules; in a drill only such a notice does.
    """
    for notice in found.notices:
        content = notice.content
        if content.hazard in TOPICS and content.exercise == found.is_exercise:
            return TOPICS[content.hazard]
    return None


def slug(topic: Topic) -> str:
    """The last part of the address of a topic's page."""
    return next(name.value for name, each in TOPICS.items() if each is topic)
