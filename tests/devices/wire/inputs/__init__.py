"""Tests of what formats of other makes share."""
