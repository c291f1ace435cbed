"""`/districts/{id}`: what the boxes of a district measure."""
