"""Sheets of events."""
