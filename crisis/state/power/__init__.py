"""Mains power: what each box said, and the outages that this adds up to. Pure."""
