"""The SQL of the commands that look into the books, one statement a file."""
