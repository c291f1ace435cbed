"""`/runbook`: what to do at each alarm, offline and for everybody whom a message leads there."""
