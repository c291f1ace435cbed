"""The SQL of maintenance, one statement a file."""
