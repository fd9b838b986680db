"""Shared door machinery of the commands: output and progress."""
