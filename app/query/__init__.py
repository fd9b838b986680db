"""Questions about captured events: pages of them, and the values they have in common."""
