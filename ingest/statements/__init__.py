"""The SQL of the store, one statement a file."""
