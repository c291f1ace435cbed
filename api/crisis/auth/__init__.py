"""Who is signed in and what they may do: sessions and tokens, rights, CSRF, and a throttle on sign-ins."""
