"""The CBV event hash."""
