"""Batches in the console: their list, their pages, their forms."""
