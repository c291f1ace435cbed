"""How an age of less than a minute is written, which no table of Unicode's CLDR has as people say it."""

from translations.marks import N_

JUST_NOW = N_("just now")
