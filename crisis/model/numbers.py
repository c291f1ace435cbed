"""The number that a body carries, for people to say on the radio (crisis/state/numbers.py)."""

from typing import Annotated

from pydantic import Field

NUMBER_MAX = 999_999
Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
