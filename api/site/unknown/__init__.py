"""The page for an address that nobody serves."""
