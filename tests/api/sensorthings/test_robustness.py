"""Whatever somebody writes into a query: a result or a clear refusal, and never another statement than ours."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.http import problems
from api.sensorthings import addresses, entities, functions, reader, spatial
from tests.api.conftest import client_of
from tests.api.sensorthings.conftest import ROOT, fill

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

    from kiezbox.db import Pool

pytestmark = pytest.mark.slow

WORDS = [
    *functions.FUNCTIONS,
    *(name for entity in entities.SETS.values() for name in (*entity.properties, *entity.navigations)),
    *("eq", "ne", "gt", "lt", "and", "or", "not", "add", "div", "mod", "mul", "(", ")", ",", "/", "-", "null", "true"),
    *("'x'", "''", "'; DROP TABLE box; --", "$1", "0", "1e308", "-1", "99999999999999999999", "{0}", "%s", "\0", "\\"),
    *("2025-11-23", "2025-11-23T08:00:00Z", "0001-01-01T00:00:00+14:00", "duration'P999999D'", "08:00"),
    *("geography'POINT(1 2)'", "geography'POLYGON((0 0,0 1,1 1,0 0))'", "2025-11-23T08:00:00Z/2025-11-24T08:00:00Z"),
    *("geography'LINESTRING(1 2,3 4)'", "geography'MULTIPOINT(1 2,3 4)'", "'T*F**FFF*'", "in", "('x','y')"),
    *spatial.NAMES,
]
PIECES = ["Things", "('x')", "(1)", "/", "Datastreams", "Observations", "name", "$ref", "$value", "Sensor", "'", "("]
ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join),
    # A comparison of the right form, so that many of them reach the database.
    st.builds(
        "{} {} {}".format,
        st.sampled_from(
            [
                *("result", "phenomenonTime", "name", "id", "Datastreams/name", "length(name)", "Datastream/id"),
                *("Datastreams/Observations/result", "Observations/phenomenonTime", "FeatureOfInterest/name"),
            ]
        ),
        st.sampled_from(["eq", "gt", "ne", "add 1 gt", "mod 0 lt"]),
        st.one_of(st.sampled_from(WORDS), st.text(max_size=8).map(lambda text: "'" + text.replace("'", "''") + "'")),
    ),
)
OPTIONS = st.sampled_from(["$filter", "$filter", "$filter", "$orderby", "$expand", "$select", "$skiptoken"])


async def tables(pool: Pool) -> int:
    (row,) = await pool.fetch("SELECT count(*) AS boxes FROM box")
    count: int = row["boxes"]
    return count


@pytest.mark.slow
async def test_any_text_gives_a_result_or_a_refusal(app: FastAPI, pool: Pool) -> None:
    await fill(pool)
    statuses: set[int] = set()

    async with client_of(app) as client:
        loop = asyncio.get_running_loop()

        @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(
            st.sampled_from(["Things", "Observations", "Datastreams(1)/Observations", "Datastreams"]), OPTIONS, ANYTHING
        )
        @example("Things", "$filter", "name eq 'x'")  # at least this one is answered
        def check(path: str, option: str, text: str) -> None:
            asked: httpx.Response = asyncio.run_coroutine_threadsafe(
                client.get(f"{ROOT}/{path}", params={option: text}), loop
            ).result()
            statuses.add(asked.status_code)
            assert asked.status_code in (200, 400), (text, asked.text)

        await asyncio.to_thread(check)

    assert statuses == {200, 400}
    assert await tables(pool) == 3


async def test_text_in_a_filter_is_only_ever_compared(app: FastAPI, pool: Pool) -> None:
    await fill(pool)
    attacks = ["' OR '1'='1", "'; DROP TABLE box; --", "x') OR true --", "$1", "\\'; SELECT 1", "{0.key}"]

    async with client_of(app) as client:
        for attack in attacks:
            quoted = attack.replace("'", "''")
            answer = await client.get(f"{ROOT}/Things", params={"$filter": f"name eq '{quoted}'"})
            assert (answer.status_code, answer.json()) == (200, {"value": []}), attack
            assert (await client.get(f"{ROOT}/Things('{quoted}')")).status_code == 404

    assert await tables(pool) == 3


async def test_an_expansion_that_multiplies_is_refused_and_told_what_to_ask(
    app: FastAPI, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(pool)
    query = f"{ROOT}/Things?$expand=Datastreams($expand=Thing($expand=Datastreams))"
    written = 3 + 5 + 5 + 9  # boxes; their streams; each one's box; all streams of that box

    async with client_of(app) as client:
        monkeypatch.setattr(reader, "WRITTEN_MAX", written)
        enough = await client.get(query)
        monkeypatch.setattr(reader, "WRITTEN_MAX", written - 1)
        more = await client.get(query)

    assert enough.status_code == 200
    assert enough.text.count('"@iot.id"') == written
    assert (more.status_code, more.json()["errors"][0]["parameter"]) == (400, "$expand")
    assert f"more than {written - 1} entities: give $top" in more.json()["detail"]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=6).map("".join)))
def test_any_path_is_read_or_refused(path: str) -> None:
    found = None
    with contextlib.suppress(problems.Problem):  # the 404 of test_entities
        found = addresses.read(path)

    assert found is None or found.steps[0].entity.name == path.partition("(")[0].partition("/")[0]
