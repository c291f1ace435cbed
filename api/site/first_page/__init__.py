"""`/`: the map of the city, its districts, and the boxes."""
