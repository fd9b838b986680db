"""Hostile input: fuzzing of everything that reads what strangers send, and documents made to hurt."""
