"""`/crisis/alarms`: what is open, who was told by what, who has seen it and what comes next; duty, silences, tests."""
