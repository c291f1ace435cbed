"""Incidents, tasks and units for staff's programs."""
