"""The second factor of a sign-in."""
