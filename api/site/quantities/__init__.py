"""`/quantities/{name}`: what a quantity is, its ranking of boxes, limits and how often they were exceeded."""
