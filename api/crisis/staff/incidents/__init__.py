"""Incidents (Einsatzstellen), tasks, units, and what is suggested about them: pages of staff."""
