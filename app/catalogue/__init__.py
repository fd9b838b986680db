"""What and where: products, places and lots."""
