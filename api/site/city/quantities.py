"""The quantities that the map shows, by which value of theirs boxes are compared, and how that is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from devices.quantities import CATALOGUE
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devices.limits import Statistic
    from devices.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Shown:
    """A quantity of the map. Of the `names` that a box has, the first counts. `by`: which value is shown."""

    key: str
    names: tuple[str, ...]
    statistic: Statistic
    label: str
    by: str
    about: tuple[str, ...]  # what it is and how it is measured, in paragraphs

    @property
    def quantity(self) -> Quantity:
        """Its entry in the catalogue."""
        return CATALOGUE[self.names[0]]

    @property
    def decimals(self) -> int:
        """With how many its values and means are shown, and so compared with the bounds of classes."""
        return min(self.quantity.decimals, 1)


_DAY = N_("Mean of the last 24 hours")
_HOUR = N_("Mean of the last full hour")
_NOW = N_("Newest value")
BY: Mapping[Statistic, str] = MappingProxyType({"day_mean": _DAY, "hour_mean": _HOUR, "newest": _NOW})
_PARTICLES = N_(
    "The boxes count particles with a laser. Such sensors are cheap and comparable with each other; in fog and at high "
    "humidity they show too much. They do not replace the official measuring stations."
)
SHOWN: Mapping[str, Shown] = MappingProxyType(
    {
        each.key: each
        for each in (
            Shown(
                "pm2_5",
                ("pm2_5",),
                "day_mean",
                N_("Fine dust PM2.5"),
                _DAY,
                (
                    N_(
                        "Particles of up to 2.5 micrometres: from stoves, engines, fireworks and from far away. They "
                        "get deep into the lungs and from there into the blood."
                    ),
                    _PARTICLES,
                ),
            ),
            Shown(
                "pm10",
                ("pm10",),
                "day_mean",
                N_("Fine dust PM10"),
                _DAY,
                (
                    N_(
                        "Particles of up to 10 micrometres: besides soot also what tyres, brakes and building sites "
                        "whirl up. They reach the bronchi."
                    ),
                    _PARTICLES,
                ),
            ),
            Shown(
                "temperature",
                ("temperature_outside", "temperature"),
                "newest",
                N_("Temperature"),
                _NOW,
                (
                    N_(
                        "Measured at the box. In the sun, or on a warm wall, it shows more than the weather service "
                        "does, which measures in the shade two metres above grass."
                    ),
                ),
            ),
            Shown(
                "noise",
                ("noise",),
                "hour_mean",
                N_("Noise"),
                _HOUR,
                (
                    N_(
                        "The level of sound, weighted as the ear hears it (A). Three decibels more are twice the sound "
                        "energy, so hours are averaged by energy. Nothing is recorded: a box sends levels only."
                    ),
                ),
            ),
            Shown(
                "humidity",
                ("humidity",),
                "hour_mean",
                N_("Humidity"),
                _HOUR,
                (
                    N_(
                        "How much of the water vapour that the air can hold at its temperature is in it. The same air "
                        "is drier when it is warmer."
                    ),
                ),
            ),
        )
    }
)
FIRST = "pm2_5"
# They say how a sensor is, not how the air is.
_ABOUT_SENSORS = frozenset({"gas_resistance"})


def is_for_operators(name: str, *, is_about_box: bool) -> bool:
    """Whether a quantity says how a box and its sensors are, and nothing of their surroundings."""
    return is_about_box or name in _ABOUT_SENSORS
