"""Devices of other makes: what all of their formats share. Each format is a folder in devices/wire/formats."""
