"""Vector tiles: where they lie, what is in them, and which of it is drawn."""
