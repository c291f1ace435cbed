"""Incidents, tasks and units: what they consist of, their events, and what staff ask for about them."""
