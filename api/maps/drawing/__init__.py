"""Pictures as SVG: tiles, views of the city and its parts, and the schematic."""
