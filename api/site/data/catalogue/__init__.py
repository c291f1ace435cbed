"""The catalogue for data portals: DCAT-AP.de 3.0 (https://www.dcat-ap.de/def/dcatde/3.0/spec/)."""
