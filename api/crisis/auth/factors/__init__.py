"""The second factor of a sign-in: who is half signed in, how often a code may be tried, and passkeys."""
