"""ASGI middleware around every application: limits, counting, HEAD, and what other sites may read."""
