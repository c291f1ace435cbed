"""Connections of HTTP clients: how long, how much and how many, before any request is understood."""
