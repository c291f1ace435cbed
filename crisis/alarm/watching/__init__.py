"""Nodes watch each other, and somebody outside watches them: who is there, and which one speaks."""
