"""Health for programs that watch a process: `/livez`, `/readyz`, `/version`, `/metrics`, on a hub and on a box."""
