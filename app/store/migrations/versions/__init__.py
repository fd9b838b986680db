"""Numbered migrations; each works with the code before it."""
