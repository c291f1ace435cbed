"""The service document: the entity sets, and the requirements of the standard that hold here."""

from pydantic import BaseModel, ConfigDict, Field

from api.sensorthings import addresses, entities
from api.sensorthings.links import Links

_SPECIFICATION = "http://www.opengis.net/spec/iot_sensing/1.1/req"

# Only what holds, each with a test in tests/api/sensorthings/conformance/. Not among them: count (of very many
# Observations only a lower bound is given), everything that writes, batch requests and MQTT.
CONFORMANCE = (
    *(
        f"{_SPECIFICATION}/datamodel/{entity}/{part}"
        for entity in (
            *("thing", "location", "historical-location", "datastream", "sensor"),
            *("observed-property", "observation", "feature-of-interest"),
        )
        for part in ("properties", "relations")
    ),
    f"{_SPECIFICATION}/datamodel/entity-control-information/common-control-information",
    f"{_SPECIFICATION}/resource-path/resource-path-to-entities",
    *(
        f"{_SPECIFICATION}/request-data/{name}"
        for name in (
            *("status-code", "query-status-code", "order", "expand", "select", "orderby", "top", "skip"),
            *("filter", "built-in-filter-operations", "built-in-query-functions", "pagination"),
        )
    ),
)


class Entry(BaseModel):
    """An entity set and its address."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(examples=["Things"])
    url: str = Field(examples=[f"http://127.0.0.1:8000{addresses.ROOT}/Things"])


class Settings(BaseModel):
    """What the service supports."""

    model_config = ConfigDict(frozen=True)

    conformance: list[str] = Field(examples=[[CONFORMANCE[0]]], description="Requirements of 18-088 that hold here.")


class Document(BaseModel):
    """The service document (18-088, 9.2.1)."""

    model_config = ConfigDict(frozen=True)

    value: list[Entry]
    serverSettings: Settings  # noqa: N815 -- the standard's own name


def describe(links: Links) -> Document:
    """The service document, with addresses under the root of `links`."""
    return Document(
        value=[Entry(name=name, url=links.set(name)) for name in entities.SETS],
        serverSettings=Settings(conformance=list(CONFORMANCE)),
    )
