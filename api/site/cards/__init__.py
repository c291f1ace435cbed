"""Boxes as cards: everything that a box measures, with its age, kept current by a script."""
