"""How a node tells people: what is due becomes messages in the outbox, and channels carry them."""
