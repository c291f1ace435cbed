"""The crisis part over HTTP: for residents, staff, and the web app of real Kiezbox hardware (docs/crisis.md)."""
