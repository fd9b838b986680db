"""How an enterprise's labels look: its designs, with their logo."""
