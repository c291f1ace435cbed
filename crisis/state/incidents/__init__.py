"""Incidents, what is linked to them, tasks and units; and what a node suggests about them. Pure."""
