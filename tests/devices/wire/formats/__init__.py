"""Tests of formats of other makes: a module for each format with its table, CASES."""
