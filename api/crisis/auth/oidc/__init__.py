"""Signing in through the city's OpenID provider, at a hub: the protocol, and what a browser began."""
