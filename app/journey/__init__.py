"""Where goods came from and went: the events of an item, of its lot and of what carried it."""
