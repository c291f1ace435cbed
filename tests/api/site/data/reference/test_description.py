"""The API described for people: everything that the OpenAPI document has, and nothing that it could break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api.site.data.reference import description

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from fastapi import FastAPI

    from api.site.data.reference.description import Operation


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    for subject in description.subjects(document):
        yield from subject.operations


def one(document: dict[str, Any], method: str, path: str) -> Operation:
    (found,) = [each for each in operations(document) if (each.method, each.path) == (method, path)]
    return found


def test_every_operation_is_described_with_all_its_parameters_and_statuses(document: dict[str, Any]) -> None:
    found = {(each.method.lower(), each.path): each for each in operations(document)}

    wanted = {(method, path): item[method] for path, item in document["paths"].items() for method in item}
    assert set(found) == set(wanted)
    for key, each in found.items():
        assert [field.name for field in each.parameters] == [p["name"] for p in wanted[key].get("parameters", [])]
        assert {answer.status for answer in each.answers} == set(wanted[key]["responses"])
    assert len({each.id for each in found.values()}) == len(found)


def test_readers_come_first_and_what_needs_an_account_says_so(document: dict[str, Any]) -> None:
    subjects = [subject.name for subject in description.subjects(document)]

    assert subjects[:3] == ["boxes", "readings", "quantities"]
    assert one(document, "POST", "/crisis/mode").needs_account
    assert not one(document, "GET", "/v1/latest").needs_account


def test_fields_of_lists_and_objects_stand_by_their_paths(document: dict[str, Any]) -> None:
    names = {field.name for field in one(document, "GET", "/v1/boxes").fields}

    assert {"items", "items[].position.latitude", "items[].status.battery_percent", "next"} <= names


def test_types_are_said_in_a_few_words(document: dict[str, Any]) -> None:
    types = {field.name: field.type for field in one(document, "GET", "/v1/latest").parameters}

    assert (types["box"], types["limit"], types["format"]) == (
        "text, also several",
        "integer, 1 or more",
        "json | geojson",
    )


def test_markdown_becomes_html_and_nothing_else_does() -> None:
    text = "One `a<b>` and\ntwo.\n\n- first\n  goes on\n- <script>"

    assert description.prose(text) == (
        "<p>One <code>a&lt;b&gt;</code> and two.</p><ul><li>first goes on</li><li>&lt;script&gt;</li></ul>"
    )


async def test_every_address_to_try_answers(client: httpx.AsyncClient, document: dict[str, Any]) -> None:
    # The stream never ends, and where the power is out is told while an emergency holds.
    not_now = {"/v1/stream", "/crisis/outages"}
    links = [each.link for each in operations(document) if each.link and each.path not in not_now]

    answers = {link: (await client.get(link)).status_code for link in links}

    assert len(links) > 8
    assert {link for link, status in answers.items() if status not in {200, 503}} == set()


async def test_the_page_has_everything_in_under_60_kb_compressed(
    client: httpx.AsyncClient, document: dict[str, Any]
) -> None:
    answer = await client.get("/data/api", headers={"Accept-Encoding": "gzip"})

    assert int(answer.headers.get("content-length", "0")) < 60_000
    anchors = set(re.findall(r'href="#([^"]+)"', answer.text))
    assert {each.id for each in operations(document)} <= anchors
    assert all(f'id="{anchor}"' in answer.text for anchor in anchors)
