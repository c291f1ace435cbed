"""Recipes for installing Kiezbox, and programs that write what a release lists: hashes, the bill of materials."""
