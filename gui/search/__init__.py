"""Searches over settings: their trials, drawn and in a table."""
