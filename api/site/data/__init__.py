"""How to get the data: the page /data, files by month, the catalogue for data portals, the API described for people."""
