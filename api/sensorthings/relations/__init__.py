"""One relation for each entity set: its key, what it links by, and its properties."""
