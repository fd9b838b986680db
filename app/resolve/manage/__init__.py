"""The doors through which organisations say where their codes lead."""
