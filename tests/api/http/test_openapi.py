"""The OpenAPI document is true: each of its examples is a call that works, or an answer that fits its schema."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import httpx
import hypothesis
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import given
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api import app as application
from kiezbox.settings import Settings
from tests.api.conftest import HANGING_SECONDS, fail
from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    from fastapi import FastAPI
    from schemathesis.checks import CheckFunction

    from kiezbox.db import Pool
    from tests.api.conftest import Served

DOCUMENT = application.create(Settings(), fail).openapi()


def is_for_everybody(path: str) -> bool:
    """Whether anybody may read there: the read API, but not what admins and staff use."""
    return (path.startswith("/v1") and not path.startswith("/v1/admin")) or "/" not in path[1:]


OURS = {path: methods["get"] for path, methods in DOCUMENT["paths"].items() if is_for_everybody(path)}
# What a schema cannot say, such as that `to` is not before `from`, is refused with a reason; and in a query string
# `box=2` is the list of one id "2", where schemathesis sees a number. test_problems.py has what must be refused.
NOT_JUDGED: list[CheckFunction] = [positive_data_acceptance, negative_data_rejection]
ENDLESS = {"/v1/stream"}
# No example of one list's cursor fits another's, and pages and files exclude each other.
ALONE = {"cursor", "dialect", "format", "limit", "last_event_id"}


def examples(parameter: dict[str, Any]) -> list[Any]:
    """The examples of one parameter, in the schema or beside it."""
    found = list(parameter["schema"].get("examples", ()))
    found += [entry for choice in parameter["schema"].get("anyOf", ()) for entry in choice.get("examples", ())]
    if "enum" in parameter["schema"] or any("enum" in choice for choice in parameter["schema"].get("anyOf", ())):
        found += parameter["schema"].get("enum", ())
        found += [entry for choice in parameter["schema"].get("anyOf", ()) for entry in choice.get("enum", ())]
    return found


def calls() -> list[tuple[str, dict[str, Any]]]:
    """Every call that the document shows: each example alone, and those that go together in one."""
    found: list[tuple[str, dict[str, Any]]] = []
    for path, operation in OURS.items():
        if path in ENDLESS:
            continue
        parameters = operation.get("parameters", [])
        at = {p["name"]: examples(p)[0] for p in parameters if p["in"] == "path"}
        queries = {p["name"]: examples(p) for p in parameters if p["in"] == "query"}
        found.append((path.format(**at), {}))
        found += [(path.format(**at), {name: value}) for name, values in queries.items() for value in values]
        together = {name: values[0] for name, values in queries.items() if values and name not in ALONE}
        found.append((path.format(**at), together))
    return found


@pytest.fixture
async def example_data(pool: Pool) -> None:
    """The box that the examples are about."""
    await rows.add_box(pool, "71-01", district=113, number=1, latitude=52.4886, longitude=13.3425, registered_at=START)
    await rows.add_status(pool, "71-01", START, mains=False, battery_percent=81.5, interval_s=60.0, outbox=0)
    await rows.commit(pool, *rows.minutes(10), NewReading(quantity="battery_voltage", value=13.28))
    await pool.execute("INSERT INTO message_ledger (minute, box) VALUES ($1, '71-01')", START)


def schema_of(content: dict[str, Any]) -> Any:
    return jsonschema_rs.validator_for(
        {**content["schema"], "components": DOCUMENT["components"]}, validate_formats=True
    )


@pytest.mark.usefixtures("example_data")
async def test_every_example_of_a_parameter_is_a_call_that_works_and_fits_its_schema(
    client: httpx.AsyncClient,
) -> None:
    failed: list[tuple[object, ...]] = []
    for path, query in calls():
        if path == "/readyz":
            continue  # says 503 here: no broker runs
        response = await client.get(path, params=query)
        if response.status_code != 200:
            failed.append((path, query, response.status_code, response.text))
            continue
        media_type = response.headers["content-type"].partition(";")[0]
        template = next(p for p in OURS if p == path or ("{" in p and path.startswith(p.partition("{")[0])))
        content = OURS[template]["responses"]["200"]["content"][media_type]
        if media_type.endswith("json"):
            failed += [(path, query, error.message) for error in schema_of(content).iter_errors(response.json())]

    assert len(calls()) > 50
    assert failed == []


@pytest.mark.parametrize("path", OURS)
def test_every_operation_has_an_example_of_its_answer_that_fits_its_schema(path: str) -> None:
    contents = OURS[path]["responses"]["200"]["content"]

    shown = {kind: content for kind, content in contents.items() if "parquet" not in kind and path != "/metrics"}
    for kind, content in shown.items():
        assert "example" in content or path in {"/livez", "/readyz", "/version"}, kind
        if kind.endswith("json") and "example" in content:
            schema_of(content).validate(content["example"])
    assert shown or path == "/metrics"


async def test_the_example_of_csv_is_what_csv_looks_like(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(value=-4.25))

    response = await client.get("/v1/readings?format=csv")

    assert response.text == OURS["/v1/readings"]["responses"]["200"]["content"]["text/csv"]["example"]


def test_every_parameter_has_an_example_or_a_list_of_values(app: FastAPI) -> None:
    bare = [
        (path, parameter["name"])
        for path, operation in OURS.items()
        for parameter in operation.get("parameters", [])
        if parameter["name"] != "cursor" and not examples(parameter)
    ]

    assert app.openapi()["paths"].keys() == DOCUMENT["paths"].keys()
    assert bare == []


def explore(url: str) -> int:
    """Ask each operation what its schema allows, and what it does not; judge every answer. How many were judged."""
    judged = 0
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    with httpx.Client(verify=False, base_url=url, timeout=HANGING_SECONDS) as client:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            if operation.path not in OURS or operation.path in {*ENDLESS, "/metrics", "/readyz"}:
                continue
            for mode in GenerationMode:

                @given(case=operation.as_strategy(generation_mode=mode))
                @hypothesis.settings(
                    max_examples=20,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    suppress_health_check=list(hypothesis.HealthCheck),
                )
                def judge(case: schemathesis.Case[Any]) -> None:
                    nonlocal judged
                    asked = case.as_transport_kwargs(base_url=url)
                    try:
                        response = client.request(
                            asked["method"], asked["url"], params=asked.get("params"), headers=asked.get("headers")
                        )
                    except httpx.InvalidURL:  # of more than 64 KiB: this client asks nobody such a thing
                        hypothesis.reject()
                    case.validate_response(response, excluded_checks=NOT_JUDGED)
                    judged += 1

                # An address without parameters knows nothing that could be wrong.
                with contextlib.nullcontext() if operation.query else contextlib.suppress(Unsatisfiable):
                    judge()
    return judged


@pytest.mark.slow
@pytest.mark.timeout(900)  # some hundred generated requests: a minute of processor time, however busy the machine is
@pytest.mark.usefixtures("example_data")
async def test_schemathesis_finds_nothing_against_the_live_api(served: Served) -> None:
    judged = await asyncio.to_thread(explore, served.url)

    assert judged > 200


def test_the_document_describes_every_address_and_its_errors(app: FastAPI) -> None:
    document = app.openapi()

    ours = {path: methods for path, methods in document["paths"].items() if is_for_everybody(path)}
    assert set(ours) == {
        *("/livez", "/readyz", "/version", "/metrics"),
        *("/v1/boxes", "/v1/boxes/{box}", "/v1/quantities", "/v1/latest", "/v1/readings", "/v1/stream"),
        *("/v1/series", "/v1/means", "/v1/health/boxes", "/v1/ledger"),
    }
    for path, methods in ours.items():
        responses = methods["get"]["responses"]
        assert methods["get"]["description"], path
        errors = [response["content"] for status, response in responses.items() if int(status) >= 400]
        assert all(list(content) == ["application/problem+json"] for content in errors), path
        assert {"422", "503"} <= set(responses) or not path.startswith("/v1"), path


def test_every_parameter_in_the_document_is_explained(app: FastAPI) -> None:
    operations = [operation for methods in app.openapi()["paths"].values() for operation in methods.values()]
    parameters = [parameter for operation in operations for parameter in operation.get("parameters", [])]

    unexplained = [p["name"] for p in parameters if "description" not in str(p) and "examples" not in str(p)]

    assert len(parameters) > 15
    assert unexplained == []


async def test_the_document_is_served_and_no_page_loads_things_from_elsewhere(client: httpx.AsyncClient) -> None:
    document, docs, redoc = [(await client.get(path)) for path in ("/openapi.json", "/docs", "/redoc")]

    assert document.json()["info"]["title"] == "Kiezbox"
    assert (docs.status_code, redoc.status_code) == (404, 404)
