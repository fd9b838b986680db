"""Surprises in the life of an item, as flags on its events: never a refusal, made anew whenever an event tells otherwise."""
