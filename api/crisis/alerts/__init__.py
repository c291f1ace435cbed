"""Notices as CAP 1.2, the format in which the world's warning systems exchange alerts."""
