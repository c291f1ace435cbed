"""The catalogue over HTTP: one graph in three formats, with what the SHACL shapes of DCAT-AP.de 3.0 demand.

The public shapes themselves (GovDataOfficial/DCAT-AP.de-SHACL-Validation) are not here: their licence is not clear.
What they demand of what we write stands below, as tests.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from rdflib import DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from api import app as application
from api.site.data.catalogue import graph as catalogue_graph
from api.site.data.catalogue import written
from api.site.data.months import rounds
from tests.api.conftest import client_of, fail
from tests.api.support import rows

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
EU = "http://publications.europa.eu/resource/authority/"
OWN_WARNING = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's reader of JSON-LD
FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}
# What the vocabularies that the shapes demand have of what we may write: a misspelt term is none of them.
TERMS = {
    DCTERMS.accrualPeriodicity: {f"{EU}frequency/{term}" for term in ("CONT", "IRREG", "MONTHLY", "NEVER")},
    DCTERMS.accessRights: {f"{EU}access-right/PUBLIC"},
    DCTERMS.language: {f"{EU}language/{term}" for term in ("DEU", "ENG")},
    DCTERMS["format"]: {f"{EU}file-type/{term}" for term in ("CSV", "GEOJSON", "JSON", "PARQUET")},
    DCAT.theme: {f"{EU}data-theme/ENVI"},
    DCAT.themeTaxonomy: {f"{EU}data-theme"},
    URIRef("http://data.europa.eu/r5r/availability"): {f"{EU}planned-availability/STABLE"},
    DCTERMS.license: {"http://dcat-ap.de/def/licenses/dl-by-de/2.0"},
    DCATDE.politicalGeocodingLevelURI: {"http://dcat-ap.de/def/politicalGeocoding/Level/municipality"},
}
# Withdrawn by DCAT-AP.de 3.0.
DEPRECATED = (
    *(DCATDE[name] for name in ("politicalGeocodingURI", "geocodingDescription", "legalBasis", "qualityProcessURI")),
    *(DCATDE[name] for name in ("originator", "maintainer")),
    DCTERMS.hasVersion,
)


@pytest.fixture
async def graph(client: httpx.AsyncClient, pool: Pool, settings: Settings) -> Graph:
    await rows.add_box(pool, "71-01", latitude=52.4886, longitude=13.3425, place_is_exact=False)
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, datetime(2025, 12, 3, tzinfo=UTC))
    return Graph().parse(data=(await client.get("/catalog.ttl")).text, format="turtle")


def test_agents_datasets_series_and_services_have_what_they_must(graph: Graph) -> None:
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.DatasetSeries, DCAT.DataService):
        found = list(graph.subjects(RDF.type, kind))
        assert found, kind
        for each in found:
            for predicate in (DCTERMS.title, DCTERMS.description):
                assert {text.language for text in graph.objects(each, predicate) if isinstance(text, Literal)} == {
                    "de",
                    "en",
                }
            (publisher,) = graph.objects(each, DCTERMS.publisher)
            assert (publisher, RDF.type, FOAF.Agent) in graph
            assert graph.value(publisher, FOAF.name) is not None


def test_datasets_say_of_what_how_often_and_for_whom_they_are(graph: Graph) -> None:
    for dataset in graph.subjects(RDF.type, DCAT.Dataset):
        assert set(graph.objects(dataset, DCAT.theme)) == {URIRef(f"{EU}data-theme/ENVI")}
        assert str(graph.value(dataset, DCTERMS.accrualPeriodicity)).startswith(f"{EU}frequency/")
        assert graph.value(dataset, DCTERMS.accessRights) == URIRef(f"{EU}access-right/PUBLIC")
        assert isinstance(graph.value(dataset, DCATDE.politicalGeocodingLevelURI), URIRef)
        assert isinstance(graph.value(dataset, DCTERMS.identifier), Literal)
        assert list(graph.objects(dataset, DCAT.distribution))
        assert (None, DCAT.dataset, dataset) in graph


def test_distributions_have_an_address_a_format_and_a_licence_with_whom_to_name(graph: Graph) -> None:
    distributions = list(graph.subjects(RDF.type, DCAT.Distribution))

    assert len(distributions) == 7
    for each in distributions:
        assert isinstance(graph.value(each, DCAT.accessURL), URIRef)
        assert graph.value(each, DCTERMS.license) == URIRef("http://dcat-ap.de/def/licenses/dl-by-de/2.0")
        assert str(graph.value(each, DCATDE.licenseAttributionByText)) == "Kiez 71"
        assert str(graph.value(each, DCTERMS["format"])).startswith(f"{EU}file-type/")
        assert str(graph.value(each, DCAT.mediaType)).startswith("https://www.iana.org/assignments/media-types/")
        for predicate in (DCTERMS.license, DCAT.mediaType, DCTERMS["format"]):
            assert len(list(graph.objects(each, predicate))) == 1


async def test_every_address_of_the_catalogue_answers(graph: Graph, client: httpx.AsyncClient) -> None:
    predicates = (DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL, DCAT.endpointDescription, DCAT.landingPage)
    addresses = {str(each) for predicate in predicates for each in graph.objects(None, predicate)}

    answers = {each: (await client.get(each, headers={"Accept": "text/html,*/*"})).status_code for each in addresses}

    assert len(addresses) > 8
    assert {each for each, status in answers.items() if status != 200} == set()


def test_a_month_has_its_time_its_size_and_its_checksum(graph: Graph) -> None:
    (period,) = [each for each in graph.subjects(RDF.type, DCTERMS.PeriodOfTime) if (each, DCAT.endDate, None) in graph]
    files = list(graph.subjects(SPDX.checksum, None))

    assert str(graph.value(period, DCAT.startDate)).startswith("2025-10-31T23:00:00")
    assert len(files) == 2
    for each in files:
        checksum = graph.value(each, SPDX.checksum)
        assert len(str(graph.value(checksum, SPDX.checksumValue))) == 64
        assert int(str(graph.value(each, DCAT.byteSize))) > 0


def test_terms_are_those_of_the_published_vocabularies(graph: Graph) -> None:
    for predicate, terms in TERMS.items():
        found = {str(each) for each in graph.objects(None, predicate)}
        assert found, predicate
        assert found <= terms, predicate


def test_services_times_and_checksums_have_what_they_must(graph: Graph) -> None:
    for service in graph.subjects(RDF.type, DCAT.DataService):
        assert isinstance(graph.value(service, DCAT.endpointURL), URIRef)
    for period in graph.subjects(RDF.type, DCTERMS.PeriodOfTime):
        assert {DCAT.startDate, DCAT.endDate} & set(graph.predicates(period))
    for checksum in graph.subjects(RDF.type, SPDX.Checksum):
        assert graph.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
        assert graph.value(checksum, SPDX.checksumValue) is not None


def test_nothing_is_there_that_version_3_withdrew(graph: Graph) -> None:
    assert [predicate for predicate in DEPRECATED if (None, predicate, None) in graph] == []


def test_the_area_is_that_of_the_public_places(graph: Graph) -> None:
    (area,) = set(graph.objects(None, DCAT.bbox))

    corners = re.findall(r"(-?[\d.]+) (-?[\d.]+)", str(area))
    longitudes, latitudes = (sorted({float(corner[axis]) for corner in corners}) for axis in (0, 1))
    assert len(longitudes) == len(latitudes) == 2  # one place is no point: it is rounded to a square of 300 m
    assert longitudes[0] <= 13.3425 <= longitudes[1]
    assert latitudes[0] <= 52.4886 <= latitudes[1]
    assert (latitudes[1] - latitudes[0]) * 111_320 == pytest.approx(300, abs=12)


@OWN_WARNING
async def test_the_three_formats_say_the_same(graph: Graph, client: httpx.AsyncClient) -> None:
    for suffix, format_ in FORMATS.items():
        answer = await client.get(f"/catalog.{suffix}")
        assert isomorphic(Graph().parse(data=answer.text, format=format_), graph), suffix


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/ld+json"),
        ("text/html;q=0.5, application/rdf+xml;q=0.9", "application/rdf+xml"),
    ],
)
async def test_accept_decides_about_the_format(client: httpx.AsyncClient, accept: str, media_type: str) -> None:
    answer = await client.get("/catalog", headers={"Accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in answer.headers["vary"]


async def test_what_there_is_no_format_for_is_refused_with_what_there_is(client: httpx.AsyncClient) -> None:
    accept = await client.get("/catalog", headers={"Accept": "image/png"})
    suffix = await client.get("/catalog.xlsx")

    assert (accept.status_code, suffix.status_code) == (406, 404)
    assert "text/turtle" in accept.json()["detail"]
    assert "/catalog.ttl" in suffix.json()["detail"]


async def test_a_person_at_an_address_without_a_format_gets_a_page(client: httpx.AsyncClient) -> None:
    found = await client.get("/catalog.foo", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (found.status_code, found.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/data"' in found.text


async def test_whoever_calls_this_server_otherwise_has_no_catalogue_made(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    build = catalogue_graph.build

    def counted(facts: catalogue_graph.Facts) -> Graph:
        made.append(facts)
        return build(facts)

    monkeypatch.setattr(catalogue_graph, "build", counted)

    texts = [
        (await client.get("/catalog.ttl", headers={"Host": f"stranger-{number}.example"})).text for number in range(9)
    ]

    assert len(made) == 1
    for number, text in enumerate(texts):
        assert f"http://stranger-{number}.example/catalog#catalogue" in text
        assert written.ROOT not in text


async def test_a_catalogue_that_the_harvester_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    etag = (await client.get("/catalog.ttl")).headers["etag"]

    assert (await client.get("/catalog.ttl", headers={"If-None-Match": etag})).status_code == 304


@OWN_WARNING
async def test_texts_of_the_operator_stay_texts(settings: Settings) -> None:
    words = {"title": 'Kiez "71" 100% <b>', "publisher": "A\\B\n<x>", "contact_url": "https://kiez.example/?a=1&b=2"}
    opendata = settings.opendata.model_copy(update=words)
    async with client_of(application.create(settings.model_copy(update={"opendata": opendata}), fail)) as client:
        found = [
            Graph().parse(data=(await client.get(f"/catalog.{suffix}")).text, format=format_)
            for suffix, format_ in FORMATS.items()
        ]

    for graph in found:
        assert "A\\B\n<x>" in {str(name) for name in graph.objects(None, FOAF.name)}
        assert 'Open data: Kiez "71" 100% <b>' in {str(title) for title in graph.objects(None, DCTERMS.title)}


async def test_a_contact_is_one_and_without_a_licence_none_is_made_up(settings: Settings) -> None:
    opendata = settings.opendata.model_copy(update={"licence": None, "contact_email": "daten@kiez.example"})
    async with client_of(application.create(settings.model_copy(update={"opendata": opendata}), fail)) as client:
        graph = Graph().parse(data=(await client.get("/catalog.ttl")).text, format="turtle")

    assert (None, DCTERMS.license, None) not in graph
    (contact,) = graph.subjects(RDF.type, VCARD.Kind)
    assert graph.value(contact, VCARD.hasEmail) == URIRef("mailto:daten@kiez.example")
    assert len(list(graph.objects(contact, VCARD.fn))) == 1
