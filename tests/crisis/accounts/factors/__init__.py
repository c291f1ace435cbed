"""Second factors and badges, in the file of the accounts."""
