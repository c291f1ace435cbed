"""The accounts of a node's staff: who may sign in, passwords, sessions and tokens."""
