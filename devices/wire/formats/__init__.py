"""A folder for each format of other makes' devices; its `FORMAT` is found by devices/wire/inputs/formats.py."""
