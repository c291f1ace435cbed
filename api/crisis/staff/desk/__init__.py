"""The desk at sixty calls: a line for each, what is chosen of them, cards that stay, and where a decision holds."""
