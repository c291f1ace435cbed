"""SQL of the crisis part, one statement or script a file."""
