"""The catalogue as RDF. Loaded when it is first asked for: rdflib takes a quarter of a second and 18 MB."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from rdflib import DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

from api.site.data import licences
from api.site.data.catalogue.texts import TEXTS, Text
from api.site.data.months import served
from translations import catalogues, domains
from translations.languages import ENGLISH, GERMAN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.site.data.months.archive import File, Version
    from kiezbox.settings import OpendataSettings

DCAT = Namespace("http://www.w3.org/ns/dcat#")  # that of rdflib is version 2 of DCAT
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
DCATAP = Namespace("http://data.europa.eu/r5r/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
GEOSPARQL = Namespace("http://www.opengis.net/ont/geosparql#")
_EU = "http://publications.europa.eu/resource/authority/"
_IANA = "https://www.iana.org/assignments/media-types/"
# A neighbourhood's network is of a municipality, whatever its size.
_LEVEL = URIRef("http://dcat-ap.de/def/politicalGeocoding/Level/municipality")
_SQUARE_M, _METRES_OF_A_DEGREE = 300, 111_320  # public places are rounded to squares (0036_publication.sql)
_FILE_TYPES = {
    "csv.gz": ("CSV", "text/csv", "application/gzip"),
    "parquet": ("PARQUET", "application/vnd.apache.parquet", None),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue is made from.

    `box`: west, south, east, north of the public boxes, degrees; None where none has a public place. `months`: the
    newest version of each month.
    """

    root: str
    limits: OpendataSettings
    since: datetime | None
    newest: datetime | None
    box: tuple[float, float, float, float] | None
    months: Sequence[Version]


def build(facts: Facts) -> Graph:
    """The catalogue: datasets of readings, of the files by month, and of the boxes, and the services behind them."""
    return _Catalogue(facts).graph


class _Catalogue:
    def __init__(self, facts: Facts) -> None:
        self.graph = Graph()
        for prefix, namespace in {
            "dcat": DCAT,
            "dcterms": DCTERMS,
            "foaf": FOAF,
            "vcard": VCARD,
            "dcatde": DCATDE,
            "dcatap": DCATAP,
            "spdx": SPDX,
            "gsp": GEOSPARQL,
        }.items():
            self.graph.bind(prefix, namespace)
        self._facts = facts
        self._publisher = self._add_publisher()
        self._contact = self._add_contact()
        self._catalogue = self._add_catalogue()
        api = self._add_service("api", "/openapi.json", "")
        sensorthings = self._add_service("sensorthings", "/sensorthings/v1.1", "/sensorthings/v1.1")
        readings = self._add_readings(api, sensorthings)
        self._add_boxes(api)
        self._add_months()
        for service in (api, sensorthings):
            self._put(service, DCAT.servesDataset, readings)

    def _id(self, name: str) -> URIRef:
        """Everything has a name: what has none is lost by rdflib's pretty RDF/XML where two things refer to it."""
        return URIRef(f"{self._facts.root}/catalog#{name}")

    def _put(self, subject: URIRef, predicate: URIRef, *values: URIRef | Literal) -> None:
        for value in values:
            self.graph.add((subject, predicate, value))

    def _say(self, subject: URIRef, predicate: URIRef, text: Text, **values: str) -> None:
        for language, template in ((GERMAN, text.de), (ENGLISH, text.en)):
            filled = {"title": self._facts.limits.title, **values}
            if "month" in values:
                words = catalogues.words(domains.SITE, language)
                filled["month"] = words.calendar_month(served.first_day(values["month"]))
            self._put(subject, predicate, Literal(template % filled, language.tag))

    def _add_publisher(self) -> URIRef:
        publisher = self._id("publisher")
        self._put(publisher, RDF.type, FOAF.Agent)
        self._put(publisher, FOAF.name, Literal(self._facts.limits.publisher or self._facts.limits.title))
        return publisher

    def _add_contact(self) -> URIRef | None:
        limits = self._facts.limits
        if not (limits.contact_email or limits.contact_url):
            return None
        contact = self._id("contact")
        self._put(contact, RDF.type, VCARD.Kind)
        self._put(contact, VCARD.fn, Literal(limits.publisher or limits.title))
        if limits.contact_email:
            self._put(contact, VCARD.hasEmail, URIRef(f"mailto:{limits.contact_email}"))
        if limits.contact_url:
            self._put(contact, VCARD.hasURL, URIRef(limits.contact_url))
        return contact

    def _add_catalogue(self) -> URIRef:
        catalogue, facts = self._id("catalogue"), self._facts
        self._put(catalogue, RDF.type, DCAT.Catalog)
        self._say(catalogue, DCTERMS.title, TEXTS["catalogue"].title)
        self._say(catalogue, DCTERMS.description, TEXTS["catalogue"].description)
        self._put(catalogue, DCTERMS.publisher, self._publisher)
        self._put(catalogue, FOAF.homepage, URIRef(f"{facts.root}/data"))
        self._put(self._document("/data"), RDF.type, FOAF.Document)
        self._put(catalogue, DCTERMS.language, *(URIRef(f"{_EU}language/{code}") for code in ("DEU", "ENG")))
        self._put(catalogue, DCAT.themeTaxonomy, URIRef(f"{_EU}data-theme"))
        if facts.newest is not None:
            self._put(catalogue, DCTERMS.modified, _moment(facts.newest))
        licence = licences.chosen(facts.limits)
        if licence is not None:
            self._put(catalogue, DCTERMS.license, URIRef(licence.iri))
        return catalogue

    def _document(self, path: str) -> URIRef:
        return URIRef(self._facts.root + path)

    def _add_service(self, name: str, description: str, endpoint: str) -> URIRef:
        service = self._id(name)
        self._put(service, RDF.type, DCAT.DataService)
        self._say(service, DCTERMS.title, TEXTS[name].title)
        self._say(service, DCTERMS.description, TEXTS[name].description)
        self._put(service, DCTERMS.publisher, self._publisher)
        self._put(service, DCAT.endpointURL, self._document(endpoint or "/"))
        self._put(service, DCAT.endpointDescription, self._document(description))
        self._put(service, DCAT.landingPage, self._document("/data"))
        self._put(service, DCTERMS.accessRights, URIRef(f"{_EU}access-right/PUBLIC"))
        self._add_licence(service)
        self._put(self._catalogue, DCAT.service, service)
        return service

    def _add_licence(self, subject: URIRef) -> None:
        licence = licences.chosen(self._facts.limits)
        name = licences.attribution(self._facts.limits)
        if licence is not None:
            self._put(subject, DCTERMS.license, URIRef(licence.iri))
        if name is not None and (subject, RDF.type, DCAT.Distribution) in self.graph:
            self._put(subject, DCATDE.licenseAttributionByText, Literal(name, "de"))

    def _add_dataset(self, name: str, text: str, frequency: str, **values: str) -> URIRef:
        dataset, facts = self._id(name), self._facts
        self._put(dataset, RDF.type, DCAT.Dataset)
        self._say(dataset, DCTERMS.title, TEXTS[text].title, **values)
        self._say(dataset, DCTERMS.description, TEXTS[text].description, **values)
        self._put(dataset, DCTERMS.identifier, Literal(str(dataset)))
        self._put(dataset, DCTERMS.publisher, self._publisher)
        if self._contact is not None:
            self._put(dataset, DCAT.contactPoint, self._contact)
        self._put(dataset, DCAT.theme, URIRef(f"{_EU}data-theme/ENVI"))
        self._put(dataset, DCAT.keyword, *(Literal(word, "de") for word in TEXTS["keywords"].title.de.split(", ")))
        self._put(dataset, DCAT.keyword, *(Literal(word, "en") for word in TEXTS["keywords"].title.en.split(", ")))
        self._put(dataset, DCTERMS.accrualPeriodicity, URIRef(f"{_EU}frequency/{frequency}"))
        self._put(dataset, DCTERMS.accessRights, URIRef(f"{_EU}access-right/PUBLIC"))
        self._put(dataset, DCAT.landingPage, self._document("/data"))
        self._put(dataset, DCATDE.politicalGeocodingLevelURI, _LEVEL)
        if facts.limits.contributor:
            self._put(dataset, DCATDE.contributorID, URIRef(facts.limits.contributor))
        if facts.box is not None:
            self._put(dataset, DCTERMS.spatial, self._area(facts.box))
        self._put(self._catalogue, DCAT.dataset, dataset)
        return dataset

    def _area(self, box: tuple[float, float, float, float]) -> URIRef:
        west, south, east, north = _around(box)
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{longitude:.4f} {latitude:.4f}" for longitude, latitude in corners)
        area = self._id("area")
        self._put(area, RDF.type, DCTERMS.Location)
        self._put(area, DCAT.bbox, Literal(f"POLYGON(({ring}))", datatype=GEOSPARQL.wktLiteral))
        return area

    def _set_period(self, dataset: URIRef, name: str, since: datetime | None, until: datetime | None) -> None:
        if since is None:
            return
        period = self._id(f"period-{name}")
        self._put(dataset, DCTERMS.temporal, period)
        self._put(period, RDF.type, DCTERMS.PeriodOfTime)
        self._put(period, DCAT.startDate, _moment(since))
        if until is not None:
            self._put(period, DCAT.endDate, _moment(until))

    def _add_distribution(
        self, dataset: URIRef, name: str, text: str, path: str, *, file_type: str, media_type: str, **values: str
    ) -> URIRef:
        distribution = self._id(name)
        self._put(dataset, DCAT.distribution, distribution)
        self._put(distribution, RDF.type, DCAT.Distribution)
        self._say(distribution, DCTERMS.title, TEXTS[text].title, **values)
        self._say(distribution, DCTERMS.description, TEXTS[text].description, **values)
        self._put(distribution, DCAT.accessURL, self._document(path))
        self._put(distribution, DCTERMS.format, URIRef(f"{_EU}file-type/{file_type}"))
        self._put(distribution, DCAT.mediaType, URIRef(_IANA + media_type))
        self._put(distribution, DCATAP.availability, URIRef(f"{_EU}planned-availability/STABLE"))
        self._put(distribution, DCTERMS.rights, self._rights())
        self._add_licence(distribution)
        return distribution

    def _rights(self) -> URIRef:
        rights = self._document("/data/licence.txt")
        self._put(rights, RDF.type, DCTERMS.RightsStatement)
        return rights

    def _add_readings(self, api: URIRef, sensorthings: URIRef) -> URIRef:
        facts = self._facts
        dataset = self._add_dataset("readings", "readings", "CONT")
        self._set_period(dataset, "readings", facts.since, None)
        if facts.newest is not None:
            self._put(dataset, DCTERMS.modified, _moment(facts.newest))
        offered = (
            ("readings-csv", "readings-csv", "/v1/readings?format=csv", "CSV", "text/csv", api),
            ("readings-json", "readings-json", "/v1/readings", "JSON", "application/json", api),
            ("latest-geojson", "latest-geojson", "/v1/latest?format=geojson", "GEOJSON", "application/geo+json", api),
            ("observations", "observations", "/sensorthings/v1.1", "JSON", "application/json", sensorthings),
        )
        for name, text, path, file_type, media_type, service in offered:
            made = self._add_distribution(dataset, name, text, path, file_type=file_type, media_type=media_type)
            self._put(made, DCAT.accessService, service)
        return dataset

    def _add_boxes(self, api: URIRef) -> None:
        dataset = self._add_dataset("boxes", "boxes", "IRREG")
        path = "/v1/boxes?format=geojson"
        made = self._add_distribution(
            dataset, "boxes-geojson", "boxes-geojson", path, file_type="GEOJSON", media_type="application/geo+json"
        )
        self._put(made, DCAT.accessService, api)

    def _add_months(self) -> None:
        months = self._facts.months
        if not months:
            return
        series = self._id("months")
        self._put(series, RDF.type, DCAT.DatasetSeries)
        self._say(series, DCTERMS.title, TEXTS["months"].title)
        self._say(series, DCTERMS.description, TEXTS["months"].description)
        self._put(series, DCTERMS.publisher, self._publisher)
        self._put(series, DCTERMS.accrualPeriodicity, URIRef(f"{_EU}frequency/MONTHLY"))
        for version in months:
            name = f"month-{version.month}"
            dataset = self._add_dataset(name, "month", "NEVER", month=version.month)
            self._put(dataset, DCAT.inSeries, series)
            self._put(dataset, DCTERMS.modified, _moment(version.made_at))
            self._set_period(dataset, name, version.since, version.until)
            for file in version.files:
                self._add_month_file(dataset, version, file)

    def _add_month_file(self, dataset: URIRef, version: Version, file: File) -> None:
        name, (file_type, media_type, packed) = file.suffix.replace(".", "-"), _FILE_TYPES[file.suffix]
        made = self._add_distribution(
            *(dataset, f"month-{version.month}-{name}", f"month-{name}", f"/data/months/{version.month}"),
            file_type=file_type,
            media_type=media_type,
            month=version.month,
        )
        self._put(made, DCAT.downloadURL, self._document(served.newest_address(version.month, file)))
        self._put(made, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger))
        if packed is not None:
            self._put(made, DCAT.compressFormat, URIRef(_IANA + packed))
        checksum = self._id(f"sum-{version.month}-{name}")
        self._put(made, SPDX.checksum, checksum)
        self._put(checksum, RDF.type, SPDX.Checksum)
        self._put(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
        self._put(checksum, SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary))


def _around(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The rectangle with the squares of which its places are the middles: one place alone has an area, too."""
    west, south, east, north = box
    up = _SQUARE_M / 2 / _METRES_OF_A_DEGREE
    along = up / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return west - along, south - up, east + along, north + up


def _moment(at: datetime) -> Literal:
    return Literal(at.astimezone(UTC).replace(microsecond=0).isoformat(), datatype=XSD.dateTime)


def write(graph: Graph, format_: str) -> str:
    """The graph as text, in a format by rdflib's name."""
    options: dict[str, Any] = {"auto_compact": True} if format_ == "json-ld" else {}
    text: str = graph.serialize(None, format_, **options)
    return text
