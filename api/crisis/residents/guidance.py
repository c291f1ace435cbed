"""What to do in a blackout, heat, flood, storm, fire and with dangerous substances: short, in words of our own.

The official sources are named by office and domain; their recommendations are followed, not copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from api.crisis.residents.catalogues import noted
from crisis.model.contents import Hazard

if TYPE_CHECKING:
    from collections.abc import Mapping

_BBK = "Bundesamt für Bevölkerungsschutz und Katastrophenhilfe (BBK), bbk.bund.de"
_FIRE_BRIGADE = "Berliner Feuerwehr, berliner-feuerwehr.de"
_WEATHER = "Deutscher Wetterdienst (DWD), dwd.de"
_RADIATION = "Bundesamt für Strahlenschutz (BfS), bfs.de"


@dataclass(frozen=True, slots=True)
class Topic:
    """One page of guidance: texts of the catalogues, and the offices behind them."""

    title: str
    steps: tuple[str, ...]
    sources: tuple[str, ...]


TOPICS: Mapping[Hazard, Topic] = MappingProxyType(
    {
        Hazard.BLACKOUT: Topic(
            noted("Power cut"),
            (
                noted("Switch off the cooker, the iron and heaters. They could start a fire when the power returns."),
                noted("Use a torch. Candles only where nothing can catch fire, and never leave them alone."),
                noted("Never use a grill, camping stove or generator indoors. The gas has no smell and kills."),
                noted("Save the battery of your phone: dark screen, short messages. Listen to a battery or car radio."),
                noted("Keep fridge and freezer closed. Eat first what spoils first."),
                noted("When it is cold: put on several layers, and stay together in one room."),
                noted(
                    "Ask your neighbours what they need. Who lives on a medical device needs help at once: call 112."
                ),
            ),
            (_BBK, _FIRE_BRIGADE),
        ),
        Hazard.HEAT: Topic(
            noted("Heat"),
            (
                noted("Drink often, before you are thirsty. Water is best. No alcohol."),
                noted("Close curtains and blinds in the daytime. Open the windows at night and early in the morning."),
                noted("Stay in the shade or in cool rooms. Do nothing strenuous at noon and in the afternoon."),
                noted("Never leave children or animals in a parked car, not even for a moment."),
                noted("Look after old and ill people who live alone, morning and evening."),
                noted(
                    "Somebody is confused, faints, or has hot dry skin: call 112, bring them into the shade, cool them."
                ),
            ),
            (_WEATHER, _BBK),
        ),
        Hazard.FLOOD: Topic(
            noted("Flood and heavy rain"),
            (
                noted("Leave cellars and underground garages at once. Water can hold the doors shut."),
                noted("Do not walk or drive through flood water. It is deeper and stronger than it looks."),
                noted("Go to a higher floor and wait there for help."),
                noted("Switch off the power for rooms in danger. Never touch switches while you stand in water."),
                noted("Take along: medicine, papers, phone, drinking water, warm clothes."),
                noted("Flood water is dirty. Wash your hands. Do not eat what it has touched."),
            ),
            (_BBK, _WEATHER),
        ),
        Hazard.STORM: Topic(
            noted("Storm"),
            (
                noted("Stay indoors. Close windows and doors, and keep away from windows."),
                noted("Bring in what can fly away: flower pots, chairs, parasols."),
                noted("Outdoors: keep away from trees, scaffolding and walls. Go into a solid house."),
                noted("In a thunderstorm a house or a closed car protects you. Never stand under a tree."),
                noted("Keep 20 metres away from power lines that hang down or lie on the ground. Call 112."),
                noted("After the storm: beware of loose branches and roof tiles. Stay out of parks and woods."),
            ),
            (_WEATHER, _BBK),
        ),
        Hazard.FIRE: Topic(
            noted("Fire"),
            (
                noted("Get out, warn the others, leave everything behind. Close the doors behind you."),
                noted("Do not use the lift. Smoke is deadly: keep close to the floor."),
                noted("Call 112: Where is the fire? What is burning? How many people are in danger?"),
                noted("Smoke in the staircase: stay in your flat, close the door, seal gaps with wet cloths."),
                noted("Then go to a window and make yourself seen. Wait for the fire brigade."),
                noted("Never put water on burning fat. Put a lid on it and switch off the cooker."),
            ),
            (_FIRE_BRIGADE, _BBK),
        ),
        Hazard.CBRN: Topic(
            noted("Dangerous substances (poison, germs, radiation)"),
            (
                noted("Go indoors and take others in with you. Close windows and doors. Switch off ventilation."),
                noted("Go to a room in the middle of the building, with few windows. With gas: not into the cellar."),
                noted(
                    "Outdoors: hold a cloth or mask over mouth and nose. Walk across the wind, away from the danger."
                ),
                noted("You were outdoors: leave jacket and shoes outside the flat. Wash hands, face and hair."),
                noted("Follow the announcements. Eat and drink only what was indoors and closed."),
                noted("Take iodine tablets only when the authorities say so."),
                noted("Stay indoors until the authorities give the all-clear."),
            ),
            (_BBK, _RADIATION),
        ),
    }
)
