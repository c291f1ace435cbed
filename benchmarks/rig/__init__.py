"""What the benchmarks need: servers, a publisher, competing programs, and the costs of a run."""
