"""Recalls: notices on a lot or a product, and whether one is in force."""
