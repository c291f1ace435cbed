"""Who asks, and what they may do: principals, sessions and tokens, CSRF, and a throttle on sign-ins."""
