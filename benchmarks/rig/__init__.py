"""What the side-by-side benchmarks stand on: servers, a publisher, the others' programs, and what a run costs."""
