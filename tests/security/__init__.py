"""docs/security.md, tried pair by pair."""
