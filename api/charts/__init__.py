"""Charts as SVG, made on the server: numbers in, a picture and its words out. Nothing here reads or waits."""
