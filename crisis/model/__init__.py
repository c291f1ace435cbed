"""The vocabulary of the crisis part: events and their bodies, commands, contents, areas, roles, receipts. Pure."""
