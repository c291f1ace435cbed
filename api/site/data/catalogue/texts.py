"""What the catalogue says of the data, in German and in English: a portal shows both, whoever reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Text:
    """One text, with `%(title)s` for the name of the network and `%(month)s` for a month."""

    de: str
    en: str


@dataclass(frozen=True, slots=True)
class Named:
    """A title and a description."""

    title: Text
    description: Text = Text("", "")


TEXTS: Mapping[str, Named] = {
    "catalogue": Named(
        Text("Offene Daten: %(title)s", "Open data: %(title)s"),
        Text(
            "Messwerte eines Netzes von Nachbarschaftsboxen: Temperatur, Luftfeuchte, Luftdruck, Feinstaub, Lärm.",
            "Readings of a network of neighbourhood boxes: temperature, humidity, pressure, fine dust, noise.",
        ),
    ),
    "keywords": Named(
        Text(
            "Umwelt, Messwerte, Sensoren, Temperatur, Luftfeuchte, Luftdruck, Feinstaub, Lärm, Kiezbox",
            "environment, readings, sensors, temperature, humidity, air pressure, fine dust, noise, Kiezbox",
        )
    ),
    "readings": Named(
        Text("Messwerte der Boxen: %(title)s", "Readings of the boxes: %(title)s"),
        Text(
            "Jeder Messwert der öffentlichen Boxen mit Zeit, Größe, Einheit und Kennzeichen: laufend, über eine"
            " Schnittstelle (API) und als OGC SensorThings. Die Sensoren sind keine geeichten Messstationen.",
            "Every reading of the public boxes with its time, quantity, unit and flags: as it comes in, by an API and"
            " as OGC SensorThings. The sensors are not calibrated measuring stations.",
        ),
    ),
    "readings-csv": Named(
        Text("Messwerte als CSV", "Readings as CSV"),
        Text(
            "Messwerte eines Zeitraums (from, to), einer Box (box), einer Größe (quantity)",
            "Readings of a time (from, to), of a box (box), of a quantity (quantity)",
        ),
    ),
    "readings-json": Named(
        Text("Messwerte als JSON", "Readings as JSON"),
        Text("Dasselbe seitenweise als JSON", "The same as JSON, page by page"),
    ),
    "latest-geojson": Named(
        Text("Neueste Messwerte als GeoJSON", "Newest readings as GeoJSON"),
        Text("Was die Boxen gerade messen, für Karten", "What the boxes measure now, for maps"),
    ),
    "observations": Named(
        Text("Messwerte als OGC SensorThings", "Readings as OGC SensorThings"),
        Text("Things, Datastreams und Observations", "Things, Datastreams and Observations"),
    ),
    "boxes": Named(
        Text("Standorte der Boxen: %(title)s", "Places of the boxes: %(title)s"),
        Text(
            "Name und Ort der öffentlichen Boxen. Ein Ort ist auf 300 m gerundet, wenn der Betreiber ihn nicht genau"
            " freigibt.",
            "Name and place of the public boxes. A place is rounded to 300 m unless the operator says it exactly.",
        ),
    ),
    "boxes-geojson": Named(
        Text("Boxen als GeoJSON", "Boxes as GeoJSON"),
        Text("Alle öffentlichen Boxen, für Karten", "All public boxes, for maps"),
    ),
    "months": Named(
        Text("Messwerte nach Monaten: %(title)s", "Readings by month: %(title)s"),
        Text(
            "Alle Messwerte eines Monats in einer Datei, einmal am Tag nachgeführt",
            "All readings of a month in one file, kept up to date once a day",
        ),
    ),
    "month": Named(
        Text("Messwerte %(month)s: %(title)s", "Readings of %(month)s: %(title)s"),
        Text(
            "Alle Messwerte der öffentlichen Boxen in diesem Monat. Kommen Messwerte nach, gibt es eine neue Version.",
            "All readings of the public boxes in this month. When readings come late there is a new version.",
        ),
    ),
    "month-csv-gz": Named(
        Text("Messwerte %(month)s als CSV (gzip)", "Readings of %(month)s as CSV (gzip)"),
        Text("Eine Zeile je Messwert, Zeiten in UTC", "A line for each reading, times in UTC"),
    ),
    "month-parquet": Named(
        Text("Messwerte %(month)s als Parquet", "Readings of %(month)s as Parquet"),
        Text("Dasselbe für Auswerteprogramme", "The same for programs that analyse it"),
    ),
    "api": Named(
        Text("Schnittstelle (API): %(title)s", "API: %(title)s"),
        Text(
            "Boxen, neueste Messwerte, Zeitreihen und Mittelwerte als JSON, CSV, Parquet und GeoJSON",
            "Boxes, newest readings, series and means as JSON, CSV, Parquet and GeoJSON",
        ),
    ),
    "sensorthings": Named(
        Text("OGC SensorThings API 1.1: %(title)s", "OGC SensorThings API 1.1: %(title)s"),
        Text("Dieselben Daten nach dem Standard OGC 18-088", "The same data by the standard OGC 18-088"),
    ),
}
