"""The end of a help text."""

from __future__ import annotations


def of(*commands: str) -> str:
    """Examples, a line each; the control character keeps the lines apart."""
    return "\b\nFor example:\n" + "\n".join(f"  {command}" for command in commands)
