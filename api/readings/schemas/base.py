"""What the shapes of the read API share: a resource, a page of a list, the id of a box, an age."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

BoxId = Annotated[str, Field(examples=["71-01"], description="The box's id; numbered hardware is `{district}-{box}`.")]
AgeSeconds = Annotated[
    float,
    Field(
        examples=[4.2],
        description="Seconds between that moment and this answer; negative when the box's clock is ahead. After a 304 "
        "add the seconds that passed since the answer you kept.",
    ),
]


class Resource(BaseModel):
    """A frozen part of an answer."""

    model_config = ConfigDict(frozen=True)


class Page(Resource):
    """Part of a list. `next` is the cursor of the next page and null at the end; `Link` has the whole URL."""

    items: list[Any]
    next: str | None = Field(examples=[None], description="Pass it as `cursor` for the next page; null at the end.")


def two_digits(number: int | None) -> str | None:
    """A district or number in hexadecimal, as in the id of a box."""
    return None if number is None else f"{number:02x}"
