"""Tests of `kiezbox receive`."""
