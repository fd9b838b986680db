"""The CBV event hash: an event's identifier that every implementation computes alike."""
