"""What admins change: the boxes. For programs, with the token of an account."""
